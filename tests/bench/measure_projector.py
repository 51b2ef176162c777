"""The projector's throughput against the plan's way, and its lag at steady rates."""

import itertools
import threading
import time
from typing import Any, Final

import redis

from embedded.process import stop
from proto import codec
from proto.streams import INBOX, PROJECTOR_GROUP
from tests.bench import one_at_a_time
from tests.bench.figures import paired, percentile, report
from tests.stage import DB_NAME, Stage

ACCOUNTS: Final = 2_000
OUR_EVENTS: Final = 30_000
THEIR_EVENTS: Final = 1_500
LAG_SECONDS: Final = 8

_numbers = itertools.count()


def _event(account: str) -> dict[Any, Any]:
    number = next(_numbers)
    body = {
        "account_id": account,
        "current_balance": f"{number % 3000}.50",
        "status": "ACTIVE",
        "triggered_by_transaction_type": "REPAYMENT",
    }
    return {
        "id": f"bench-{number}",
        "typ": "account.updated.v1",
        "conv": account,
        "payload": codec.canonical(body),
    }


def _publish(client: redis.Redis, count: int) -> list[bytes]:
    """Put events onto the inbox, a thousand at a time, and give their entry ids."""
    ids: list[Any] = []
    for start in range(0, count, 1_000):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + 1_000, count)):
            pipe.xadd(INBOX, _event(f"bench-{number % ACCOUNTS}"))
        ids += pipe.execute()
    return ids


def _acknowledged(client: redis.Redis, places: dict[bytes, int]) -> int:
    """Give how many of the published entries the group has acknowledged (Redis 6.2 way)."""
    groups: Any = client.xinfo_groups(INBOX)
    group = next(each for each in groups if each["name"] == PROJECTOR_GROUP.encode())
    return max(0, places.get(group["last-delivered-id"], 0) - int(group["pending"]))


def _ours(stage: Stage) -> float:
    """Give events a second from the first acknowledged batch to the last."""
    stop(stage.processes["projector"])
    with redis.Redis.from_url(stage.redis.url) as client:
        places = {entry: place for place, entry in enumerate(_publish(client, OUR_EVENTS), 1)}
        stage.start("projector")
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


def measure(stage: Stage) -> None:
    """Run all of the projector's measurements."""
    paired(
        "projector events/s",
        lambda: _ours(stage),
        lambda: _theirs(stage),
        unit="events/s",
        against="one event at a time, as in the plan's sample",
    )
    for rate in (100, 1_000):
        _lag(stage, rate)
