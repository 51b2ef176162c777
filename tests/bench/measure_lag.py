"""How long after its publishing an event is seen, ours and the plan's way, at steady rates."""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import redis
from pymongo.database import Database

from proto.streams import INBOX, PROJECTOR_GROUP
from tests.bench.feed import an_event
from tests.bench.figures import percentile, report
from tests.stage import DB_NAME, Stage

SECONDS: Final = 8
IDLE_SECONDS: Final = 3.0

Seen = Database[dict[str, object]]


def measure(stage: Stage) -> None:
    """Measure at a low rate, against the plan's way, and at a high one, which that cannot hold."""
    ours = _lag(stage.redis.url, stage.database(), 100)
    theirs = _theirs(stage, 100)
    ratio = round(ours["p50"] / theirs["p50"], 2)
    plan = {f"plan_{name}": figure for name, figure in theirs.items()}
    report("projector lag at 100 events/s", unit="ms", **ours, **plan, ratio_of_medians=ratio)
    high = _lag(stage.redis.url, stage.database(), 1_000)
    report("projector lag at 1000 events/s", unit="ms", **high)


def _theirs(stage: Stage, rate: int) -> Mapping[str, float]:
    """Measure the plan's way, in a Redis and a database of its own."""
    url, name = stage.redis.url.removesuffix("/0") + "/1", f"{DB_NAME}-plan"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        client.xgroup_create(INBOX, PROJECTOR_GROUP, id="0", mkstream=True)
    where = (url, stage.mongo.url, name, str(IDLE_SECONDS))
    work = subprocess.Popen([sys.executable, "-m", "tests.bench.one_at_a_time", *where])
    figures = _lag(url, stage.database().client[name], rate)
    work.wait()
    return figures


def _lag(url: str, database: Seen, rate: int) -> Mapping[str, float]:
    """Publish at a steady rate and see in a change stream when each event has arrived."""
    sent: dict[object, float] = {}
    lags: list[float] = []
    accounts = database["loan-accounts"]
    total = rate * SECONDS
    ready = threading.Event()

    def watch() -> None:
        seen = [{"$project": {"account": "$fullDocument.loanAccountId"}}]
        with accounts.watch(seen, max_await_time_ms=100) as changes:
            ready.set()
            deadline = time.monotonic() + SECONDS + 10
            while len(lags) < total and time.monotonic() < deadline:
                change: Any = changes.try_next()
                if change and (at := sent.get(change.get("account"))):
                    lags.append(time.perf_counter() - at)

    watcher = threading.Thread(target=watch)
    watcher.start()
    ready.wait(10)
    with redis.Redis.from_url(url) as client:
        started = time.perf_counter()
        for number in range(total):
            account = f"lag-{rate}-{number}"
            due = started + number / rate
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            event = an_event(account)
            sent[account] = time.perf_counter()
            client.xadd(INBOX, event)
    watcher.join()
    p50, p99 = (round(percentile(lags, share) * 1_000, 1) for share in (0.5, 0.99))
    return {"p50": p50, "p99": p99, "arrived": len(lags), "sent": total}
