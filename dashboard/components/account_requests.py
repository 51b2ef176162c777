"""What waits for a decision on an account; one's own request can be taken back."""

import streamlit as st

from dashboard import formats, services
from dashboard.commands.decide_request import CancelRequest
from dashboard.components import sending
from dashboard.formats import inert
from dashboard.queries.account_requests import OpenRequest, open_requests
from dashboard.queries.rights import REQUEST_ROLES
from dashboard.session import SignedIn


def account_requests(signed_in: SignedIn, loan_account_id: str) -> None:
    """Show the undecided requests of an account; nothing where there are none."""
    if not signed_in.has(*REQUEST_ROLES):
        return
    for request in open_requests(services.database(), signed_in.roles, loan_account_id):
        _request(signed_in, request)


def _request(signed_in: SignedIn, request: OpenRequest) -> None:
    is_mine = request.requested_by == signed_in.staff_id
    place = f"cancel-{request.request_id}"
    done = sending.last(place)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(told(request, is_mine=is_mine), width="stretch")
        if is_mine:
            st.button(
                "Cancel my request",
                key=place,
                disabled=done is not None and done.is_done,
                on_click=_cancel,
                args=(signed_in, place, request),
            )
    sending.trouble(signed_in, place)


def told(request: OpenRequest, *, is_mine: bool) -> str:
    """Tell a request in a line."""
    waits = ":blue-badge[Waits for a decision]"
    badge = waits if request.status == "pending" else ":orange-badge[Returned to the requester]"
    kind = request.kind.replace("_", " ").capitalize()
    amount = f" {formats.money(request.amount)}" if request.amount is not None else ""
    who = "you" if is_mine else request.requested_by_name or str(request.requested_by or "")
    when = f" on {formats.day_and_clock(request.requested_at)}" if request.requested_at else ""
    urgent = f" · {request.priority} priority" if request.priority != "normal" else ""
    said = f"{inert(kind + amount)}, asked for by {inert(who + when + urgent)}"
    return f"{badge} **{said}** :gray[{inert(request.request_number)}]"


def _cancel(signed_in: SignedIn, place: str, request: OpenRequest) -> None:
    cancelled = CancelRequest(request_id=request.request_id, seen_version=request.ver)
    sending.send(signed_in, place, cancelled)
