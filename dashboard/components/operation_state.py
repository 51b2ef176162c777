"""Where a change stands: saving, synced, failed with its remedy, or not known yet."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import streamlit as st

from dashboard import session
from dashboard.commands.answers import Balances
from dashboard.commands.registry import Command
from dashboard.commands.request_approval import RequestApproval
from dashboard.components import acting
from dashboard.formats import OPERATION_BADGES, inert
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView, BalancesView
from dashboard.session import SignedIn
from proto.documents import AccountStatus

SYNCED_SHOWN_FOR: Final = timedelta(minutes=1)
_TOLD: Final = "told-failures"
_STATUSES: Final[dict[str, AccountStatus]] = {
    "active": "active",
    "in_arrears": "in_arrears",
    "paid_off": "paid_off",
}


def worth_showing(operations: list[Operation], now: datetime) -> list[Operation]:
    """Leave out what was synced a while ago: it is history now."""
    return [
        each
        for each in operations
        if each.state != "synced" or now - each.updated_at < SYNCED_SHOWN_FOR
    ]


def as_promised(account: AccountView, operations: list[Operation]) -> AccountView:
    """Show the balances that a pending change leads to, until the projection shows them.

    As soon as the projection is beyond what the change was made on, it is the truth.
    """
    for each in operations:
        is_ahead = each.is_pending and not each.is_shown_by(account)
        unmoved = (account.ver or 0) <= each.command.seen_version or each.account_version
        if is_ahead and unmoved and each.after is not None:
            return promised(account, each.after)
    return account


def promised(account: AccountView, after: Balances) -> AccountView:
    """Show an account with the balances that a change leads to."""
    balances = msgspec.structs.replace(
        account.balances or BalancesView(),
        principal=after.principal,
        interest=after.interest,
        fees=after.fees,
        overpayment=after.overpayment,
        total_outstanding=after.total,
    )
    status = _STATUSES.get(after.account_status, account.account_status)
    return msgspec.structs.replace(account, balances=balances, account_status=status)


def operation_progress(operation: Operation) -> None:
    """Show one operation that goes well, in a line."""
    if operation.is_pending:
        _progress(operation.state, operation.command.what)
    elif operation.state == "synced":
        _progress(operation.state, operation.command.what_was_done)


def operation_trouble(signed_in: SignedIn, account: AccountView, operation: Operation) -> None:
    """Show one operation that does not; a failure stays until it is retried or dismissed."""
    if operation.state == "refused":
        _failed(signed_in, account, operation)
    elif operation.state == "unknown":
        _not_known(signed_in, operation)


def decision_state(signed_in: SignedIn, operation: Operation) -> None:
    """Show where something stands that was done about a request.

    What failed is decided anew, having looked again: what was signed was for that one time.
    """
    if operation.is_pending:
        _progress(operation.state, operation.command.what)
    elif operation.state == "unknown":
        _not_known(signed_in, operation)
    elif operation.state == "refused":
        _tell_failure(operation)
        dismiss_button(signed_in, operation)


def saving(command: Command) -> None:
    """Say that a change is being saved."""
    _progress("saving", command.what)


def _progress(state: str, told: str) -> None:
    badge = OPERATION_BADGES[state]
    st.markdown(f":{badge.colour}-badge[{badge.word}] {inert(told)}")


def _failed(signed_in: SignedIn, account: AccountView, operation: Operation) -> None:
    _tell_failure(operation)
    with st.container(horizontal=True):
        st.button(
            "Retry",
            key=f"retry-{operation.key}",
            on_click=_retry,
            args=(signed_in, account, operation),
        )
        dismiss_button(signed_in, operation)


def _tell_failure(operation: Operation) -> None:
    told = f"**{inert(operation.command.what)}** failed: {inert(operation.sentence)}"
    toast_once(operation.key, told)
    undone = " Nothing was changed by it." if operation.was_sent else ""
    st.error(f"{told}{undone}", icon=":material/error:")


def _not_known(signed_in: SignedIn, operation: Operation) -> None:
    told = f"**{inert(operation.command.what)}** is not known yet: {inert(operation.sentence)}"
    st.warning(
        f"{told} Check again before you do anything else: it is never done twice.",
        icon=":material/help:",
    )
    st.button(
        "Check again",
        key=f"again-{operation.key}",
        on_click=again,
        args=(signed_in, operation),
    )


def dismiss_button(signed_in: SignedIn, operation: Operation, where: str = "") -> None:
    """Offer to take what is over off the screen."""
    st.button(
        "Dismiss",
        key=f"dismiss{where}-{operation.key}",
        type="tertiary",
        on_click=lambda: acting.operations().dismiss(operation.key, acting.caller(signed_in)),
    )


def toast_once(key: str, told: str) -> None:
    """Tell of a failure in passing, once a tab."""
    told_before: set[str] = session.slot(_TOLD, set)
    if key not in told_before:
        told_before.add(key)
        st.toast(told, icon=":material/error:", duration="long")


def again(signed_in: SignedIn, operation: Operation) -> None:
    """Send it once more with its own key; where that is not possible now, the screen says so."""
    acting.operations().again(operation.key, acting.caller(signed_in))


def _retry(signed_in: SignedIn, account: AccountView, operation: Operation) -> None:
    """Open the form with what was entered: a new try is a new intent with a new key.

    A request has no form to look at again: it is made anew, on the account as it is now.
    """
    caller = acting.caller(signed_in)
    if isinstance(operation.command, RequestApproval):
        anew = operation.command.on_version(account.ver or operation.command.seen_version)
        acting.operations().begin_anew(operation.key, anew, caller)
        return
    acting.operations().dismiss(operation.key, caller)
    acting.open_form(operation.command.name, account, operation.command)
