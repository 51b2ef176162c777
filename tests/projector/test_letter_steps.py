"""What people ask about dead letters, by way of the ledger, the projector does once."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from projector.letter_work import LetterWork, NoSuchLetter
from proto import codec, documents
from proto.documents import LetterStepDocument
from proto.letter_seal import NotReadable, Reader
from proto.streams import INBOX, INTERNAL
from proto.values import Instant, Key
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, posting
from tests.projector.mirror import Mirror, Plain


@pytest.fixture
def letter(feed: Feed, drain: Drain, mirror: Mirror) -> Plain:
    """A dead letter that is stored."""
    feed.tell("account.created.v1", account("LOAN-7", loan_amount="NaN"))
    drain.until(lambda: mirror.database["dead-letters"].count_documents({}) == 1)
    return mirror.all(documents.DEAD_LETTERS)[0]


def ask(feed: Feed, letter_id: str, kind: str, recorded_at: str = "", **more: str) -> str:
    """Have the ledger tell that an administrator asked; give the event's id."""
    body = {"letter_id": letter_id, **more}
    entry = feed.entry(f"letter:{letter_id}", kind, body, actor="staff-alex")
    entry["ts"] = recorded_at or entry["ts"]
    feed.raw(entry, INTERNAL)
    return entry["id"]


def answered(drain: Drain, mirror: Mirror, event_id: str) -> Plain:
    """Work until a step has its answer."""
    answers = mirror.database["letter-answers"]
    drain.until(lambda: answers.find_one({"_id": event_id}) is not None)
    return answers.find_one({"_id": event_id}) or {}


def test_an_opened_letter_is_sealed_for_its_reader_alone(
    feed: Feed, drain: Drain, mirror: Mirror, letter: Plain
) -> None:
    """Every field as it came, with the error; no other key opens it, nor another event's."""
    reader = Reader()
    key = base64.b64encode(reader.key).decode()
    event_id = ask(feed, letter["_id"], "letter.opened.v1", reader_key=key)
    answer = answered(drain, mirror, event_id)
    assert (answer["state"], b"LOAN-7" in answer["sealed"]) == ("sealed", False)
    fields = reader.opened(event_id.encode(), answer["sealed"])
    assert json.loads(fields[b"payload"])["loan_amount"] == "NaN"
    assert fields[b"error"].startswith(b"InvalidMoney: 'NaN'")
    for other, bound in ((Reader(), event_id), (reader, "letter:1-1:1")):
        with pytest.raises(NotReadable):
            other.opened(bound.encode(), answer["sealed"])
    (step,) = mirror.all(documents.LETTER_STEPS)
    assert (step["kind"], step["by"]) == ("opened", "staff-alex")


def test_a_replay_that_was_asked_for_is_published_once(
    feed: Feed, drain: Drain, mirror: Mirror, letter: Plain, streams: redis.Redis
) -> None:
    """Asked twice it is published once; who asked is in the trail."""
    first = ask(feed, letter["_id"], "letter.replayed.v1")
    assert answered(drain, mirror, first)["state"] == "replayed"
    second = ask(feed, letter["_id"], "letter.replayed.v1")
    assert answered(drain, mirror, second)["state"] == "known"
    published: Any = streams.xlen(INBOX)
    assert published == 2
    assert mirror.one(documents.DEAD_LETTERS, letter["_id"])["status"] == "replayed"
    assert mirror.one(documents.AUDIT_EVENTS, first)["actor"] == "staff-alex"


def test_a_letter_that_was_closed_is_resolved_and_says_why(
    feed: Feed, drain: Drain, mirror: Mirror, letter: Plain, streams: redis.Redis
) -> None:
    """Nothing is published; the reason is a step of it, and stands in the trail.

    Under another message's name, or under none, it stays as it is.
    """
    before: Any = streams.xlen(INBOX)
    told = {"reason_code": "came_twice", "original_message_id": letter["entryId"]}
    for other in ({}, {"original_message_id": "1700000000000-0"}):
        event_id = ask(feed, letter["_id"], "letter.resolved.v1", reason_code="came_twice", **other)
        assert answered(drain, mirror, event_id)["state"] == "erased"
    assert mirror.one(documents.DEAD_LETTERS, letter["_id"])["status"] == "open"
    same = {**letter, "_id": "1-1", "letterId": "1-1"}
    mirror.database["dead-letters"].insert_one(same)
    event_id = ask(feed, letter["_id"], "letter.resolved.v1", **told)
    assert answered(drain, mirror, event_id)["state"] == "resolved"
    stored = mirror.one(documents.DEAD_LETTERS, letter["_id"])
    assert (stored["status"], streams.xlen(INBOX)) == ("resolved", before)
    assert mirror.one(documents.DEAD_LETTERS, "1-1")["status"] == "resolved"
    step = mirror.one(documents.LETTER_STEPS, event_id)
    assert (step["kind"], step["by"], step["reasonCode"]) == (
        "resolved",
        "staff-alex",
        "came_twice",
    )
    assert mirror.one(documents.AUDIT_EVENTS, event_id)["reasonCode"] == "came_twice"


def test_a_letter_that_nobody_can_read_is_answered_so(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """One that is not there, or whose key is gone; and a reader's key that is none."""
    for letter_id in ("1-1", "2-1"):
        event_id = ask(feed, letter_id, "letter.opened.v1", reader_key="AAAA")
        assert answered(drain, mirror, event_id)["state"] == "erased"


def test_a_step_that_comes_late_is_done_all_the_same(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Steps that are done are not looked at for ever; one of a day before is none of them."""
    for recorded_at in ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"):
        event_id = ask(feed, "1-1", "letter.opened.v1", recorded_at, reader_key="AAAA")
        assert answered(drain, mirror, event_id)["state"] == "erased"


def test_a_correction_resolves_the_letter_of_its_message(
    feed: Feed, drain: Drain, mirror: Mirror, letter: Plain
) -> None:
    """The compensating event points at the message; request and correction are steps of it."""
    message = letter["entryId"]
    command = {"command": "IssueCorrection", "original_message_id": message}
    asked = {
        "requestId": "REQ-1",
        "requestNumber": "A-1",
        "kind": "correction",
        "loanAccountId": "LOAN-7",
        "customerId": "CUS-1",
        "requestedBy": "staff-alex",
        "command": json.dumps(command),
    }
    feed.post("request:REQ-1", "approval.requested.v1", asked, actor="staff-alex")
    feed.post("LOAN-7", "account.created.v1", account("LOAN-7"))
    more = {"amount": "20.00", "approved_by": "staff-mike", "original_message_id": message}
    corrected = posting("LOAN-7", "TXN-1", "CORRECTION", request_id="REQ-1", **more)
    entry = feed.entry("LOAN-7", "payment.correction.v1", corrected)
    feed.raw(entry, INTERNAL)
    assert answered(drain, mirror, entry["id"])["state"] == "resolved"
    assert mirror.one(documents.DEAD_LETTERS, letter["_id"])["status"] == "resolved"
    steps = {each["kind"]: each for each in mirror.all(documents.LETTER_STEPS)}
    assert {each["messageId"] for each in steps.values()} == {message}
    assert {each["requestId"] for each in steps.values()} == {"REQ-1"}
    assert steps["corrected"]["transactionId"] == "TXN-1"


class Asked:
    """A store that notes for which letters it was asked, in their order."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def opened(self, letter_id: str) -> dict[bytes, bytes]:
        """Give nothing: it is not asked for here."""
        raise NoSuchLetter(letter_id)

    def replay(self, letter_id: str) -> bool:
        """Note it."""
        self.order.append(letter_id)
        return True

    def resolve(self, letter_id: str, message_id: str | None = None) -> None:
        """Note it."""
        assert message_id is None
        self.order.append(letter_id)


def test_steps_are_done_in_the_order_they_were_asked_in(mirror: Mirror) -> None:
    """By their time; of one time by their version, where ten comes after two."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    later = at + timedelta(seconds=1)
    asked = {"letter:9:10": at, "letter:9:2": at, "letter:1:1": later, "letter:8:1": at}
    for event_id, when in asked.items():
        step = LetterStepDocument(
            event_id=Key(event_id),
            kind="replay",
            letter_id=Key(event_id),
            by=Key("staff-alex"),
            at=Instant.of(when),
        )
        stored = {"_id": event_id, **codec.to_mongo(step)}
        mirror.database[documents.LETTER_STEPS.name].insert_one(stored)
    store = Asked()
    LetterWork(mirror.database, store, lambda: Instant.of(later)).turn()
    assert store.order == ["letter:8:1", "letter:9:2", "letter:9:10", "letter:1:1"]
