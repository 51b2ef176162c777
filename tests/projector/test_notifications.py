"""Messages to customers: what was sent, what failed, who wants none."""

from typing import Any

import pytest

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Body, Feed
from tests.projector.mirror import Mirror


def message(**fields: Any) -> Body:  # noqa: ANN401 - any field
    """A message with everything that messages have in common."""
    return {
        "notification_id": "NTF-1",
        "idempotency_key": "key-1",
        "request_id": "r-1",
        "channel": "Channel.email",
        "template_name": "reminder",
        "template_content_hash": "h",
        "template_git_sha": "sha",
        "provider": "ses",
        "provider_message_id": 17,
        "recipient_hash": "rh",
        "customer_id": "CUS-1",
        "customer_ref": "ref",
        "correlation_id": "cor",
        "event_at": "2026-03-01T00:00:00Z",
        "sent_at": "2026-03-01T00:00:00Z",
        "tags": {"category": "collections", "reason": "overdue", "step": "2", "more": "x"},
        **fields,
    }


def test_a_message_that_was_sent(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Its fields bear the names of the document."""
    feed.tell("notification.sent.v1", message())
    drain()
    found = mirror.one(documents.NOTIFICATIONS, "NTF-1")
    assert (found["status"], found["channel"], found["providerMessageId"]) == (
        "sent",
        "email",
        "17",
    )
    assert found["tags"] == {"category": "collections", "reason": "overdue", "step": "2"}
    assert (found["templateContentHash"], found["templateGitSha"]) == ("h", "sha")


@pytest.mark.parametrize(
    ("error_type", "status"),
    [("transient", "failed"), ("opt_out", "failed"), ("ErrorType.SUPPRESSED", "blocked")],
)
def test_a_message_that_failed(
    feed: Feed, drain: Drain, mirror: Mirror, error_type: str, status: str
) -> None:
    """One that was suppressed is blocked; any other failed."""
    failure = {
        "failed_at": "2026-03-01T00:01:00Z",
        "error_type": error_type,
        "error_message": "no such mailbox",
        "attempt": 2,
        "fallback_suggested": "sms",
        "event_at": "2026-03-01T00:01:00Z",
    }
    feed.tell("notification.sent.v1", message())
    feed.tell("notification.delivery_failed.v1", message(**failure))
    drain()
    found = mirror.one(documents.NOTIFICATIONS, "NTF-1")
    assert found["status"] == status
    assert found["failure"]["errorMessage"] == "no such mailbox"
    assert (found["failure"]["attempt"], found["failure"]["fallbackSuggested"]) == (2, "sms")


def test_an_older_event_fills_only_what_is_missing(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A retry that went through is not undone by the late news of the first try."""
    sent = {"event_at": "2026-03-01T00:05:00Z", "provider": None}
    failed = {"event_at": "2026-03-01T00:01:00Z", "error_type": "transient"}
    feed.tell("notification.sent.v1", message(**sent))
    feed.tell("notification.delivery_failed.v1", message(**failed))
    drain()
    found = mirror.one(documents.NOTIFICATIONS, "NTF-1")
    assert (found["status"], found["provider"]) == ("sent", "ses")
    assert found["failure"]["errorType"] == "transient"


def test_when_it_was_sent_or_failed_decides_where_the_event_tells_no_time_of_its_own(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """What failed in the end is not sent, whichever of the two is told first."""
    failed = {"failed_at": "2026-03-01T00:05:00Z", "error_type": "permanent"}
    feed.tell("notification.delivery_failed.v1", message(event_at=None, sent_at=None, **failed))
    feed.tell("notification.sent.v1", message(event_at=None, sent_at="2026-03-01T00:01:00Z"))
    drain()
    assert mirror.one(documents.NOTIFICATIONS, "NTF-1")["status"] == "failed"


def test_a_change_of_suppression_is_an_entry_of_its_own(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Named by its cause, else by customer and time."""
    body = {
        "customer_id": "CUS-1",
        "mode": "MARKETING_ONLY",
        "reason": "asked for it",
        "set_by": "staff-1",
        "set_at": "2026-03-01T00:00:00Z",
        "expires_at": None,
    }
    feed.tell("notification.suppression.changed.v1", body, cause="c-1")
    feed.tell("notification.suppression.changed.v1", body)
    drain()
    first, second = mirror.all(documents.NOTIFICATIONS)
    assert first["_id"] == "suppression:CUS-1:2026-03-01T00:00:00.000000Z"
    assert (second["_id"], second["status"]) == ("suppression:c-1", "suppression_change")
    assert (second["suppression"]["mode"], second["suppression"]["setBy"]) == (
        "marketing_only",
        "staff-1",
    )


def test_a_statement_tells_its_period(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Of which account, from when to when."""
    period = {
        "account_id": "LOAN-1",
        "period_start": "2026-02-01",
        "period_end": "2026-02-28",
        "dispatched_at": "2026-03-01T00:00:00Z",
    }
    feed.tell("statement.generated.v1", message(**period))
    drain()
    found = mirror.one(documents.NOTIFICATIONS, "NTF-1")
    assert found["status"] == "statement"
    assert (found["statement"]["accountId"], found["statement"]["periodEnd"]) == (
        "LOAN-1",
        "2026-02-28",
    )


def test_a_message_without_an_id_is_a_dead_letter(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """And so is one whose id is no scalar."""
    feed.tell("notification.sent.v1", message(notification_id=None))
    feed.tell("notification.sent.v1", message(notification_id=["NTF-1"]))
    drain()
    assert mirror.all(documents.NOTIFICATIONS) == []
    assert len(feed.dead_letters()) == 2
