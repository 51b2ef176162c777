"""Requests to write a loan off, as other systems publish them (events.md, section 4)."""

import re
from typing import Any

import redis

from projector import assembly
from projector.settings import Settings
from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror, Plain

REQUEST = "REQ-1"


def ask(feed: Feed, request_id: str = REQUEST, event_id: str = "ask", **fields: Any) -> None:  # noqa: ANN401 - any field
    """Publish a request with all its fields."""
    body = {
        "requestId": "another-id",
        "loanAccountId": "LOAN-1",
        "customerId": "CUS-1",
        "customerName": "Mia Chen",
        "accountNumber": "NR-1",
        "amount": "480.50",
        "originalBalance": "500.00",
        "reason": "HARDSHIP",
        "notes": "lost her work",
        "priority": "high",
        "requestedBy": "u-1",
        "requestedByName": "Sarah",
        **fields,
    }
    feed.tell("writeoff.requested.v1", body, conv=request_id, cause=event_id)


def approve(feed: Feed, event_id: str = "yes", request_id: str = REQUEST) -> None:
    """Publish an approval."""
    body = {
        "requestId": request_id,
        "requestNumber": "WO-1",
        "comment": "looked into it",
        "approvedBy": "u-2",
        "approvedByName": "Michael",
        "ledgerEventId": "LE-1",
        "transactionId": "TX-1",
    }
    feed.tell("writeoff.approved.v1", body, conv=request_id, cause=event_id)


def reject(feed: Feed, event_id: str = "no", request_id: str = REQUEST) -> None:
    """Publish a rejection."""
    body = {"reason": "has work again", "rejectedBy": "u-3", "rejectedByName": "Ada"}
    feed.tell("writeoff.rejected.v1", body, conv=request_id, cause=event_id)


def request(mirror: Mirror, request_id: str = REQUEST) -> Plain:
    """Give the request."""
    return mirror.one(documents.WRITE_OFF_REQUESTS, request_id)


def test_a_request_is_named_by_its_conversation(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Not by its body; `eventId` is the cause, and the reason one of the list."""
    ask(feed)
    drain()
    found = request(mirror)
    assert (found["requestId"], found["eventId"], found["status"]) == (REQUEST, "ask", "pending")
    assert (found["amount"], found["originalBalance"]) == ("480.50", "500.00")
    assert (found["reason"], found["priority"], found["notes"]) == (
        "hardship",
        "high",
        "lost her work",
    )
    assert (found["customerName"], found["requestedByName"]) == ("Mia Chen", "Sarah")
    assert found["requestedAt"] == found["createdAt"]
    assert found["source"] == "external"


def test_a_sparse_request_gets_plain_values(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Priority normal, empty names, no amount that nobody named."""
    feed.tell("writeoff.requested.v1", {"loanAccountId": "LOAN-1"}, conv=REQUEST, cause="c")
    ask(feed, "REQ-2", priority="whenever")
    drain()
    found = request(mirror)
    assert (found["priority"], found["customerName"], found["requestedByName"]) == (
        "normal",
        "",
        "",
    )
    assert "amount" not in found
    assert request(mirror, "REQ-2")["priority"] == "normal"


def test_a_number_is_kept_or_derived(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The event's own where it has one, else one that a replay gives again."""
    ask(feed)
    ask(feed, "REQ-2", requestNumber="WO-20250101000000-ABCD")
    drain()
    derived = request(mirror)["requestNumber"]
    assert re.fullmatch(r"WO-\d{14}-[0-9A-F]{4}", derived)
    assert request(mirror, "REQ-2")["requestNumber"] == "WO-20250101000000-ABCD"
    ask(feed, event_id="told-again", requestedByName="Somebody else")
    drain()
    assert request(mirror)["requestNumber"] == derived
    assert request(mirror)["requestedByName"] == "Sarah"


def test_an_approval_tells_who_and_why(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """With the ledger's event and transaction, where they are told."""
    ask(feed)
    approve(feed)
    drain()
    found = request(mirror)
    details = found["approvalDetails"]
    assert found["status"] == "approved"
    assert (details["approvedBy"], details["approvedByName"]) == ("u-2", "Michael")
    assert (details["comment"], details["ledgerEventId"]) == ("looked into it", "LE-1")
    assert details["transactionId"] == "TX-1"
    assert details["approvedAt"] >= found["requestedAt"]


def test_a_cancellation_has_details_of_its_own(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It is final, as a rejection is."""
    ask(feed)
    body = {"cancelledBy": "u-1", "cancelledByName": "Sarah"}
    feed.tell("writeoff.cancelled.v1", body, conv=REQUEST, cause="c")
    drain()
    found = request(mirror)
    assert found["status"] == "cancelled"
    assert found["cancellationDetails"]["cancelledByName"] == "Sarah"


def test_what_is_decided_stays_so(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A later decision changes nothing and is noted as a conflict, once."""
    ask(feed)
    reject(feed)
    drain()
    approve(feed)
    approve(feed)
    drain()
    found = request(mirror)
    assert (found["status"], found["approvalDetails"]["reason"]) == ("rejected", "has work again")
    (conflict,) = found["conflicts"]
    assert (conflict["status"], conflict["eventId"]) == ("approved", "yes")
    assert conflict["details"]["approvedBy"] == "u-2"


def test_a_decision_waits_for_its_request(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It makes none; when the request comes, the first decision counts."""
    approve(feed)
    reject(feed)
    drain()
    assert mirror.all(documents.WRITE_OFF_REQUESTS) == []
    (waiting,) = mirror.all(documents.WAITING_DECISIONS)
    assert [each["status"] for each in waiting["decisions"]] == ["approved", "rejected"]
    ask(feed)
    drain()
    found = request(mirror)
    assert found["status"] == "approved"
    assert [each["status"] for each in found["conflicts"]] == ["rejected"]
    assert mirror.all(documents.WAITING_DECISIONS) == []


def test_a_body_that_is_not_json_is_a_dead_letter(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It is not a request full of nulls; one that nothing names is none either."""
    feed.tell("writeoff.requested.v1", "Please write it off", conv=REQUEST)
    feed.tell("writeoff.requested.v1", {"amount": "1.00"})
    drain()
    assert mirror.all(documents.WRITE_OFF_REQUESTS) == []
    errors = [letter["error"] for letter in feed.dead_letters()]
    assert len(errors) == 2
    assert any("no conversation field names" in error for error in errors)


def test_decisions_without_their_request_are_reported(
    feed: Feed, settings: Settings, streams: redis.Redis, mirror: Mirror
) -> None:
    """The heartbeat counts what waits, until the request comes."""

    def waiting() -> int:
        beside.heartbeat.beat()
        return int(mirror.one(documents.HEARTBEATS, "projector").get("decisionsWaiting", 0))

    with assembly.projector(settings) as (projector, beside):
        drain = Drain(projector, streams)
        approve(feed)
        drain.until(lambda: waiting() == 1)
        ask(feed)
        drain.until(lambda: waiting() == 0)
        projector.stop()
        projector.run()
    assert request(mirror)["status"] == "approved"
