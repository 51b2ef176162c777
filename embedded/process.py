"""Starts and ends child processes that never outlive their parent."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

CHILD: Final = Path(__file__).with_name("child.py")
STOP_SECONDS_MAX: Final = 20.0

Process = subprocess.Popen[bytes]


def spawn(
    argv: Sequence[str | Path], log: Path | None, env: Mapping[str, str] | None = None
) -> Process:
    """Start a child in a session of its own; its output goes to the end of a log file.

    Without a log it shares our output. Call it from the main thread: Linux ends the child
    when the thread that made it ends.
    """
    with contextlib.ExitStack() as stack:
        output = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(log.open("ab"))
        return subprocess.Popen(
            [sys.executable, "-I", "-S", CHILD, str(os.getpid()), *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            env=dict(os.environ if env is None else env),
        )


def stop(process: Process, seconds_max: float = STOP_SECONDS_MAX) -> int:
    """Ask a child to end, insist after a while, and give its exit status.

    What the child itself started and left behind is in its group, and is ended too.
    """
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            process.kill()
    status = process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return status


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
