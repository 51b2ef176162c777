"""What can never be applied, what fails, what nobody reads (events.md, section 3)."""

import gc
import json
from dataclasses import replace

import pytest
import redis

from projector.item import Item
from projector.settings import Settings
from proto import documents
from proto.streams import INBOX, INTERNAL
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, customer, schedule, update
from tests.projector.mirror import Mirror

FAILURES = "failures:billie-servicing-processor"
LAST_HOUR = "9999-12-31T23:00:00Z"
"""In Sydney it is in the year 10000, of which no calendar here tells."""


@pytest.mark.parametrize(
    ("event_type", "body", "reason"),
    [
        ("customer.created.v1", "not json", "InvalidBody"),
        ("customer.created.v1", "[" * 100, "TooDeep"),
        ("customer.created.v1", '{"first_name": "Mia"}', "InvalidBody"),
        ("account.created.v1", json.dumps(account(loan_amount="NaN")), "InvalidMoney"),
        ("account.created.v1", json.dumps(account(loan_amount="1e3")), "InvalidMoney"),
        ("account.created.v1", json.dumps(account(loan_amount="1.005")), "InvalidMoney"),
        ("account.created.v1", json.dumps(account(loan_amount="१००")), "InvalidMoney"),
        ("account.created.v1", json.dumps({**account(), "account_id": {"a": 1}}), "InvalidKey"),
        ("customer.created.v1", "x" * 300_000, "TooLarge"),
        ("account.updated.v1", json.dumps(update(timestamp=LAST_HOUR)), "InvalidTimestamp"),
        ("account.updated.v1", json.dumps(update("", status="ACTIVE")), "account_id is empty"),
        ("account.updated.v1", '{"account_id": null}', "account_id is empty"),
        ("customer.changed.v1", json.dumps(customer("")), "customer_id is empty"),
        ("statement.generated.v1", "{}", "account_id"),
    ],
)
def test_poison_goes_to_the_dead_letters(
    feed: Feed, drain: Drain, mirror: Mirror, event_type: str, body: str, reason: str
) -> None:
    """With its own fields, where it stood, why, when and after how many deliveries.

    Its neighbours are applied. What is too large or too deep is not looked into again.
    """
    entry_id = feed.tell(event_type, body)
    feed.tell("customer.created.v1", customer("CUS-2"))
    drain()
    (letter,) = feed.dead_letters()
    assert reason in letter["error"]
    assert (letter["original_message_id"], letter["payload"]) == (entry_id, body)
    assert letter["moved_at"].endswith("Z")
    assert letter["deliveries"] == ("1" if reason in {"TooDeep", "TooLarge"} else "3")
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-2"]


def test_poison_is_delivered_three_times_by_whomever(
    feed: Feed, drain: Drain, start: Start, settings: Settings, streams: redis.Redis
) -> None:
    """What one projector could not read once, and left, another tries twice more."""
    feed.tell("account.updated.v1", update(timestamp="2025-13-45"))
    while not streams.exists(FAILURES):
        drain.projector.turn(20)
    assert feed.dead_letters() == []
    assert drain.left() == 1
    with start(replace(settings, consumer="another")) as another:
        another()
    (letter,) = feed.dead_letters()
    assert letter["error"].startswith("InvalidTimestamp: ")
    assert letter["deliveries"] == "3"
    assert not streams.exists(FAILURES)


def test_bad_text_fails_alone(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Entries are read as bytes: one that is not UTF-8 does not fail its neighbours."""
    feed.tell("customer.created.v1", customer("CUS-1"))
    feed.raw({"typ": b"customer.created.v1", "payload": b"\xff\xfe"})
    feed.tell("customer.created.v1", customer("CUS-2"))
    drain()
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-1", "CUS-2"]
    assert feed.dead_letters(errors="replace")[0]["error"].startswith("NotText")


def _items() -> int:
    """Count the entries on their way that are in memory."""
    return sum(type(each) is Item for each in gc.get_objects())


def test_what_cannot_be_read_holds_no_batch_in_memory(feed: Feed, drain: Drain) -> None:
    """A batch is freed when it is done: Python looks for circles seldom, and at length."""
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    feed.tell("customer.created.v1", "not json")
    feed.tell("customer.created.v1", customer())
    gc.collect()
    before = _items()
    gc.disable()
    try:
        drain()
        assert _items() <= before
    finally:
        gc.enable()


def test_a_whole_copy_of_what_cannot_be_read_is_applied(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """They bear one id and come in one batch: the broken one makes no duplicate of the other."""
    feed.tell("customer.changed.v1", "broken", id="same")
    feed.tell("customer.changed.v1", customer(), id="same")
    drain()
    assert mirror.customer()["fullName"] == "Mia Chen"
    assert feed.dead_letters() == []


def test_a_failing_event_is_tried_three_times(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It fails alone, is tried again while the process runs, and then is a dead letter."""
    mirror.take_only("customers", {"firstName": {"$ne": "Nobody"}})
    feed.tell("customer.created.v1", customer("CUS-1"))
    entry_id = feed.tell("customer.created.v1", customer("CUS-2", first_name="Nobody"))
    feed.tell("customer.created.v1", customer("CUS-3"))
    drain()
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-1", "CUS-3"]
    (letter,) = feed.dead_letters()
    assert letter["original_message_id"] == entry_id
    assert letter["error"].startswith("BulkWriteError")
    assert drain.left() == 0


def test_an_event_that_failed_may_still_go_through(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """A failure that passes leaves no dead letter and no count."""
    refuse = {"firstName": {"$ne": "Nobody"}}
    mirror.take_only("customers", refuse)
    feed.tell("customer.created.v1", customer("CUS-2", first_name="Nobody"))
    while not streams.exists(FAILURES):
        drain.projector.turn(20)
    mirror.take_only("customers", {})
    drain()
    assert mirror.customer("CUS-2")["firstName"] == "Nobody"
    assert feed.dead_letters() == []
    assert not streams.exists(FAILURES)


def test_a_failing_ledger_event_is_alone_to_blame(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """One that waited for its predecessor fails by itself and not in the other's name."""
    made = [
        feed.entry("LOAN-1", "account.created.v1", account(status="ACTIVE")),
        feed.entry("LOAN-1", "account.updated.v1", update(signed_loan_agreement_url="refused")),
    ]
    refuse = {"signedLoanAgreementUrl": {"$ne": "refused"}}
    mirror.take_only("loan-accounts", refuse)
    feed.raw(made[1], INTERNAL)
    drain()
    feed.raw(made[0], INTERNAL)
    drain()
    assert mirror.account()["ver"] == 1
    assert [each["ver"] for each in mirror.all(documents.PARKED_EVENTS)] == [2]
    assert feed.dead_letters() == []


def test_a_document_that_does_not_fit_is_a_dead_letter(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The event that would make it too large goes, the document stays."""
    with start(replace(settings, document_bytes_max=2_000)) as drain:
        feed.tell("account.created.v1", account())
        payments = [
            {"payment_number": number, "due_date": "2026-01-19", "amount": "1.00"}
            for number in range(1, 61)
        ]
        feed.tell("account.schedule.created.v1", schedule(payments=payments))
        drain()
    assert "repaymentSchedule" not in mirror.account()
    assert feed.dead_letters()[0]["error"].startswith("DocumentTooLarge")


def test_an_unknown_type_is_no_dead_letter(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It is acknowledged, counted once for each event; of one the fields' sizes are kept."""
    first = feed.tell("moon.landed.v1", {"crew": 3}, id="m1")
    feed.tell("moon.landed.v1", "no json either", id="m2", **{"$odd": "x", "a.b": "y"})
    feed.tell("moon.landed.v1", {"crew": 3}, id="m1")
    drain()
    (found,) = mirror.all(documents.UNKNOWN_EVENTS)
    assert (found["_id"], found["count"]) == ("moon.landed.v1", 2)
    assert (found["sampleStream"], found["sampleEntryId"]) == (INBOX, first)
    assert found["sampleBytes"]["payload"] == len('{"crew": 3}')
    assert "crew" not in str(found), "what stands in it may name a person"
    assert found["firstSeen"] <= found["lastSeen"]
    assert feed.dead_letters() == []


def test_the_same_event_twice_has_the_effect_of_once(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """In one batch or later, by its id, or by cause, type, conversation and body."""
    once = customer("CUS-1", first_name="Mia")
    feed.tell("customer.changed.v1", once, id="same")
    feed.tell("customer.changed.v1", customer("CUS-1", first_name="Other"), id="same")
    drain()
    feed.tell("customer.changed.v1", customer("CUS-1", first_name="Third"), id="same")
    caused = {"typ": "customer.changed.v1", "cause": "c1", "conv": "CUS-2"}
    feed.raw({**caused, "payload": json.dumps(customer("CUS-2"))})
    feed.tell("customer.changed.v1", customer("CUS-2", first_name="Zoe"))
    feed.raw({**caused, "payload": json.dumps(customer("CUS-2"))})
    drain()
    assert mirror.customer("CUS-1")["firstName"] == "Mia"
    assert mirror.customer("CUS-2")["firstName"] == "Zoe"
    assert len(mirror.all(documents.MARKS)) == 3


def test_one_cause_may_have_several_events(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Another body under the same cause is another event."""
    for name in ("Mia", "Zoe"):
        body = json.dumps(customer("CUS-1", first_name=name))
        feed.raw({"typ": "customer.changed.v1", "cause": "c1", "payload": body})
    drain()
    assert mirror.customer()["firstName"] == "Zoe"


@pytest.mark.parametrize("body", [{}, {"payload": "{}"}])
def test_what_is_told_in_flat_fields_alone_is_told_apart_by_them(
    feed: Feed, drain: Drain, mirror: Mirror, body: dict[str, str]
) -> None:
    """Several events of one cause, none with a body that says anything; one is sent twice."""
    board = {
        "typ": "noticeboard_updated",
        "cause": "C-1",
        "cid": "TALK",
        "agentName": "a::b",
        **body,
    }
    for content in ("one", "two", "two", "three"):
        feed.raw({**board, "content": content})
    drain()
    told = mirror.one(documents.CONVERSATIONS, "TALK")
    assert [each["content"] for each in told["noticeboard"]] == ["one", "two", "three"]


def test_a_duplicate_is_not_even_parsed(feed: Feed, drain: Drain) -> None:
    """Duplicates come before the type and before parsing: no dead letter for a broken copy."""
    feed.tell("customer.changed.v1", customer(), id="same")
    drain()
    feed.tell("customer.changed.v1", "broken", id="same")
    drain()
    assert feed.dead_letters() == []


def test_marks_are_small_and_never_expire(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Sixteen bytes in a clustered collection, without a time to live."""
    feed.tell("customer.changed.v1", customer())
    drain()
    assert [len(each["_id"]) for each in mirror.all(documents.MARKS)] == [16]
    options = mirror.database[documents.MARKS.name].options()
    assert options["clusteredIndex"]["key"] == {"_id": 1}
    assert "expireAfterSeconds" not in options


def test_events_without_ids_are_told_apart_by_their_entries(
    drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """Nothing names them, so that two are two."""
    for name in ("Mia", "Zoe"):
        body = json.dumps(customer("CUS-1", first_name=name))
        streams.xadd(INBOX, {"event_type": "customer.changed.v1", "dat": body})
    drain()
    assert mirror.customer()["firstName"] == "Zoe"
    assert len(mirror.all(documents.MARKS)) == 2
