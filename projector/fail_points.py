"""Named steps at which a test lets the process die, as a power cut would.

A setting arms one of them, outside production alone. Unarmed, a step costs one comparison.
"""

import os
import signal
from enum import StrEnum


class FailPoint(StrEnum):
    """The steps, in the order in which a batch, then a rebuild, passes them."""

    AFTER_READ = "after-read"
    BEFORE_COMMIT = "before-commit"
    AFTER_WRITE = "after-write"
    BEFORE_ACKNOWLEDGE = "before-acknowledge"
    IN_REPLAY = "in-replay"
    AFTER_FENCE = "after-fence"
    IN_SWAP = "in-swap"
    AFTER_SWAP = "after-swap"


class _Armed:
    """The step at which this process is to die, and how often it is passed before."""

    point: FailPoint | None = None
    passes_left: int = 0


_armed = _Armed()


def arm(text: str) -> None:
    """Arm a step, written `step:count`; the process dies when it is reached that often.

    Empty arms nothing. Raises ValueError where there is no such step.
    """
    name, _, count = text.partition(":")
    _armed.point = FailPoint(name) if name else None
    _armed.passes_left = int(count or 1)


def reach(point: FailPoint) -> None:
    """Die here, if this is the armed step and it was passed often enough."""
    if _armed.point is not point:
        return
    _armed.passes_left -= 1
    if _armed.passes_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
