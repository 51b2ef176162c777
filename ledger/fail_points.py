"""Named steps of a commit at which a test lets the process die, as a power cut would.

A setting arms one of them, in demo mode alone; a ledger in production refuses to start with
it. Unarmed, a step costs one comparison.
"""

import os
import signal
from enum import StrEnum


class FailPoint(StrEnum):
    """The steps, in the order in which a command passes them."""

    BEFORE_BEGIN = "before-begin"
    AFTER_DECIDE = "after-decide"
    BEFORE_APPEND = "before-append"
    AFTER_INSERT = "after-insert"
    AFTER_COMMIT = "after-commit"
    BEFORE_ANSWER = "before-answer"
    AFTER_ANSWER = "after-answer"
    BEFORE_ESCROW = "before-escrow"
    AFTER_ESCROW = "after-escrow"
    BEFORE_PUBLISH = "before-publish"
    AFTER_PUBLISH = "after-publish"


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


def is_armed(point: FailPoint) -> bool:
    """Tell whether this is the armed step."""
    return _armed.point is point


def reach(point: FailPoint) -> None:
    """Die here, if this is the armed step and it was passed often enough."""
    if _armed.point is not point:
        return
    _armed.passes_left -= 1
    if _armed.passes_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
