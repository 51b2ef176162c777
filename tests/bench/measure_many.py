"""A million events: what the projector's memory does over them, and how long a rebuild takes."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import redis

from tests.bench.feed import acknowledged, publish
from tests.bench.figures import report
from tests.stage import Stage

EVENTS: Final = 1_000_000
WAVE: Final = 50_000
SETTLED_AFTER: Final = 4
"""Waves after which everything is loaded and the caches of keys and amounts are full."""


def measure(stage: Stage) -> None:
    """Bring a million events through one projector, then rebuild everything from the archive."""
    _memory(stage)
    _rebuild(stage)


def _memory(stage: Stage) -> None:
    """See how much memory one projector holds while a million events go through it."""
    held: list[float] = []
    with redis.Redis.from_url(stage.redis.url) as client:
        for _ in range(0, EVENTS, WAVE):
            places = {entry: place for place, entry in enumerate(publish(client, WAVE), 1)}
            while acknowledged(client, places) < WAVE:
                time.sleep(0.02)
            held.append(_resident(stage.processes["projector"].pid))
    settled, last = held[SETTLED_AFTER], held[-1]
    report(
        "projector memory",
        unit="MB",
        events=EVENTS,
        settled=round(settled),
        last=round(last),
        most=round(max(held)),
        ratio=round(last / settled, 2),
    )


def _resident(process_id: int) -> float:
    """Give the megabytes that a process holds in memory."""
    status = Path(f"/proc/{process_id}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _rebuild(stage: Stage) -> None:
    """Rebuild everything that the measurements brought, and tell events a second."""
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
