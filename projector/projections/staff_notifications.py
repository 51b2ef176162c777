"""Projection `staff-notifications`: a request for those who may decide it, and its outcome.

The request's notification is one document for as long as the request lives: for a role,
open while there is something to decide, and not for whoever asked. Who holds the role,
and how far their limit reaches, is looked up when it is shown: both change.
"""

from collections.abc import Iterator
from typing import Final

from projector.happening import (
    APPROVALS,
    STAFF_NOTIFICATIONS,
    Change,
    Documents,
    Happening,
    Reads,
    Stored,
)
from projector.projections import request_steps
from proto import events, subjects
from proto.events import RequestEvent

DECIDES: Final = "supervisor"
"""The role that decides the requests of others (roles.md)."""

TOLD_TO_REQUESTER: Final = frozenset({"approved", "rejected", "returned", "expired"})
ABOUT: Final = ("kind", "amount", "loanAccountId", "accountNumber", "priority", "structuring")


def reads(happening: Happening) -> Reads:
    """Name the notification of the request itself."""
    event = happening.event
    if isinstance(event, RequestEvent) and happening.ledger is not None:
        return Reads(((STAFF_NOTIFICATIONS, _key(event)),))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Tell those who may decide, close that when it is decided, and tell who had asked."""
    event, place = happening.event, happening.ledger
    if not isinstance(event, RequestEvent) or place is None:
        return
    request = documents.get(APPROVALS, event.request_id) or {}
    state = request_steps.status(event)
    is_asked = isinstance(event, events.ApprovalRequested | events.ApprovalResubmitted)
    stored = documents.get(STAFF_NOTIFICATIONS, _key(event))
    if is_asked or stored is not None:
        for_deciders = {**(stored or {}), **_about(event, request)}
        for_deciders |= {"isOpen": is_asked, "status": state}
        if is_asked:
            for_deciders |= {"role": DECIDES, "notFor": request.get("requestedBy", "")}
            for_deciders["at"] = happening.at
        yield Change(STAFF_NOTIFICATIONS, _key(event), for_deciders)
    if state in TOLD_TO_REQUESTER and request.get("requestedBy"):
        outcome = {
            **_about(event, request),
            "staffId": request["requestedBy"],
            "isOpen": False,
            "status": state,
            "by": request_steps.who(event)[0],
            "at": happening.at,
        }
        yield Change(STAFF_NOTIFICATIONS, place.event_id, outcome)


def _key(event: RequestEvent) -> str:
    return f"{subjects.REQUEST}{event.request_id}"


def _about(event: RequestEvent, request: Stored) -> Stored:
    told: Stored = {name: request[name] for name in ABOUT if name in request}
    return {"requestId": str(event.request_id), **told}
