"""Signals are waited for by the main thread, never handled in the middle of something."""

import signal
from typing import Final

STOP: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
WATCHED: Final = STOP | {signal.SIGCHLD}


class StopRequested(Exception):  # noqa: N818 - somebody asked, nothing went wrong
    """Somebody asked us to stop. Asked again while we stop, it means the same once."""


def block() -> None:
    """Hold the signals back until `wait` takes them; call it before any thread starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)


def wait(seconds_max: float) -> None:
    """Wait for a signal or for the time to pass. Raises StopRequested when asked to stop."""
    signalled = signal.sigtimedwait(WATCHED, seconds_max)
    if signalled is not None and signalled.si_signo in STOP:
        raise StopRequested
