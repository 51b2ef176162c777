"""Sends a small change from a button and waits; what fails is kept as every operation is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from dashboard import session
from dashboard.commands.change import Change
from dashboard.components import acting
from dashboard.components.operation_state import small_trouble
from dashboard.operation import Operation
from dashboard.session import SignedIn

DOUBLE_CLICK: Final = timedelta(seconds=3)
"""The same change again so soon after it was done is the second click of one intent."""

Then = Callable[[SignedIn, Operation], None]


def send(signed_in: SignedIn, change: Change) -> Operation:
    """Send a change and give what became of it.

    The same again while its outcome is not known bears the same key; a try from where one
    failed at this tab takes its place.
    """
    operations, caller = acting.operations(), acting.caller(signed_in)
    before = operations.at(change.place, caller)
    replaces = ""
    if before is not None:
        if before.command == change and _is_the_same_intent(before):
            if before.state != "synced":
                operations.again(before.key, caller)
            return operations.find(before.key, caller) or before
        held = session.slot(_held(change.place), str)
        replaces = before.key if before.state == "refused" and before.key == held else ""
    sent = operations.perform(change, caller, replaces=replaces)
    hold(sent)
    return sent


def hold(operation: Operation) -> None:
    """Note that what is entered at its place now is what was entered for it."""
    session.put(_held(operation.command.place), operation.key)


def trouble(signed_in: SignedIn, place: str, refill: Then, then: Then | None = None) -> None:
    """Say what failed or is not known of what was sent from a place, and what can be done.

    `refill` opens its form with what was entered; `then` follows when a check finds it done.
    """
    found = acting.operations().at(place, acting.caller(signed_in))
    if found is not None and found.is_trouble:
        small_trouble(signed_in, found, refill, then)


def is_done(signed_in: SignedIn, place: str) -> bool:
    """Tell whether what was sent from a place last was done a moment ago."""
    found = acting.operations().at(place, acting.caller(signed_in))
    return found is not None and found.state == "synced" and _is_recent(found)


def _is_the_same_intent(before: Operation) -> bool:
    """Tell whether the same change again is a second click, or a check of what is not known."""
    if before.state == "synced":
        return _is_recent(before)
    return before.is_pending or before.state == "unknown" or not before.was_sent


def _is_recent(operation: Operation) -> bool:
    return datetime.now(UTC) - operation.updated_at < DOUBLE_CLICK


def _held(place: str) -> str:
    return f"held:{place}"
