"""Projection `notifications`: messages to customers, what became of them, who gets none."""

from collections.abc import Iterator
from typing import Final, assert_never

from projector.happening import NOTIFICATIONS, Change, Documents, Happening, Reads, Stored
from projector.projections.account_status import When
from projector.projections.newest import with_newest
from proto import events
from proto.codec import free_form, to_mongo
from proto.events import NotificationTold

PLAIN: Final = {
    "idempotency_key": "idempotencyKey",
    "request_id": "requestId",
    "channel": "channel",
    "template_name": "templateName",
    "template_content_hash": "templateContentHash",
    "template_git_sha": "templateGitSha",
    "provider": "provider",
    "provider_message_id": "providerMessageId",
    "recipient_hash": "recipientHash",
    "customer_id": "customerId",
    "customer_ref": "customerRef",
    "correlation_id": "correlationId",
    "event_at": "eventAt",
    "sent_at": "sentAt",
    "tags": "tags",
}


def reads(happening: Happening) -> Reads:
    """Name the message."""
    event = happening.event
    if isinstance(event, NotificationTold):
        return Reads(((NOTIFICATIONS, _key(event, happening)),))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the message after the event: of each field the newest that was told."""
    event = happening.event
    if not isinstance(event, NotificationTold):
        return
    key = _key(event, happening)
    before = documents.get(NOTIFICATIONS, key) or {"notificationId": key}
    when = When(happening.at, event.event_at or getattr(event, "failed_at", None) or event.sent_at)
    told = {**_common(event), **_told(event)}
    yield Change(NOTIFICATIONS, key, with_newest(before, told, when))


def _key(event: NotificationTold, happening: Happening) -> str:
    """Give the message's id; a change of suppression is an entry of its own."""
    cause = happening.envelope.fields.get("cause", "")
    if isinstance(event, events.NotificationSuppressionChanged):
        set_at = str(event.set_at) if event.set_at is not None else ""
        return f"suppression:{cause or f'{event.customer_id}:{set_at}'}"
    if isinstance(event, events.StatementGenerated) and not event.notification_id:
        return f"statement:{event.account_id}:{event.period_end or ''}"
    return str(event.notification_id)


def _common(event: NotificationTold) -> Stored:
    values = {stored: to_mongo(getattr(event, name)) for name, stored in PLAIN.items()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _told(event: NotificationTold) -> Stored:
    match event:
        case events.NotificationSent():
            return {"status": "sent"}
        case events.NotificationDeliveryFailed():
            return _failed(event)
        case events.NotificationSuppressionChanged():
            suppression = {
                "mode": event.mode.lower(),
                "reason": event.reason,
                "setBy": str(event.set_by),
                "setAt": to_mongo(event.set_at),
                "expiresAt": to_mongo(event.expires_at),
            }
            return {"status": "suppression_change", "suppression": _known(suppression)}
        case events.StatementGenerated():
            statement = {
                "accountId": str(event.account_id),
                "periodStart": to_mongo(event.period_start),
                "periodEnd": to_mongo(event.period_end),
                "dispatchedAt": to_mongo(event.dispatched_at),
            }
            return {"status": "statement", "statement": _known(statement)}
        case _:
            assert_never(event)


def _failed(event: events.NotificationDeliveryFailed) -> Stored:
    error_type = event.error_type.lower()
    failure = {
        "failedAt": to_mongo(event.failed_at or event.event_at),
        "errorType": error_type,
        "errorMessage": event.error_message,
        "attempt": to_mongo(event.attempt),
        "fallbackSuggested": free_form(event.fallback_suggested),
    }
    status = "blocked" if error_type == "suppressed" else "failed"
    return {"status": status, "failure": _known(failure)}


def _known(fields: Stored) -> Stored:
    return {name: value for name, value in fields.items() if value not in (None, "")}
