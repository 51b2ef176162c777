"""A gap in a subject's versions is closed by asking the ledger (events.md, 3.6)."""

import json
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from projector.assembly import now, read_key
from projector.ledger_reads import RECONNECT_SECONDS_MAX, Ledger
from projector.lost_events import LOOK_SECONDS, TRIES_MAX, LostEvents
from projector.missed_events import LAST_WAIT_SECONDS, MissedEvents
from projector.settings import Settings
from projector.vitals import Vitals
from proto import actor_token, documents
from proto.accounting_ledger_pb2 import EventHistoryResponse, GetEventHistoryRequest
from proto.streams import INTERNAL
from tests.ports import free_port
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, update
from tests.projector.history import History, serving
from tests.projector.mirror import Mirror


@pytest.fixture
def address() -> str:
    """Where the ledger is, or will be."""
    return f"127.0.0.1:{free_port()}"


def account_history(feed: Feed) -> list[dict[str, str]]:
    """Make an account's first five events."""
    made = [feed.entry("LOAN-1", "account.created.v1", account(status="ACTIVE"))]
    for balance in ("400.00", "300.00", "200.00", "100.00"):
        body = update(current_balance=balance)
        made.append(feed.entry("LOAN-1", "account.updated.v1", body))
    return made


def test_missing_events_are_fetched_and_applied_in_order(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str
) -> None:
    """What came too early waits, and nothing is applied out of its order."""
    made = account_history(feed)
    with serving(History(made), address), start(replace(settings, ledger_address=address)) as drain:
        feed.raw(made[0], INTERNAL)
        feed.raw(made[4], INTERNAL)
        feed.raw(made[3], INTERNAL)
        drain.until(lambda: mirror.all(documents.PARKED_EVENTS) == [])
        drain()
    assert (mirror.account()["ver"], mirror.account()["balances"]["currentBalance"]) == (
        5,
        "100.00",
    )
    assert [each["ver"] for each in mirror.all(documents.AUDIT_EVENTS)] == [1, 2, 3, 4, 5]


def test_an_early_event_waits_without_effect(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """With no ledger to ask it is parked and acknowledged, and nothing is guessed."""
    made = account_history(feed)
    with start(settings) as drain:
        feed.raw(made[0], INTERNAL)
        feed.raw(made[2], INTERNAL)
        drain()
        assert mirror.account()["ver"] == 1
        (parked,) = mirror.all(documents.PARKED_EVENTS)
        assert (parked["_id"], parked["subjectId"], parked["ver"]) == ("LOAN-1:3", "LOAN-1", 3)
        feed.raw(made[1], INTERNAL)
        drain()
    assert mirror.account()["ver"] == 3
    assert mirror.all(documents.PARKED_EVENTS) == []


def test_a_gap_outlives_the_process_and_the_ledgers_absence(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str
) -> None:
    """The next projector asks again, and again until the ledger answers."""
    made = account_history(feed)
    there = replace(settings, ledger_address=address)
    with start(there) as drain:
        feed.raw(made[2], INTERNAL)
        drain()
    with start(there) as drain:
        drain()
        with serving(History(made), address):
            drain.until(lambda: mirror.all(documents.PARKED_EVENTS) == [])
    assert mirror.account()["ver"] == 5


def test_the_ledger_is_asked_with_a_token_of_the_projectors_own(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str, keys_dir: Path
) -> None:
    """Signed with its key, for a service and for nobody else."""
    made = account_history(feed)
    history = History(made)
    with serving(history, address), start(replace(settings, ledger_address=address)) as drain:
        feed.raw(made[1], INTERNAL)
        drain.until(lambda: mirror.find(documents.LOAN_ACCOUNTS, "LOAN-1") is not None)
    key = load_pem_private_key((keys_dir / "projector.pem").read_bytes(), None)
    token = next(each for each in history.tokens if each.startswith("Bearer "))
    actor = actor_token.verify(
        token.removeprefix("Bearer "),
        {"projector": key.public_key()},  # type: ignore[dict-item]
        datetime.now(tz=UTC),
    )
    assert (actor.actor_id, actor.kind) == ("projector", "service")


class Slow(History):
    """A ledger that is asked for a history and takes its time."""

    def __init__(self, entries: list[dict[str, str]]) -> None:
        super().__init__(entries)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def answer(
        self, request: GetEventHistoryRequest, context: grpc.ServicerContext
    ) -> EventHistoryResponse:
        """Wait until the test says so."""
        self.is_asked.set()
        self.may_answer.wait(60)
        return super().answer(request, context)


def test_a_slow_ledger_delays_no_other_event(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str
) -> None:
    """It is asked beside the loop, which goes on with whatever else comes."""
    made = account_history(feed)
    ledger = Slow(made)
    with serving(ledger, address), start(replace(settings, ledger_address=address)) as drain:
        feed.raw(made[2], INTERNAL)
        drain.until(ledger.is_asked.is_set)
        feed.post("LOAN-2", "account.created.v1", account("LOAN-2"))
        drain.until(lambda: mirror.find(documents.LOAN_ACCOUNTS, "LOAN-2") is not None)
        answered = drain.projector._missed.is_reached
        ledger.may_answer.set()
        assert answered is None, "the loop waited for the answer"
        drain.until(lambda: mirror.all(documents.PARKED_EVENTS) == [])


def test_staff_have_versions_of_their_own(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """A gap of one subject delays no other."""
    created = {"staff_id": "s1", "username": "s", "display_name": "S", "roles": ["support"]}
    first = feed.entry("staff:s1", "staff.created.v1", created)
    second = feed.entry("staff:s1", "staff.roles_set.v1", {"staff_id": "s1", "roles": ["admin"]})
    with start(settings) as drain:
        feed.raw(second, INTERNAL)
        feed.post("LOAN-1", "account.created.v1", account())
        drain()
        assert mirror.account()["ver"] == 1
        assert mirror.all(documents.STAFF) == []
        feed.raw(first, INTERNAL)
        drain()
    assert mirror.one(documents.STAFF, "s1")["roles"] == ["admin"]


def test_a_ledger_event_about_another_subject_is_poison(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The envelope and the body must speak of the same account."""
    fields = feed.entry("LOAN-1", "account.created.v1", account("LOAN-2"))
    with start(settings) as drain:
        feed.raw(fields, INTERNAL)
        drain()
    assert mirror.all(documents.LOAN_ACCOUNTS) == []
    assert json.loads(feed.dead_letters()[0]["payload"])["account_id"] == "LOAN-2"


def test_a_failing_ledger_event_is_seen_once_and_holds_up_nobody_else(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str
) -> None:
    """However often its subject's gap is looked at, it is one dead letter."""
    refuse = {"signedLoanAgreementUrl": {"$ne": "refused"}}
    mirror.take_only("loan-accounts", refuse)
    made = [feed.entry("LOAN-1", "account.created.v1", account(status="ACTIVE"))]
    made += [
        feed.entry("LOAN-1", "account.updated.v1", update(**told))
        for told in ({"signed_loan_agreement_url": "refused"}, {"current_balance": "7.00"})
    ]
    there = replace(settings, ledger_address=address, tries_max=2)
    with serving(History(made), address), start(there) as drain:
        feed.raw(made[0], INTERNAL)
        feed.raw(made[2], INTERNAL)
        drain.until(lambda: len(feed.dead_letters()) == 1)
        feed.post("LOAN-2", "account.created.v1", account("LOAN-2"))
        for _ in range(40):
            drain.projector.turn(50)
        feed.raw(made[1], INTERNAL)
        drain()
        (letter,) = feed.dead_letters()
        assert (letter["id"], letter["error"].split(":")[0]) == ("LOAN-1:2", "BulkWriteError")
        assert (mirror.account()["ver"], mirror.account("LOAN-2")["ver"]) == (1, 1)
        mirror.take_only("loan-accounts", {})
        drain.until(lambda: mirror.all(documents.PARKED_EVENTS) == [])
    assert mirror.account()["ver"] == 3


def test_a_poisonous_ledger_event_is_one_dead_letter(
    feed: Feed,
    start: Start,
    settings: Settings,
    mirror: Mirror,
    address: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the stream, and again and again from the ledger; what follows it waits.

    The log tells of it once.
    """
    made = [
        feed.entry("LOAN-1", "account.created.v1", account()),
        feed.entry("LOAN-1", "account.updated.v1", update(current_balance="1.005")),
        feed.entry("LOAN-1", "account.updated.v1", update(current_balance="7.00")),
    ]
    with serving(History(made), address), start(replace(settings, ledger_address=address)) as drain:
        for fields in made:
            feed.raw(fields, INTERNAL)
        drain()
        for _ in range(40):
            drain.projector.turn(50)
    assert [letter["id"] for letter in feed.dead_letters()] == ["LOAN-1:2"]
    assert capsys.readouterr().out.count("dead_letter") == 1
    assert [each["ver"] for each in mirror.all(documents.PARKED_EVENTS)] == [3]
    assert mirror.account()["ver"] == 1


def test_a_ledger_that_comes_back_is_asked_soon(
    feed: Feed, address: str, keys_dir: Path, mirror: Mirror
) -> None:
    """However long it was away, a gap is closed within seconds of its return."""
    made = account_history(feed)
    ledger = Ledger(address, read_key(keys_dir / "projector.pem"), now)
    missed = MissedEvents(ledger, LostEvents(mirror.database, ledger, Vitals(started_at=now())))
    missed.replace(["LOAN-1"], 0.0)
    for quarter in range(400):
        assert missed.turn(quarter / 4) == []
        time.sleep(0.005)
    with serving(History(made), address):
        time.sleep(RECONNECT_SECONDS_MAX)
        began = time.monotonic()
        while not (entries := missed.turn(105.0 + time.monotonic() - began)):
            assert time.monotonic() < began + LAST_WAIT_SECONDS / 2, "it was not asked"
            time.sleep(0.01)
    missed.close()
    assert len(entries) == len(made)


def test_what_cannot_be_applied_is_left_after_some_tries(
    feed: Feed, address: str, keys_dir: Path, mirror: Mirror
) -> None:
    """It is told of and holds up no other; here nobody applies anything."""
    made = account_history(feed)
    brought = brought_again(made, 5, address, keys_dir, mirror)
    assert brought == dict.fromkeys([b"1", b"2", b"3", b"4", b"5"], TRIES_MAX)


def test_what_waits_behind_a_poisonous_event_is_not_lost(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, address: str
) -> None:
    """It is parked: after a restart the poisonous one alone is missed in the trail."""
    made = account_history(feed)
    made[1]["payload"] = made[1]["payload"].replace("400.00", "1.005")
    with start(settings) as drain:
        for fields in made:
            feed.raw(fields, INTERNAL)
        drain()
    assert [each["ver"] for each in mirror.all(documents.PARKED_EVENTS)] == [3, 4, 5]
    brought = brought_again(made, 1, address, settings.keys_dir, mirror)
    assert brought == {b"2": TRIES_MAX}


def brought_again(
    made: list[dict[str, str]], missing: int, address: str, keys_dir: Path, mirror: Mirror
) -> Counter[bytes]:
    """Look until so many are given up, and some time more; count how often each was brought."""
    ledger = Ledger(address, read_key(keys_dir / "projector.pem"), now)
    lost = LostEvents(mirror.database, ledger, Vitals(started_at=now(), holds_lease=True))
    brought: Counter[bytes] = Counter()
    seconds, left = 0.0, 100
    with serving(History(made), address):
        while left:
            brought.update(entry.fields[b"pos"] for entry in lost.turn(seconds))
            left -= brought.total() >= missing * TRIES_MAX
            seconds += LOOK_SECONDS
            time.sleep(0.002)
            assert seconds < 100_000, brought
        lost.close()
    ledger.close()
    return brought
