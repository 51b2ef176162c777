"""The projector's throughput against the plan's way, and its lag at steady rates."""

import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import redis
from bson import Decimal128
from pymongo import UpdateOne
from pymongo.database import Database

from embedded.process import Process, spawn, stop
from projector import shelf
from projector.store import DURABLE
from proto import documents
from proto.streams import INBOX, PROJECTOR_GROUP
from tests.bench import measure_lag, measure_many, one_at_a_time
from tests.bench.feed import a_balance, acknowledged, an_account, numbers, publish
from tests.bench.figures import ROUNDS, paired, processor_seconds, report
from tests.stage import DB_NAME, Stage

OUR_EVENTS: Final = 30_000
"""A round takes so long that what else the machine does weighs on both sides alike."""
POISON_ROUNDS: Final = 9
"""What poison costs is a few percent, and that is less than what one round differs from another."""
IN_A_ROW: Final = 5
"""How many events of an account come one after the other where the feed tells in bursts."""
THEIR_EVENTS: Final = 1_500
RAW: Final = "raw-accounts"

_worked: dict[str, float] = {}
"""What each process worked for an event in its last round, in microseconds."""


def _ours(
    stage: Stage,
    poison_every: int = 0,
    second: Callable[[], Process] | None = None,
    in_a_row: int = 1,
) -> float:
    """Give events a second from the first acknowledged batch to the last.

    Projectors are all there before the first event is: to load one takes longer than a round.
    """
    stop(stage.processes["projector"])
    with redis.Redis.from_url(stage.redis.url) as client:
        stage.start("projector")
        projectors = [stage.processes["projector"].pid, *([second().pid] if second else [])]
        published = partial(publish, client, OUR_EVENTS, poison_every, in_a_row)
        entries = _held_back(client, projectors, published)
        places = {entry: place for place, entry in enumerate(entries, 1)}
        while not (first := acknowledged(client, places)):
            time.sleep(0.002)
        parts = {part: [stage.processes[part].pid] for part in ("mongo", "redis")}
        parts["projector"] = projectors
        worked = {part: sum(map(processor_seconds, each)) for part, each in parts.items()}
        started = time.perf_counter()
        while (last := acknowledged(client, places)) < OUR_EVENTS:
            time.sleep(0.002)
        rate = (last - first) / (time.perf_counter() - started)
        for part, before in worked.items():
            spent = sum(map(processor_seconds, parts[part])) - before
            _worked[part] = round(spent / (last - first) * 1e6, 1)
        return rate


def _held_back(
    client: redis.Redis, projectors: list[int], published: Callable[[], list[bytes]]
) -> list[bytes]:
    """Publish while the projectors, which all read by now, are stopped; then let them go on."""
    missing = {f"{platform.node()}-{each}".encode() for each in projectors}
    while missing:
        time.sleep(0.05)
        groups: Any = client.xinfo_groups(INBOX) if client.exists(INBOX) else []
        there: Any = client.xinfo_consumers(INBOX, PROJECTOR_GROUP) if groups else []
        missing -= {each["name"] for each in there}
    for each in projectors:
        os.kill(each, signal.SIGSTOP)
    try:
        return published()
    finally:
        for each in projectors:
            os.kill(each, signal.SIGCONT)


def _theirs(stage: Stage) -> float:
    """Give events a second of the plan's way, in a Redis and a database of its own."""
    url = stage.redis.url.removesuffix("/0") + "/1"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        publish(client, THEIR_EVENTS)
        client.xgroup_create(INBOX, PROJECTOR_GROUP, id="0")
    started = time.perf_counter()
    one_at_a_time.run(url, stage.mongo.url, f"{DB_NAME}-plan")
    return THEIR_EVENTS / (time.perf_counter() - started - one_at_a_time.IDLE_SECONDS)


def _poisoned(stage: Stage) -> float:
    """Give events a second where one in a hundred can never be read."""
    return _ours(stage, poison_every=100)


def _two(stage: Stage) -> float:
    """Give events a second of two projectors at once."""
    log = stage.folder / "logs" / "second.log"
    started: list[Process] = []

    def second() -> Process:
        started.append(spawn([sys.executable, "-m", "projector"], log, stage.environ))
        return started[0]

    try:
        return _ours(stage, second=second)
    finally:
        for each in started:
            stop(each)


def _raw(stage: Stage, in_a_row: int = 1) -> float:
    """Give operations a second of an unordered bulk_write, one for each event.

    It ends with the same documents as the projector, under the same indexes, as durable;
    it reads no stream, marks and archives nothing, and knows beforehand what to write.
    """
    database = stage.database()
    shelf.make(database, documents.LOAN_ACCOUNTS, RAW)
    accounts = database[RAW].with_options(write_concern=DURABLE)
    operations = [
        _operation(next(numbers), an_account(place, in_a_row)) for place in range(OUR_EVENTS)
    ]
    server = stage.processes["mongo"].pid
    worked, mine = processor_seconds(server), time.process_time()
    began = time.perf_counter()
    for first in range(0, OUR_EVENTS, 1_000):
        accounts.bulk_write(operations[first : first + 1_000], ordered=False)
    seconds = time.perf_counter() - began
    _worked["raw_client"] = round((time.process_time() - mine) / OUR_EVENTS * 1e6, 1)
    _worked["raw_mongo"] = round((processor_seconds(server) - worked) / OUR_EVENTS * 1e6, 1)
    _require_alike(database)
    return OUR_EVENTS / seconds


def _operation(number: int, account: str) -> UpdateOne:
    """Give the update that one event comes to."""
    balance, now = Decimal128(a_balance(number)), datetime.now(tz=UTC)
    changed = {
        "balances.currentBalance": balance,
        "balances.totalOutstanding": balance,
        "sdkStatus": "ACTIVE",
        "accountStatus": "active",
        "updatedAt": now,
    }
    first = {
        "loanAccountId": account,
        "accountNumber": account,
        "source": "external",
        "createdAt": now,
    }
    return UpdateOne({"_id": account}, {"$set": changed, "$setOnInsert": first}, upsert=True)


def _require_alike(database: "Database[dict[str, object]]") -> None:
    """Insist that both sides made the same fields of an account."""
    one = {"_id": "bench-1"}
    ours, raw = (database[each].find_one(one) or {} for each in ("loan-accounts", RAW))
    lacking = ours.keys() - raw.keys() - {"lastPayment"}
    if lacking:
        msg = f"the raw side does not write {sorted(lacking)}"
        raise RuntimeError(msg)


def measure(stage: Stage) -> None:
    """Run all of the projector's measurements."""
    paired(
        "projector events/s",
        lambda: _ours(stage),
        lambda: _theirs(stage),
        unit="events/s",
        against="one event at a time, as in the plan's sample",
    )
    sides = (
        (
            "projector against a raw bulk_write",
            _ours,
            _raw,
            "unordered bulk_write, one op an event; each event of a batch on another account",
            ROUNDS,
        ),
        (
            "projector against a raw bulk_write, bursts",
            partial(_ours, in_a_row=IN_A_ROW),
            partial(_raw, in_a_row=IN_A_ROW),
            f"unordered bulk_write, one op an event; {IN_A_ROW} events of an account in a row",
            ROUNDS,
        ),
        ("projector with 1 % poison", _poisoned, _ours, "no poison", POISON_ROUNDS),
        ("two projectors", _two, _ours, "one projector", ROUNDS),
    )
    for name, ours, other, against, rounds in sides:
        _worked.clear()
        paired(
            name,
            partial(ours, stage),
            partial(other, stage),
            unit="events/s",
            against=against,
            rounds=rounds,
        )
        report(f"{name}, processor time", unit="µs an event", **_worked)
    measure_lag.measure(stage)
    measure_many.measure(stage)
