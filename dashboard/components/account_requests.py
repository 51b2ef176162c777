"""What waits for a decision on an account; one's own request can be taken back."""

from contextlib import suppress
from typing import Final

import streamlit as st

from dashboard import formats, request_words, services
from dashboard.commands.decide_request import CancelRequest
from dashboard.components import acting
from dashboard.components.taking_back import note_of, reason_of, take_back_form
from dashboard.formats import inert
from dashboard.ledger_client import LedgerRefused
from dashboard.operation import Operation
from dashboard.queries.account_requests import OpenRequest, open_requests
from dashboard.queries.accounts import AccountView
from dashboard.queries.rights import REQUEST_ROLES
from dashboard.session import SignedIn

TAKEN_BACK: Final = "It is being taken back."


def account_requests(signed_in: SignedIn, account: AccountView, under_way: list[Operation]) -> None:
    """Show the undecided requests of an account; nothing where there are none."""
    if not signed_in.has(*REQUEST_ROLES):
        return
    taken_back = {
        each.command.request_id
        for each in under_way
        if isinstance(each.command, CancelRequest) and each.state != "refused"
    }
    found = open_requests(services.database(), signed_in.roles, account.loan_account_id)
    for request in found:
        _request(signed_in, account, request, is_taken_back=request.request_id in taken_back)


def _request(
    signed_in: SignedIn, account: AccountView, request: OpenRequest, *, is_taken_back: bool
) -> None:
    is_mine = request.requested_by == signed_in.staff_id
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(told(request, is_mine=is_mine), width="stretch")
        if is_mine:
            off = services.health().obstacle or (TAKEN_BACK if is_taken_back else "")
            args = (signed_in, account, request)
            take_back_form("Cancel my request", request.request_id, off, _cancel, args)


def told(request: OpenRequest, *, is_mine: bool) -> str:
    """Tell a request in a line."""
    waits = ":blue-badge[Waits for a decision]"
    badge = waits if request.status == "pending" else ":orange-badge[Returned to the requester]"
    title = request_words.title(request.kind, request.amount)
    who = "you" if is_mine else request.requested_by_name or str(request.requested_by or "")
    when = f" on {formats.day_and_clock(request.requested_at)}" if request.requested_at else ""
    urgent = f" · {request.priority} priority" if request.priority != "normal" else ""
    said = f"{inert(title)}, asked for by {inert(who + when + urgent)}"
    return f"{badge} **{said}** :gray[{inert(request.request_number)}]"


def _cancel(signed_in: SignedIn, account: AccountView, request: OpenRequest) -> None:
    operations, caller = acting.operations(), acting.caller(signed_in)
    if operations.has_decided(request.request_id, request.ver):
        return  # the second click of one intent
    title = request_words.title(request.kind, request.amount)
    cancelled = CancelRequest(
        request_id=request.request_id,
        seen_version=request.ver,
        loan_account_id=account.loan_account_id,
        asked_for=f"{title}, account {account.number}",
        reason_code=reason_of(request.request_id),
        comment=note_of(request.request_id),
    )
    before = operations.on_request(request.request_id, caller)
    with suppress(LedgerRefused):  # a part was just lost: the page says so by itself
        operations.begin(cancelled, caller, None)
        for each in before:
            if each.state == "refused":
                operations.dismiss(each.key, caller)
