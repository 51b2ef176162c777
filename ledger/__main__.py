"""`python -m ledger` serves the books; `create-admin` makes the first administrator.

`verify` checks the whole journal (0: right, 1: wrong, 2: it could not be read),
`end-of-day` accrues interest and ages accounts, `public-keys` prints what verifies heads.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from datetime import date

import structlog
import uvloop

from ledger import collector
from ledger.admin import CannotCreate, create_admin
from ledger.books import open_books
from ledger.end_of_day_command import DayNotEnded, end_of_day
from ledger.intake import Intake
from ledger.journal import JournalFailed
from ledger.proof.heads import exported
from ledger.server import CannotListen, LedgerServer
from ledger.settings import BadSetting, Settings
from ledger.texts import TextKeysFailed
from ledger.verification.command import verify


class FrontEnded(Exception):  # noqa: N818 - the reason is the name
    """The process that has the wire was killed."""


COULD_NOT = (
    BadSetting,
    CannotListen,
    CannotCreate,
    DayNotEnded,
    FrontEnded,
    JournalFailed,
    TextKeysFailed,
)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotListen, FrontEnded."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    books = open_books(settings)
    try:
        server = LedgerServer(settings, books)
        port = await server.start()
        collector.calm()
        intake = Intake(books, settings.redis_url, loop) if settings.redis_url else None
        if intake is not None:
            intake.start()
        structlog.get_logger().info("ledger ready", listen=settings.listen, port=port)
        is_broken = await _first(stopping, server.broken)
        await server.stop()
        if intake is not None:
            await asyncio.to_thread(intake.close)
    finally:
        books.close()
    if is_broken:
        raise FrontEnded("The ledger's own front process was ended. Start the ledger again.")
    structlog.get_logger().info("ledger stopped")


async def _first(stopping: asyncio.Event, broken: asyncio.Event) -> bool:
    """Wait until the ledger is asked to stop or its wire is gone; tell whether it is gone."""
    waits = [asyncio.ensure_future(each.wait()) for each in (stopping, broken)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
    return not stopping.is_set()


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ledger", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    admin = commands.add_parser("create-admin", help="make the first administrator")
    admin.add_argument("--staff-id", required=True)
    admin.add_argument("--username", required=True)
    admin.add_argument("--display-name", required=True)
    verify_journal = commands.add_parser("verify", help="check the whole journal")
    verify_journal.add_argument("--from-position", type=int, default=1)
    commands.add_parser("public-keys", help="print the keys that verify signed heads, as JSON")
    day = commands.add_parser("end-of-day", help="accrue interest and age accounts")
    day.add_argument(
        "--date", type=date.fromisoformat, help="the last date to end; by default yesterday"
    )
    return parser.parse_args(argv)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Do what the command line asks. 0: done; 1: could not, and one sentence says why."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asked = _arguments(argv)
    try:
        settings = Settings.from_environment(os.environ)
        if asked.command == "create-admin":
            print(create_admin(settings, asked.staff_id, asked.username, asked.display_name))
        elif asked.command == "end-of-day":
            print(end_of_day(settings, asked.date))
        elif asked.command == "verify":
            status, sentence = verify(settings, asked.from_position, tell=_tell)
            print(sentence)
            return status
        elif asked.command == "public-keys":
            print(exported(settings.ledger_public_keys()).decode())
        else:
            uvloop.run(serve(settings))
    except COULD_NOT as reason:
        print(f"ledger: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
