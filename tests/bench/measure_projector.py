"""The projector's throughput against the plan's way, and its lag at steady rates."""

import itertools
import subprocess
import sys
import threading
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
from proto import codec, documents
from proto.streams import INBOX, PROJECTOR_GROUP
from tests.bench import one_at_a_time
from tests.bench.figures import paired, percentile, report
from tests.stage import DB_NAME, Stage

ACCOUNTS: Final = 2_000
OUR_EVENTS: Final = 60_000
"""A round takes so long that what else the machine does weighs on both sides alike."""
THEIR_EVENTS: Final = 1_500
LAG_SECONDS: Final = 8
RAW: Final = "raw-accounts"

_numbers = itertools.count()


def _balance(number: int) -> str:
    return f"{number % 3000}.50"


def _event(account: str) -> dict[Any, Any]:
    number = next(_numbers)
    body = {
        "account_id": account,
        "current_balance": _balance(number),
        "status": "ACTIVE",
        "triggered_by_transaction_type": "REPAYMENT",
    }
    return {
        "id": f"bench-{number}",
        "typ": "account.updated.v1",
        "conv": account,
        "payload": codec.canonical(body),
    }


def _publish(client: redis.Redis, count: int, poison_every: int = 0) -> list[bytes]:
    """Put events onto the inbox, a thousand at a time, and give their entry ids."""
    ids: list[Any] = []
    for start in range(0, count, 1_000):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + 1_000, count)):
            event = _event(f"bench-{number % ACCOUNTS}")
            if poison_every and number % poison_every == 0:
                event["payload"] = "broken"
            pipe.xadd(INBOX, event)
        ids += pipe.execute()
    return ids


def _acknowledged(client: redis.Redis, places: dict[bytes, int]) -> int:
    """Give how many of the published entries the group has acknowledged (Redis 6.2 way)."""
    groups: Any = client.xinfo_groups(INBOX)
    group = next(each for each in groups if each["name"] == PROJECTOR_GROUP.encode())
    return max(0, places.get(group["last-delivered-id"], 0) - int(group["pending"]))


def _ours(stage: Stage, poison_every: int = 0, start: Callable[[], None] | None = None) -> float:
    """Give events a second from the first acknowledged batch to the last."""
    stop(stage.processes["projector"])
    with redis.Redis.from_url(stage.redis.url) as client:
        places = {
            entry: place
            for place, entry in enumerate(_publish(client, OUR_EVENTS, poison_every), 1)
        }
        start() if start else stage.start("projector")
        while not (first := _acknowledged(client, places)):
            time.sleep(0.002)
        started = time.perf_counter()
        while (last := _acknowledged(client, places)) < OUR_EVENTS:
            time.sleep(0.002)
        return (last - first) / (time.perf_counter() - started)


def _theirs(stage: Stage) -> float:
    """Give events a second of the plan's way, in a Redis and a database of its own."""
    url = stage.redis.url.removesuffix("/0") + "/1"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        _publish(client, THEIR_EVENTS)
        client.xgroup_create(INBOX, PROJECTOR_GROUP, id="0")
    started = time.perf_counter()
    one_at_a_time.run(url, stage.mongo.url, f"{DB_NAME}-plan")
    return THEIR_EVENTS / (time.perf_counter() - started - one_at_a_time.IDLE_SECONDS)


def _lag(stage: Stage, rate: int) -> None:
    """Publish at a steady rate and see in a change stream when each event has arrived."""
    sent: dict[str, float] = {}
    lags: list[float] = []
    accounts = stage.database()["loan-accounts"]
    total = rate * LAG_SECONDS
    ready = threading.Event()

    def watch() -> None:
        with accounts.watch([{"$project": {"documentKey": 1}}], max_await_time_ms=100) as changes:
            ready.set()
            deadline = time.monotonic() + LAG_SECONDS + 10
            while len(lags) < total and time.monotonic() < deadline:
                change = changes.try_next()
                key: Any = change and change["documentKey"]
                if key and (at := sent.get(key["_id"])):
                    lags.append(time.perf_counter() - at)

    watcher = threading.Thread(target=watch)
    watcher.start()
    ready.wait(10)
    with redis.Redis.from_url(stage.redis.url) as client:
        started = time.perf_counter()
        for number in range(total):
            account = f"lag-{rate}-{number}"
            due = started + number / rate
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            event = _event(account)
            sent[account] = time.perf_counter()
            client.xadd(INBOX, event)
    watcher.join()
    report(
        f"projector lag at {rate} events/s",
        unit="ms",
        p50=round(percentile(lags, 0.5) * 1000, 1),
        p99=round(percentile(lags, 0.99) * 1000, 1),
        arrived=len(lags),
        sent=total,
    )


def _poisoned(stage: Stage) -> float:
    """Give events a second where one in a hundred can never be read."""
    return _ours(stage, poison_every=100)


def _two(stage: Stage) -> float:
    """Give events a second of two projectors at once."""
    log = stage.folder / "logs" / "second.log"
    stop(stage.processes["projector"])
    second: list[Process] = []

    def start_both() -> None:
        stage.start("projector")
        second.append(spawn([sys.executable, "-m", "projector"], log, stage.environ))

    try:
        return _ours(stage, start=start_both)
    finally:
        for each in second:
            stop(each)


def _raw(stage: Stage) -> float:
    """Give operations a second of an unordered bulk_write, one for each event.

    It ends with the same documents as the projector, under the same indexes, as durable;
    it reads no stream, marks and archives nothing, and knows beforehand what to write.
    """
    database = stage.database()
    shelf.make(database, documents.LOAN_ACCOUNTS, RAW)
    accounts = database[RAW].with_options(write_concern=DURABLE)
    operations = [_operation(next(_numbers), place) for place in range(OUR_EVENTS)]
    began = time.perf_counter()
    for first in range(0, OUR_EVENTS, 1_000):
        accounts.bulk_write(operations[first : first + 1_000], ordered=False)
    seconds = time.perf_counter() - began
    _require_alike(database)
    return OUR_EVENTS / seconds


def _operation(number: int, place: int) -> UpdateOne:
    """Give the update that one event comes to."""
    account = f"bench-{place % ACCOUNTS}"
    balance, now = Decimal128(_balance(number)), datetime.now(tz=UTC)
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


def _rebuild(stage: Stage) -> None:
    """Rebuild everything that the other measurements brought, and tell events a second."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "projector", "rebuild"],
        env=stage.environ,
        check=True,
        capture_output=True,
    )
    seconds = time.perf_counter() - began
    done: Any = stage.database()["rebuilds"].find_one(sort=[("_id", -1)])
    report(
        "projector rebuild",
        unit="events/s",
        events=int(done["events"]),
        seconds=round(seconds, 1),
        rate=round(done["events"] / seconds),
        differing=int(done["differing"]),
    )


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
            "unordered bulk_write, one op an event",
        ),
        ("projector with 1 % poison", _poisoned, _ours, "no poison"),
        ("two projectors", _two, _ours, "one projector"),
    )
    for name, ours, other, against in sides:
        paired(
            name,
            partial(ours, stage),
            partial(other, stage),
            unit="events/s",
            against=against,
        )
    for rate in (100, 1_000):
        _lag(stage, rate)
    _rebuild(stage)
