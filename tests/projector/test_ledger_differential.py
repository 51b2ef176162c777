"""However the ledger's events are cut into batches, every read model ends alike."""

import random
import threading
from dataclasses import replace
from typing import Any

import pytest
import redis
from pymongo.database import Database

from embedded.process import free_port
from projector.settings import Settings
from projector.stream import GROUP
from proto.streams import INTERNAL
from tests.counts import count
from tests.databases import Databases
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, closing, posting, update
from tests.projector.mirror import Mirror, Plain
from tests.projector.test_missed_events import History, serving

LOANS = ("LOAN-1", "LOAN-2")
KINDS = ("repayment.recorded.v1", "fee.waived.v1", "adjustment.made.v1", "payment.reversed.v1")
STEPS = ("returned", "resubmitted", "approved")


def history(feed: Feed, chance: random.Random) -> list[dict[str, str]]:
    """Make what the ledger tells of two loans, two requests, reviews, a note and a day's end."""
    made = [
        feed.entry(each, "account.created.v1", account(each, status="ACTIVE")) for each in LOANS
    ]
    for number in range(30):
        made.append(_posting(feed, chance, number))
        about = chance.choice(made)["id"]
        if number % 5 == 0:
            body: dict[str, Any] = {
                "event_id": about,
                "outcome": chance.choice(["verified", "queried"]),
            }
            made.append(feed.entry(f"review:{about}", "item.reviewed.v1", body, actor="priya"))
        if number % 7 == 0:
            aged = update(chance.choice(LOANS), dpd=number, bucket="early_arrears")
            made.append(feed.entry(aged["account_id"], "loan.aging.updated.v1", aged))
        if number % 11 == 0:
            ended = {"business_date": f"2026-03-{number + 1:02d}", "accounts_accrued": 1}
            ended["accounts_aged"] = 1
            made.append(feed.entry("ledger:end-of-day", "day.ended.v1", ended))
    for name, family in (("REQ-1", "approval"), ("REQ-2", "writeoff")):
        asked = {"requestId": name, "loanAccountId": "LOAN-1", "requestedBy": "sarah"}
        made.append(feed.entry(f"request:{name}", f"{family}.requested.v1", asked))
        made += [
            feed.entry(f"request:{name}", f"{family}.{step}.v1", {"requestId": name})
            for step in STEPS
        ]
    note = {"note_id": "N-1", "customer_id": "CUS-1"}
    made += [feed.entry("note:N-1", f"note.{each}.v1", note) for each in ("added", "amended")]
    gone = {"closure_reason": "WRITTEN_OFF"}
    made.append(feed.entry("LOAN-2", "account.closed.v1", closing("LOAN-2", **gone)))
    return made


@pytest.mark.parametrize("seed", range(count(1, 20)))
def test_two_projectors_and_gaps_end_as_one_that_was_told_everything(
    streams: redis.Redis,
    database: Database[dict[str, Any]],
    databases: Databases,
    start: Start,
    settings: Settings,
    seed: int,
) -> None:
    """What the stream never brought is fetched from the ledger, whoever reads the stream.

    Not compared is what tells of the moment at which something was seen: the documents'
    times, and the copy that a day's end keeps of accounts as they stand then.
    """
    chance = random.Random(seed)  # noqa: S311 - it only shuffles
    feed = Feed(streams)
    made = history(feed, chance)
    for fields in made:
        feed.raw(fields, INTERNAL)
    with databases.taken(database.client) as there:
        with start(replace(settings, db_name=there.name, batch_entries_max=1)) as drain:
            drain()
        told_all = _lasting(Mirror(there))
    streams.flushall()
    later = [each for each in made if each["conv"] == "LOAN-1" and int(each["ver"]) > 1]
    lost = chance.sample(later[:-1], 2)
    for fields in made:
        if fields not in lost:
            feed.raw(fields, INTERNAL)
    address = f"127.0.0.1:{free_port()}"
    cut = replace(settings, batch_entries_max=7, ledger_address=address)
    with (
        serving(History(made), address),
        start(cut) as first,
        start(replace(cut, consumer="second")) as second,
    ):
        last = {"subjectId": "LOAN-1", "ver": max(_versions(made))}
        trail = database["audit-events"]
        threads = [
            threading.Thread(target=each.until, args=(lambda: trail.find_one(last) is not None,))
            for each in (first, second)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first()
    assert _lasting(Mirror(database)) == told_all


def _lasting(mirror: Mirror) -> dict[str, list[Plain]]:
    passing = {"createdAt", "updatedAt", "reversedBy"}
    return {
        collection: [
            {name: value for name, value in each.items() if name not in passing}
            for each in stored
            if collection != "portfolio" or each["_id"] == "now"
        ]
        for collection, stored in mirror.everything().items()
    }


def _versions(made: list[dict[str, str]]) -> list[int]:
    return [int(each["ver"]) for each in made if each["conv"] == "LOAN-1"]


def _posting(feed: Feed, chance: random.Random, number: int) -> dict[str, str]:
    loan, kind = chance.choice(LOANS), chance.choice(KINDS)
    cents = f"{chance.randrange(100)}.{number:02d}"
    fields = {
        "amount": cents,
        "principal_after": cents,
        "approved_by": "mike",
        "reason_code": chance.choice(["hardship", "courtesy"]),
        "original_transaction_id": f"TX-{chance.randrange(number + 1)}",
        "original_transaction_type": "REPAYMENT",
        "original_event_id": f"{loan}:1",
    }
    transaction_type = kind.split(".", 1)[0].upper()
    return feed.entry(loan, kind, posting(loan, f"TX-{number}", transaction_type, **fields))


@pytest.mark.parametrize("seed", range(count(2, 20)))
def test_the_ledgers_read_models_are_those_of_one_at_a_time(
    streams: redis.Redis,
    database: Database[dict[str, Any]],
    databases: Databases,
    start: Start,
    settings: Settings,
    seed: int,
) -> None:
    """With gaps, duplicates and strays: trail, requests, sums and marks are the same."""
    chance = random.Random(seed)  # noqa: S311 - it only shuffles
    feed = Feed(streams)
    made = history(feed, chance)
    told = sorted(range(len(made)), key=lambda place: place + chance.randrange(12))
    for place in (*told, *chance.sample(told, 10)):
        feed.raw(made[place], INTERNAL)
    results = []
    for size in (1, 7, 1_000):
        with databases.taken(database.client) as there:
            cut = replace(settings, db_name=there.name, batch_entries_max=size)
            with start(cut) as drain:
                drain()
            results.append(Mirror(there).everything())
        streams.xgroup_destroy(INTERNAL, GROUP)
    assert results[0] == results[1] == results[2]
    assert results[0]["parked-events"] == []
    assert len(results[0]["audit-events"]) == len(made)
    assert feed.dead_letters() == []
