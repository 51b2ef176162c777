"""Starts and ends child processes that never outlive their parent."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
STOP_SECONDS_MAX: Final = 20.0

Process = subprocess.Popen[bytes]


def _die_with_parent() -> Callable[[], None] | None:
    """Prepare what the child runs before exec; only Linux has it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return prepare


def spawn(argv: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> Process:
    """Start a child in a session of its own, its output appended to a log file.

    Call it from the main thread: Linux ends the child when the thread that made it ends.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - prctl alone, resolved before the fork
            env=dict(os.environ if env is None else env),
        )


def stop(process: Process, seconds_max: float = STOP_SECONDS_MAX) -> int:
    """Ask a child to end, insist after a while, and give its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def free_port() -> int:
    """Give a port of the loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as caller:
        caller.settimeout(0.5)
        return caller.connect_ex((host, port)) == 0
