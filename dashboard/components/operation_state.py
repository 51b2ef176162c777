"""Where a change stands: saving, synced, failed with its remedy, or not known yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import streamlit as st

from dashboard import session
from dashboard.commands.ask_rebuild import AskRebuild
from dashboard.commands.change import Change
from dashboard.commands.decide_request import CancelRequest, Decision
from dashboard.commands.replay_letter import ReplayLetter
from dashboard.commands.resolve_letter import ResolveLetter
from dashboard.components import acting
from dashboard.components.opening import link_of, open_chosen
from dashboard.components.retry_account import retry_account
from dashboard.formats import OPERATION_BADGES, inert
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.session import SignedIn

SYNCED_SHOWN_FOR: Final = timedelta(minutes=1)
RETRY: Final = "retry"
"""What an address asks for that leads from a notice to the form with what had failed."""

DOUBT: Final = "It may have been done: look there before you do it anew."
NOTHING_TO_ENTER: Final = (
    CancelRequest,
    ReplayLetter,
    ResolveLetter,
    AskRebuild,
)
"""What is tried anew as it was, at once: no form holds anything of it."""

Then = Callable[[SignedIn, Operation], None]
_TOLD: Final = "told-failures"


def worth_showing(operations: list[Operation], now: datetime) -> list[Operation]:
    """Leave out what was synced a while ago: it is history now."""
    return [
        each
        for each in operations
        if each.state != "synced" or now - each.updated_at < SYNCED_SHOWN_FOR
    ]


def operation_progress(operation: Operation) -> None:
    """Show one operation that goes well, in a line."""
    if operation.is_pending:
        _progress(operation.state, operation.command.what)
    elif operation.state == "synced":
        _progress(operation.state, operation.command.what_was_done)


def operation_trouble(signed_in: SignedIn, account: AccountView, operation: Operation) -> None:
    """Show one operation that does not; a failure stays until it is retried or dismissed."""
    if not operation.is_trouble:
        return
    retry = partial(retry_account, account=account)
    pressed = small_trouble(signed_in, operation, retry)
    is_elsewhere = isinstance(operation.command, Decision)  # it is decided on its own page
    if pressed and is_elsewhere and leads_on(operation) and not sends_the_same(operation):
        open_chosen(operation.command.place)


def decision_state(signed_in: SignedIn, operation: Operation) -> None:
    """Show where something stands that was done about a request."""
    if operation.is_pending:
        _progress(operation.state, operation.command.what)
    elif operation.is_trouble:
        small_trouble(signed_in, operation, retry_account)


def small_trouble(
    signed_in: SignedIn, operation: Operation, retry: Then, then: Then | None = None
) -> bool:
    """Say what failed or is not known yet, and offer what can be done; tell if it was tried.

    What is not known, or was never sent, is sent again as it was; else `retry` has it entered
    anew, and what failed stays until that has begun. `then` follows what is found done.
    """
    toast(operation)
    st_box, icon = (st.error, "error") if operation.state == "refused" else (st.warning, "help")
    st_box(_told(operation), icon=f":material/{icon}:")
    with st.container(horizontal=True):
        is_same = sends_the_same(operation)
        was_pressed = st.button(
            "Check again" if operation.state == "unknown" else "Retry",
            key=f"retry-{operation.key}",
            on_click=again if is_same else retry,
            args=(signed_in, operation, then) if is_same else (signed_in, operation),
        )
        dismiss_button(signed_in, operation)
    return was_pressed


def sends_the_same(operation: Operation) -> bool:
    """Tell whether another try is the same once more, under the same key."""
    return operation.state == "unknown" or not operation.was_sent


def leads_on(operation: Operation) -> bool:
    """Tell whether what failed is entered anew in a form of a page, with what it held."""
    return not isinstance(operation.command, NOTHING_TO_ENTER)


def saving(command: Change) -> None:
    """Say that a change is being saved."""
    _progress("saving", command.what)


def _progress(state: str, told: str) -> None:
    badge = OPERATION_BADGES[state]
    st.markdown(f":{badge.colour}-badge[{badge.word}] {inert(told)}")


def _told(operation: Operation) -> str:
    what, why = inert(operation.command.what), inert(operation.sentence)
    if operation.state == "unknown":
        doubt = "Check again before you do anything else: it is never done twice."
        return f"**{what}** is not known yet: {why} {doubt}"
    undone = " Nothing was changed by it." if operation.was_sent else ""
    return f"**{what}** failed: {why}{undone}"


def dismiss_button(signed_in: SignedIn, operation: Operation, where: str = "") -> None:
    """Offer to take what is over off the screen."""
    st.button(
        "Dismiss",
        key=f"dismiss{where}-{operation.key}",
        type="tertiary",
        help=DOUBT if operation.state == "unknown" else None,
        on_click=lambda: acting.operations().dismiss(operation.key, acting.caller(signed_in)),
    )


def toast(operation: Operation) -> None:
    """Tell of a failure in passing, once a tab, with the way to where it is tried again.

    The way comes before the reason: Streamlit cuts a long notice short until it is opened.
    """
    told_before: set[str] = session.slot(_TOLD, set)
    if operation.key in told_before:
        return
    told_before.add(operation.key)
    what, why = inert(operation.command.what), inert(operation.sentence)
    place = operation.command.place
    if operation.state == "unknown":
        told, icon = f"**{what}** is not known yet. [Check again]({link_of(place)}) {why}", "help"
    else:
        way = link_of(place, **{RETRY: operation.key})
        told, icon = f"**{what}** failed. [Retry]({way}) {why}", "error"
    st.toast(told, icon=f":material/{icon}:", duration="long")


def again(signed_in: SignedIn, operation: Operation, then: Then | None = None) -> None:
    """Send it once more with its own key; where that is not possible now, the screen says so."""
    operations, caller = acting.operations(), acting.caller(signed_in)
    operations.again(operation.key, caller)
    found = operations.find(operation.key, caller)
    if then is not None and found is not None and found.state == "synced":
        then(signed_in, found)
