"""The command line of the one-machine set-up.

    python -m embedded            start everything; Ctrl-C stops it
    python -m embedded keys       make the keys that are missing
    python -m embedded staff      create the demo sign-ins
    python -m embedded seed       load the demo portfolio into the running product
    python -m embedded feed FILE  publish a JSON-lines file of events onto the inbox

With APP_MODE unset, starting everything means a demo. All else is strict then and means
production: the rooms by themselves (`python -m ledger` and the others) and these command
lines. Exit status: 0 done or asked to stop, 1 gave up in the middle, 2 could not begin;
the reason is one sentence.
"""

import argparse
import asyncio
import os
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import grpc
import redis
from msgspec.structs import replace
from pymongo.errors import ConnectionFailure

from embedded import keys, product, running
from embedded.binaries import MissingServer
from embedded.demo import record
from embedded.demo.books import BooksSaidNo
from embedded.demo.calendar import business_date
from embedded.demo.load import NotLoaded, load
from embedded.demo.staff import PasswordNotSet, make_staff
from embedded.feed import feed
from embedded.mirror import NotReading
from embedded.servers import DidNotStart
from embedded.settings import BadSetting, Mode, Settings
from embedded.supervisor import GaveUp

COULD_NOT_BEGIN = (BadSetting, MissingServer, DidNotStart, running.NothingRuns)
GAVE_UP = (GaveUp, NotLoaded, NotReading, BooksSaidNo, PasswordNotSet)
AWAY: dict[type[Exception], str] = {
    redis.ConnectionError: "Redis (REDIS_URL)",
    redis.TimeoutError: "Redis (REDIS_URL)",
    ConnectionFailure: "MongoDB (MONGODB_URL)",
    grpc.RpcError: "The ledger (LEDGER_SERVICE_URL)",
}
FAULTS = tuple(AWAY)
INTERRUPTED = 128 + signal.SIGINT


def main() -> int:
    """Do what the command line asks for, and give the exit status."""
    asked = _arguments()
    try:
        usual: Mode = "demo" if asked.command in {None, "run"} else "production"
        settings = Settings.from_environment(os.environ, mode_unset=usual)
        match asked.command:
            case "keys":
                _keys(settings)
            case "staff":
                _staff(settings)
            case "seed":
                _seed(settings, asked.anchor)
            case "feed":
                _feed(settings, asked.file)
            case _:
                product.run(settings, os.environ)
    except COULD_NOT_BEGIN as reason:
        print(reason, file=sys.stderr)
        return 2
    except GAVE_UP as reason:
        print(reason, file=sys.stderr)
        return 1
    except FAULTS as fault:
        print(_sentence(fault), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped in the middle; the same command again does the rest.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _sentence(fault: Exception) -> str:
    """Say which server is away; its own words could hold an address with a password."""
    who = next(name for kind, name in AWAY.items() if isinstance(fault, kind))
    return (
        f"{who} does not answer ({type(fault).__name__}): see that it runs, then repeat the "
        "command; what it has done already is not done twice."
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m embedded", description="Billie Servicing")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="start everything; Ctrl-C stops it")
    commands.add_parser("keys", help="make the keys that are missing")
    commands.add_parser("staff", help="create the demo sign-ins")
    seed = commands.add_parser("seed", help="load the demo portfolio")
    seed.add_argument(
        "--anchor", type=date.fromisoformat, help="the business date the stories end on"
    )
    fed = commands.add_parser("feed", help="publish a JSON-lines file of events onto the inbox")
    fed.add_argument("file", type=Path)
    return parser.parse_args()


def _keys(settings: Settings) -> None:
    for path in keys.make_missing(settings.keys_dir):
        print(f"made {path}")


def _staff(settings: Settings) -> None:
    """Create the demo sign-ins, whose passwords everybody knows: in a demo only."""
    if settings.mode != "demo":
        raise BadSetting("The demo sign-ins are for a demo only: set APP_MODE to demo.")
    asyncio.run(make_staff(running.addresses(settings)))
    known = record.read(settings.data_dir)
    record.write(settings.data_dir, replace(known, has_staff=True))


def _seed(settings: Settings, anchor: date | None) -> None:
    """Load the portfolio; what it was made for is remembered before the first event goes."""
    addresses, known = running.addresses(settings), record.read(settings.data_dir)
    today = business_date(datetime.now(UTC))
    anchor = record.anchor_of(known, settings.demo_seed, anchor, today)
    size = settings.demo_customers
    begun = replace(
        known, seed=settings.demo_seed, customers=size, anchor=anchor.isoformat(), is_loaded=False
    )
    record.write(settings.data_dir, begun)
    load(addresses, seed=settings.demo_seed, customers=size, anchor=anchor)
    record.write(settings.data_dir, replace(begun, is_loaded=True))


def _feed(settings: Settings, file: Path) -> None:
    report = feed(file, running.addresses(settings), lambda line: print(line, file=sys.stderr))
    print(report)


if __name__ == "__main__":
    sys.exit(main())
