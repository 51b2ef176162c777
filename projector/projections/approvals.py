"""Projection `approvals`: every request of our ledger, of whatever kind, step by step."""

from collections.abc import Iterator

from projector.happening import APPROVALS, Change, Documents, Happening, Reads, Stored
from projector.projections import request_steps
from proto import events
from proto.codec import to_mongo
from proto.events import RequestEvent


def reads(happening: Happening) -> Reads:
    """Name the request."""
    event = happening.event
    if not isinstance(event, RequestEvent) or happening.ledger is None:
        return Reads()
    return Reads(((APPROVALS, str(event.request_id)),))


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the request after the step; the ledger has seen to it that it may be taken."""
    event, place = happening.event, happening.ledger
    if not isinstance(event, RequestEvent) or place is None:
        return
    key = str(event.request_id)
    request = documents.get(APPROVALS, key) or {}
    by, name = request_steps.who(event)
    step = {
        "status": request_steps.status(event),
        "eventType": event.type,
        "eventId": place.event_id,
        "by": by or place.actor,
        "byName": name,
        "at": happening.at,
    }
    new = {
        **request,
        "requestId": key,
        "status": step["status"],
        "steps": [*request.get("steps", ()), step],
        **_told(event, happening),
    }
    yield Change(APPROVALS, key, {name: value for name, value in new.items() if value is not None})


def _told(event: RequestEvent, happening: Happening) -> Stored:
    """Give what the step changes besides the state; None takes a field away."""
    at = happening.at
    match event:
        case events.ApprovalRequested():
            return _asked(event, happening)
        case events.ApprovalResubmitted():
            told = {
                "accountVersion": to_mongo(event.account_version) or None,
                "snapshot": event.snapshot or None,
                "originalBalance": to_mongo(event.original_balance),
                "expiresAt": to_mongo(event.expires_at),
                "structuring": event.structuring,
            }
            if event.structuring is not None:
                told["relatedRequestIds"] = to_mongo(event.related_request_ids)
            return {name: value for name, value in told.items() if value is not None}
        case events.ApprovalApproved():
            return {
                **_decided(str(event.approved_by), event.approved_by_name, happening),
                "ledgerEventId": str(event.ledger_event_id) or None,
                "transactionId": str(event.transaction_id) or None,
                "keyId": str(event.key_id) or None,
            }
        case events.ApprovalRejected():
            return {
                **_decided(str(event.rejected_by), event.rejected_by_name, happening),
                "keyId": str(event.key_id) or None,
            }
        case events.ApprovalCancelled() | events.ApprovalExpired():
            return {"closedAt": at}
        case _:
            return {}


def _decided(by: str, name: str, happening: Happening) -> Stored:
    return {
        "decidedBy": by,
        "decidedByName": name,
        "decidedAt": happening.at,
        "closedAt": happening.at,
    }


def _asked(event: events.ApprovalRequested, happening: Happening) -> Stored:
    is_write_off = isinstance(event, events.WriteOffRequested)
    asked = request_steps.asked(event)
    del asked["customerName"]  # it is read from the customer when it is shown
    return {
        **asked,
        "kind": str(event.kind) or (request_steps.WRITE_OFF if is_write_off else ""),
        "requestNumber": event.request_number,
        "requestedAt": happening.at,
        "command": event.command,
        "commandHash": event.command_hash,
        "accountVersion": to_mongo(event.account_version),
        "snapshot": event.snapshot,
        "expiresAt": to_mongo(event.expires_at),
        "structuring": event.structuring,
        "relatedRequestIds": to_mongo(event.related_request_ids),
    }
