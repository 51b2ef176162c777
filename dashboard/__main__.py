"""Starts the desk, or sets a password: `python -m dashboard [set-password …]`."""

import argparse
import contextlib
import errno
import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog

from dashboard import settings as desk_settings
from dashboard.settings import BadSetting, Settings

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "127.0.0.1"
STOP_SECONDS_MAX: Final = 3
BACKLOG: Final = 128


class Refused(Exception):  # noqa: N818 - the sentence is printed
    """What was asked for cannot be done; the text says why and what to do."""


@contextlib.contextmanager
def _quiet_imports() -> Iterator[None]:
    """Keep Streamlit from warning that it is imported where no page runs."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = "is taken" if error.errno == errno.EADDRINUSE else "cannot be used"
        raise Refused(f"Port {port} {reason}: set DASHBOARD_PORT to another one.") from None
    return listener


def _log_as_json() -> None:
    """Log for a machine: one line of JSON each."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def serve(settings: Settings) -> None:
    """Serve the desk on the loopback until it is told to end."""
    from dashboard.actor_tokens import read_key  # noqa: PLC0415 - start-up checks come first

    _log_as_json()
    read_key(settings.keys_dir)
    listener = _listen(settings.dashboard_port)
    # Streamlit looks for .streamlit/config.toml in the working directory.
    os.chdir(ROOT)

    import uvicorn  # noqa: PLC0415 - the heavy imports come when all is well

    with _quiet_imports():
        from streamlit import config as streamlit_config  # noqa: PLC0415 - the same

        from dashboard import services  # noqa: PLC0415 - the same
        from dashboard.asgi import app  # noqa: PLC0415 - the same

        services.warm_up()
        streamlit_config.set_option("server.allowedHosts", list(settings.dashboard_hosts))
    print(f"The desk answers on http://{HOST}:{settings.dashboard_port}", flush=True)
    config = uvicorn.Config(
        app,
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )
    uvicorn.Server(config).run(sockets=[listener])


def set_password(settings: Settings, staff_id: str, username: str) -> None:
    """Set the password that comes on standard input; every session of theirs ends."""
    with _quiet_imports():
        from dashboard import services  # noqa: PLC0415 - Streamlit is loaded only when needed
        from dashboard.credentials import CannotSet  # noqa: PLC0415 - the same

    password = sys.stdin.readline().rstrip("\r\n")
    try:
        services.credentials().set_password(staff_id, username, password, settings.app_mode)
    except CannotSet as refusal:
        raise Refused(str(refusal)) from None
    services.sessions().end_all_of(staff_id)
    print(f"{username} can sign in now.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    setting = commands.add_parser(
        "set-password", help="set somebody's password, read from standard input"
    )
    setting.add_argument("--staff-id", required=True)
    setting.add_argument("--username", required=True)
    return parser.parse_args()


def main() -> int:
    """Run what the command line asks for and give the exit status."""
    arguments = _arguments()
    try:
        settings = desk_settings.current()
        if arguments.command == "set-password":
            set_password(settings, arguments.staff_id, arguments.username)
        else:
            serve(settings)
    except (BadSetting, Refused) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
