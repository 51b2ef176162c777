"""Requests of our own ledger: their documents, the write-off form, what staff are told."""

from typing import Any

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account
from tests.projector.mirror import Mirror

REQUEST = "REQ-1"


def ask(feed: Feed, event_type: str = "approval.requested.v1", **fields: Any) -> None:  # noqa: ANN401 - any field
    """Publish a request of our ledger."""
    body = {
        "requestId": REQUEST,
        "requestNumber": "AP-7",
        "kind": "adjustment",
        "loanAccountId": "LOAN-1",
        "customerId": "CUS-1",
        "accountNumber": "NR-LOAN-1",
        "amount": "600.00",
        "originalBalance": "700.00",
        "reason": "hardship",
        "requestedBy": "staff-sarah",
        "command": '{"amount":"600.00"}',
        "commandHash": "ab" * 32,
        "accountVersion": 4,
        "snapshot": '{"principal":"700.00"}',
        "expiresAt": "2026-03-08T00:00:00Z",
        **fields,
    }
    feed.post(f"request:{REQUEST}", event_type, body, actor="staff-sarah")


def step(feed: Feed, event_type: str, actor: str = "staff-mike", **fields: Any) -> None:  # noqa: ANN401 - any field
    """Publish the next step of the request."""
    feed.post(f"request:{REQUEST}", event_type, {"requestId": REQUEST, **fields}, actor=actor)


def test_a_request_is_what_a_screen_needs(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The command, the account as it was seen, the steps; nobody's name.

    The account itself may come later: a screen shows the same whichever is first.
    """
    ask(feed)
    feed.post("LOAN-1", "account.created.v1", account())
    drain()
    found = mirror.one(documents.APPROVALS, REQUEST)
    assert (found["status"], found["kind"], found["amount"]) == ("pending", "adjustment", "600.00")
    assert (found["accountNumber"], found["accountVersion"]) == ("NR-LOAN-1", 4)
    assert found["command"] == '{"amount":"600.00"}'
    assert (found["requestedBy"], found["ver"]) == ("staff-sarah", 1)
    assert mirror.one(documents.STAFF_NOTIFICATIONS, f"request:{REQUEST}")["accountNumber"] == (
        "NR-LOAN-1"
    )
    assert mirror.all(documents.WRITE_OFF_REQUESTS) == []


def test_a_request_goes_its_way_step_by_step(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Returned, asked again, approved: each step with who, when and the event that tells."""
    ask(feed)
    step(feed, "approval.returned.v1", returnedBy="staff-mike")
    step(
        feed,
        "approval.resubmitted.v1",
        resubmittedBy="staff-sarah",
        accountVersion=6,
        originalBalance="690.00",
        structuring=True,
        relatedRequestIds=["REQ-other"],
    )
    drain()
    again = mirror.one(documents.APPROVALS, REQUEST)
    assert again["accountVersion"] == 6
    assert (again["structuring"], again["relatedRequestIds"]) == (True, ["REQ-other"])
    step(
        feed,
        "approval.approved.v1",
        approvedBy="staff-mike",
        approvedByName="Mike",
        ledgerEventId="LOAN-1:7",
        transactionId="TX-9",
        keyId="K-1",
    )
    drain()
    found = mirror.one(documents.APPROVALS, REQUEST)
    assert [each["status"] for each in found["steps"]] == [
        "pending",
        "returned",
        "pending",
        "approved",
    ]
    assert [each["by"] for each in found["steps"]] == [
        "staff-sarah",
        "staff-mike",
        "staff-sarah",
        "staff-mike",
    ]
    assert (found["decidedBy"], found["transactionId"]) == ("staff-mike", "TX-9")
    entry = mirror.one(documents.AUDIT_EVENTS, f"request:{REQUEST}:4")
    assert (entry["approvedBy"], entry["requestId"]) == ("staff-mike", REQUEST)
    assert (entry["loanAccountId"], entry["customerId"], entry["amount"]) == (
        "LOAN-1",
        "CUS-1",
        "600.00",
    )
    assert (entry["transactionId"], entry["requestedBy"]) == ("TX-9", "staff-sarah")


def test_a_write_off_has_the_form_that_others_know(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Ours may besides be returned, asked again and expire; the approvals show it too."""
    ask(feed, "writeoff.requested.v1", kind="")
    step(feed, "writeoff.returned.v1", returnedBy="staff-mike", returnedByName="Mike")
    drain()
    found = mirror.one(documents.WRITE_OFF_REQUESTS, REQUEST)
    assert (found["status"], found["returnDetails"]["returnedByName"]) == ("returned", "Mike")
    assert (found["eventId"], found["source"]) == (f"request:{REQUEST}:1", "ledger")
    step(feed, "writeoff.resubmitted.v1", resubmittedBy="staff-sarah")
    drain()
    assert mirror.one(documents.WRITE_OFF_REQUESTS, REQUEST)["status"] == "pending"
    step(feed, "writeoff.expired.v1", actor="system")
    drain()
    assert mirror.one(documents.WRITE_OFF_REQUESTS, REQUEST)["status"] == "expired"
    approval = mirror.one(documents.APPROVALS, REQUEST)
    assert (approval["status"], approval["kind"]) == ("expired", "write_off")


def test_our_requests_listen_to_nobody_else(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A decision from outside on a request of ours changes nothing, also if it came first."""
    approval = {"approvedBy": "evil", "approvedByName": "Evil"}
    feed.tell("writeoff.approved.v1", approval, conv=REQUEST)
    feed.tell("writeoff.requested.v1", {"customerName": "Nobody"}, conv=REQUEST)
    drain()
    ask(feed, "writeoff.requested.v1")
    feed.tell("writeoff.approved.v1", approval, conv=REQUEST)
    drain()
    found = mirror.one(documents.WRITE_OFF_REQUESTS, REQUEST)
    assert (found["status"], found["source"], found["customerName"]) == ("pending", "ledger", "")
    assert "approvalDetails" not in found
    assert mirror.one(documents.APPROVALS, REQUEST)["status"] == "pending"


def test_a_decision_from_outside_does_not_wait_for_a_request_of_ours(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The request is there: nothing is reported for ever as waiting for it."""
    feed.tell("writeoff.rejected.v1", {"rejectedBy": "evil"}, conv=REQUEST)
    drain()
    assert len(mirror.all(documents.WAITING_DECISIONS)) == 1
    ask(feed, "writeoff.requested.v1")
    drain()
    assert mirror.all(documents.WAITING_DECISIONS) == []
    assert mirror.one(documents.WRITE_OFF_REQUESTS, REQUEST)["status"] == "pending"


def test_those_who_may_decide_are_told_and_then_the_requester(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """One for the role while it is open, not for whoever asked; one for the requester."""
    ask(feed, structuring=True)
    drain()
    (told,) = mirror.all(documents.STAFF_NOTIFICATIONS)
    assert (told["role"], told["notFor"], told["isOpen"]) == ("supervisor", "staff-sarah", True)
    assert (told["amount"], told["kind"], told["structuring"]) == ("600.00", "adjustment", True)
    step(feed, "approval.rejected.v1", rejectedBy="staff-mike")
    drain()
    mine, theirs = mirror.all(documents.STAFF_NOTIFICATIONS)
    assert (mine["_id"], mine["isOpen"]) == (f"request:{REQUEST}", False)
    assert (theirs["staffId"], theirs["status"], theirs["by"]) == (
        "staff-sarah",
        "rejected",
        "staff-mike",
    )


def test_a_returned_request_is_open_again_when_it_is_asked_again(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """As it is asked then; and one that was taken back tells its requester nothing."""
    ask(feed)
    step(feed, "approval.returned.v1", returnedBy="staff-mike")
    drain()
    key = f"request:{REQUEST}"
    assert mirror.one(documents.STAFF_NOTIFICATIONS, key)["isOpen"] is False
    again = {"resubmittedBy": "staff-sarah", "structuring": True}
    step(feed, "approval.resubmitted.v1", actor="staff-sarah", **again)
    drain()
    told = mirror.one(documents.STAFF_NOTIFICATIONS, key)
    assert (told["isOpen"], told["structuring"], told["amount"]) == (True, True, "600.00")
    step(feed, "approval.cancelled.v1", actor="staff-sarah", cancelledBy="staff-sarah")
    drain()
    assert mirror.one(documents.STAFF_NOTIFICATIONS, key)["isOpen"] is False
    mine = [each for each in mirror.all(documents.STAFF_NOTIFICATIONS) if "staffId" in each]
    assert [each["status"] for each in mine] == ["returned"]
