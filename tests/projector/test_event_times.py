"""When something happened decides, not when its entry came."""

from datetime import UTC, datetime, timedelta

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, customer, schedule, update
from tests.projector.mirror import Mirror, Plain
from tests.projector.test_conversations import say, talk

FUTURE = "2099-01-01T00:00:00Z"


def test_of_each_thing_the_newest_counts_in_whichever_order_it_is_told(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The event's own time decides (events.md, 3.7); what only the older one told is kept."""
    number, old = {"applicationNumber": "APP-1"}, {"loanPurpose": "old", "loanTerm": "12"}
    detailed = "applicationDetail_changed"
    told: list[tuple[str, Plain, str, Plain]] = [
        (
            "final_decision",
            {"decision": "APPROVED"},
            "conversationSummary_changed",
            {"status": "x"},
        ),
        ("fraudCheck_assessment", {"score": 2}, "fraudCheck_assessment", {"score": 1}),
        ("conversation_summary", {"purpose": "new"}, "conversation_summary", {"purpose": "old"}),
        (detailed, {**number, "loanPurpose": "new"}, detailed, {**number, **old}),
        ("statement_consent_cancelled", {}, "statement_consent_complete", {"jobId": "J-1"}),
    ]
    for newer, body, older, late in told:
        say(feed, newer, body, timestamp="2026-02-02T00:00:00Z")
        say(feed, older, late, timestamp="2026-02-01T00:00:00Z")
    drain()
    found = talk(mirror)
    assert (found["status"], found["purpose"]) == ("approved", "new")
    assert found["assessments"] == {"fraudCheck": {"score": 2}}
    assert found["statementCapture"] == {"consentStatus": "cancelled", "basiqJobId": "J-1"}
    detail = {"loanPurpose": "new", "loanTerm": "12"}
    assert found["applicationData"] == {**number, **detail}
    assert mirror.one(documents.APPLICATIONS, "APP-1").items() >= detail.items()


def test_what_is_of_the_future_is_a_dead_letter(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Applied, it would let nothing real be newer for years; a day ahead a clock may be."""
    today = datetime.now(UTC)
    ahead = (today + timedelta(hours=23)).isoformat()
    feed.tell("account.created.v1", account(status="ACTIVE", current_balance="500.00"))
    feed.tell("customer.changed.v1", customer(changed_at=FUTURE))
    feed.tell("account.updated.v1", update(current_balance="1.00", timestamp=FUTURE))
    feed.tell("account.status_changed.v1", update(new_status="SUSPENDED", changed_at=FUTURE))
    paid = {"payment_number": 1, "status": "PAID", "last_updated": FUTURE}
    feed.tell("account.schedule.updated.v1", update(payments=[paid]))
    feed.tell("loan.aging.updated.v1", update(dpd=9, bucket="current", last_updated=FUTURE))
    say(feed, "conversation_summary", {"purpose": "x"}, timestamp=FUTURE)
    feed.tell("notification.sent.v1", {"notification_id": "N-1", "event_at": FUTURE})
    feed.tell("notification.sent.v1", {"notification_id": "N-1", "sent_at": FUTURE})
    feed.tell("account.schedule.created.v1", schedule())
    feed.tell("account.updated.v1", update(current_balance="300.00", timestamp=today.isoformat()))
    feed.tell("account.updated.v1", update(current_balance="200.00", timestamp=ahead))
    drain()
    errors = [each["error"] for each in feed.dead_letters()]
    assert len(errors) == 8
    assert all(each.startswith("InvalidTimestamp: ") and "2099" in each for each in errors)
    assert mirror.account()["balances"]["currentBalance"] == "200.00"
    assert mirror.account()["accountStatus"] == "active"
