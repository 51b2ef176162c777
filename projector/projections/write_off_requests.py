"""Projection `write-off-requests`, of our ledger's requests and of other systems'.

Those of other systems come in no usable order: a decision that is there before its
request waits for it, one on a decided request changes nothing and is noted as a conflict
(events.md, section 4). What our ledger tells is in order and replaces what others told.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from projector.happening import (
    WAITING_DECISIONS,
    WRITE_OFF_REQUESTS,
    Change,
    Documents,
    Happening,
    Reads,
    Stored,
)
from projector.projections import request_steps
from proto import events
from proto.events import Event, RequestEvent

DETAILS: Final = {
    "approved": "approvalDetails",
    "rejected": "approvalDetails",
    "returned": "returnDetails",
    "cancelled": "cancellationDetails",
}
"""State to the field that tells of who brought it about."""


def reads(happening: Happening) -> Reads:
    """Name the request, and what waits for it."""
    event = happening.event
    if not isinstance(event, RequestEvent) or not is_write_off(event):
        return Reads()
    key = happening.envelope.conversation_id
    places = ((WRITE_OFF_REQUESTS, key),)
    if happening.ledger is None or isinstance(event, events.ApprovalRequested):
        return Reads((*places, (WAITING_DECISIONS, key)), locks=(f"request:{key}",))
    return Reads(places)


def is_write_off(event: Event) -> bool:
    """Tell whether a step is of a write-off, by the name that other systems know."""
    return event.type.startswith("writeoff.")


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the request after the event."""
    event = happening.event
    if not isinstance(event, RequestEvent) or not is_write_off(event):
        return
    key = happening.envelope.conversation_id
    stored = documents.get(WRITE_OFF_REQUESTS, key)
    if happening.ledger is not None:
        ours = stored if stored is not None and stored.get("source") == "ledger" else None
        if isinstance(event, events.ApprovalRequested):
            ours = _request(event, happening)
            if documents.get(WAITING_DECISIONS, key) is not None:
                yield Change(WAITING_DECISIONS, key, None)  # nobody else decides on it
        yield Change(WRITE_OFF_REQUESTS, key, _stepped(ours or _bare(key), _step(event, happening)))
    elif stored is None or stored.get("source") != "ledger":
        yield from _from_outside(event, happening, documents, stored)


def _from_outside(
    event: RequestEvent, happening: Happening, documents: Documents, stored: Stored | None
) -> Iterator[Change]:
    key = happening.envelope.conversation_id
    if isinstance(event, events.ApprovalRequested):
        request = {**_request(event, happening), **(stored or {})}
        waiting = documents.get(WAITING_DECISIONS, key)
        if waiting is not None:
            for step in waiting["decisions"]:
                request = _decided(request, step)
            yield Change(WAITING_DECISIONS, key, None)
        yield Change(WRITE_OFF_REQUESTS, key, request)
        return
    step = _step(event, happening)
    if stored is not None:
        yield Change(WRITE_OFF_REQUESTS, key, _decided(stored, step))
        return
    waiting = documents.get(WAITING_DECISIONS, key) or {"requestId": key, "since": happening.at}
    decisions = [*waiting.get("decisions", ()), step]
    yield Change(WAITING_DECISIONS, key, {**waiting, "decisions": decisions})


def _request(event: events.ApprovalRequested, happening: Happening) -> Stored:
    asked = request_steps.asked(event)
    return {
        **_bare(happening.envelope.conversation_id),
        "source": "external" if happening.ledger is None else "ledger",
        "eventId": request_steps.event_id(happening),
        "requestNumber": event.request_number or _number(happening),
        **asked,
        **({"notes": event.notes} if event.notes else {}),
        "requestedAt": happening.at,
    }


def _bare(key: str) -> Stored:
    return {"requestId": key, "status": "pending", "source": "ledger"}


def _number(happening: Happening) -> str:
    """Derive the number that an event leaves out, for ever the same from the same event."""
    envelope = happening.envelope
    name = f"{envelope.conversation_id}\x1f{envelope.identity}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:4].upper()
    return f"WO-{happening.at:%Y%m%d%H%M%S}-{digest}"


def _step(event: RequestEvent, happening: Happening) -> Stored:
    """Give a step as it is kept while it waits, and as a conflict tells of it."""
    state = request_steps.status(event)
    return {
        "status": state,
        "eventId": request_steps.event_id(happening),
        "at": happening.at,
        **({"details": _details(event, happening)} if state in DETAILS else {}),
    }


def _details(event: RequestEvent, happening: Happening) -> Stored:
    by, name = request_steps.who(event)
    state = request_steps.status(event)
    told = {
        f"{state}By": by,
        f"{state}ByName": name,
        f"{state}At": happening.at,
        "comment": getattr(event, "comment", ""),
        "reason": getattr(event, "reason", ""),
        "ledgerEventId": str(getattr(event, "ledger_event_id", "")),
        "transactionId": str(getattr(event, "transaction_id", "")),
    }
    always = (f"{state}By", f"{state}ByName", f"{state}At")
    return {field: value for field, value in told.items() if value or field in always}


def _decided(request: Stored, step: Stored) -> Stored:
    """Take a decision from outside, or note that it came too late."""
    if request.get("status") in request_steps.FINAL:
        return {**request, "conflicts": [*request.get("conflicts", ()), step]}
    return _stepped(request, step)


def _stepped(request: Stored, step: Stored) -> Stored:
    field = DETAILS.get(step["status"])
    told = {field: step["details"]} if field is not None else {}
    return {**request, "status": step["status"], **told}
