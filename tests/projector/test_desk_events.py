"""Notes, reviews, readings, keys and the books as a whole: who and when, never the text."""

from datetime import UTC, datetime

from proto import documents
from proto.streams import INTERNAL
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account
from tests.projector.mirror import Mirror

SEALED = {"text": "b64-ciphertext"}


def test_a_note_is_kept_without_its_text(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Who, when and of whom; the text is in the event that is named, as ciphertext."""
    body = {"note_id": "N-1", "customer_id": "CUS-1", "account_id": "LOAN-1"}
    feed.post("note:N-1", "note.added.v1", {**body, "sealed_texts": SEALED}, actor="staff-sarah")
    feed.post("note:N-1", "note.amended.v1", {**body, "sealed_texts": SEALED}, actor="staff-mike")
    drain()
    note = mirror.one(documents.NOTES, "N-1")
    assert (note["addedBy"], note["amendedBy"], note["amendments"]) == (
        "staff-sarah",
        "staff-mike",
        1,
    )
    assert (note["textEventId"], note["customerId"], note["ver"]) == ("note:N-1:2", "CUS-1", 2)
    assert "b64-ciphertext" not in str(note)
    entry = mirror.one(documents.AUDIT_EVENTS, "note:N-1:1")
    assert (entry["loanAccountId"], entry["customerId"]) == ("LOAN-1", "CUS-1")


def test_a_review_marks_the_event_it_is_about(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The trail can be filtered by what was verified, queried or not looked at."""
    feed.post("LOAN-1", "account.created.v1", account())
    for outcome in ("queried", "verified"):
        body = {"event_id": "LOAN-1:1", "outcome": outcome}
        feed.post("review:LOAN-1:1", "item.reviewed.v1", body, actor="staff-priya")
    drain()
    entry = mirror.one(documents.AUDIT_EVENTS, "LOAN-1:1")
    assert (entry["reviewStatus"], entry["reviewedBy"]) == ("verified", "staff-priya")
    assert entry["reviewedAt"] == datetime(2026, 3, 1, 0, 0, 3, tzinfo=UTC)
    review = mirror.one(documents.AUDIT_EVENTS, "review:LOAN-1:1:2")
    assert (review["aboutEventId"], "loanAccountId" in review) == ("LOAN-1:1", False)
    assert mirror.one(documents.REVIEWS, "LOAN-1:1")["ver"] == 2


def test_a_review_waits_for_an_event_that_is_still_to_come(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The event's account has a gap: the mark is set when it is closed.

    It stands then as it would without the gap, with the times of event and review.
    """
    made = feed.entry("LOAN-1", "account.created.v1", account())
    body = {"event_id": "LOAN-1:1", "outcome": "queried"}
    feed.post("review:LOAN-1:1", "item.reviewed.v1", body, actor="staff-priya")
    drain()
    assert mirror.one(documents.REVIEWS, "LOAN-1:1")["waits"] is True
    feed.raw(made, INTERNAL)
    drain()
    entry, review = (
        mirror.one(each, "LOAN-1:1") for each in (documents.AUDIT_EVENTS, documents.REVIEWS)
    )
    assert entry["reviewStatus"] == "queried"
    assert "waits" not in review
    made_at, reviewed_at = (datetime(2026, 3, 1, 0, 0, each, tzinfo=UTC) for each in (1, 2))
    assert (entry["createdAt"], entry["updatedAt"]) == (made_at, reviewed_at)
    assert (review["createdAt"], review["updatedAt"]) == (reviewed_at, reviewed_at)


def test_reading_a_text_is_in_the_trail(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Who read which event of whom; the subject is the reader. Old ones say plainly what for."""
    about = {"event_id": "LOAN-1:7", "customer_id": "CUS-1", "names": ["reason"]}
    body = {**about, "purpose": "complaint 7"}
    feed.post("reveal:staff-sarah", "text.revealed.v1", body, actor="staff-sarah")
    drain()
    entry = mirror.one(documents.AUDIT_EVENTS, "reveal:staff-sarah:1")
    assert (entry["aboutEventId"], entry["customerId"]) == ("LOAN-1:7", "CUS-1")
    assert mirror.all(documents.LOAN_ACCOUNTS) == []


def test_the_books_as_a_whole_have_their_documents(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Whether commands are taken, and which business date was ended last."""
    for read_only in (True, False):
        body = {"read_only": read_only, "reason": "upgrade"}
        feed.post("ledger:read-only", "ledger.read_only_set.v1", body, actor="staff-alex")
    for date in ("2026-03-01", "2026-03-02"):
        ended = {"business_date": date, "accounts_accrued": 3, "accounts_aged": 1}
        feed.post("ledger:end-of-day", "day.ended.v1", ended, actor="system")
    drain()
    switch = mirror.one(documents.LEDGER_SUBJECTS, "ledger:read-only")
    assert (switch["readOnly"], switch["lastActor"], switch["ver"]) == (False, "staff-alex", 2)
    day = mirror.one(documents.LEDGER_SUBJECTS, "ledger:end-of-day")
    assert (day["businessDate"], day["accountsAccrued"], day["ver"]) == ("2026-03-02", 3, 2)


def test_a_key_is_kept_with_its_times(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A revoked one stays: what it signed before stays valid."""
    created = {
        "staff_id": "staff-mike",
        "username": "mike",
        "display_name": "Mike",
        "roles": ["supervisor"],
        "person_id": "P-1",
        "acts_for": ["staff-sarah"],
    }
    feed.post("staff:staff-mike", "staff.created.v1", created)
    for key in ("K-1", "K-2"):
        body = {"staff_id": "staff-mike", "key_id": key, "public_key": "cHVibGlj"}
        feed.post("staff:staff-mike", "staff.key_enrolled.v1", body)
    feed.post(
        "staff:staff-mike", "staff.key_revoked.v1", {"staff_id": "staff-mike", "key_id": "K-1"}
    )
    given = {"staff_id": "staff-mike", "reason_code": "locked_out"}
    feed.post("staff:staff-mike", "staff.start_password_given.v1", given)
    drain()
    assert mirror.one(documents.AUDIT_EVENTS, "staff:staff-mike:5")["reasonCode"] == "locked_out"
    found = mirror.one(documents.STAFF, "staff-mike")
    assert [(key["keyId"], "revokedAt" in key) for key in found["keys"]] == [
        ("K-1", True),
        ("K-2", False),
    ]
    assert (found["personId"], found["actsFor"]) == ("P-1", ["staff-sarah"])


def test_nobody_else_tells_of_the_desk(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Notes, reviews, readings and switches come from our ledger alone."""
    feed.tell("note.added.v1", {"note_id": "N-1", "customer_id": "CUS-1"})
    feed.tell("item.reviewed.v1", {"event_id": "LOAN-1:1", "outcome": "verified"})
    feed.tell("ledger.read_only_set.v1", {"read_only": True})
    feed.tell("approval.requested.v1", {"requestId": "REQ-1"}, conv="REQ-1")
    feed.tell("writeoff.returned.v1", {"requestId": "REQ-1"}, conv="REQ-1")
    drain()
    assert [letter["error"].split(":")[0] for letter in feed.dead_letters()] == ["NotOurs"] * 5
    assert mirror.all(documents.NOTES) == []


def test_a_body_about_another_subject_is_refused(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """What a document is made of is what its history says."""
    body = {"note_id": "N-2", "customer_id": "CUS-1"}
    feed.post("note:N-1", "note.added.v1", body)
    drain()
    assert mirror.all(documents.NOTES) == []
    assert len(feed.dead_letters()) == 1


def test_the_trail_tells_why_staff_were_changed_and_a_request_taken_back(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """By the event's own code; one from before there was any tells none."""
    roles = {"staff_id": "staff-nora", "roles": ["analyst"]}
    subject, kind = "staff:staff-nora", "staff.roles_set.v1"
    feed.post(subject, kind, {**roles, "reason_code": "new_duties"}, actor="staff-alex")
    feed.post(subject, kind, roles, actor="staff-alex")
    asked = {"requestId": "REQ-1", "kind": "waiver", "reason": "hardship"}
    back = {"requestId": "REQ-1", "reasonCode": "entered_in_error"}
    feed.post("request:REQ-1", "approval.requested.v1", asked, actor="staff-sarah")
    feed.post("request:REQ-1", "approval.cancelled.v1", back, actor="staff-sarah")
    drain()
    trail = {each["eventId"]: each.get("reasonCode") for each in mirror.all(documents.AUDIT_EVENTS)}
    assert trail == {
        f"{subject}:1": "new_duties",
        f"{subject}:2": None,
        "request:REQ-1:1": "hardship",
        "request:REQ-1:2": "entered_in_error",
    }
