"""`kill -9` at each named step of a batch and of a rebuild: nothing is lost or doubled."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from random import Random

import pytest

from projector import commands
from projector.fail_points import FailPoint
from projector.settings import Settings
from projector.shelf import PROJECTED
from proto import documents
from tests.counts import count
from tests.projector.conftest import Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror
from tests.projector.test_process import environment, running, tell_much, wait_until
from tests.projector.test_rebuild import projected, whole

__all__ = ["environment", "whole"]

STEPS = (
    FailPoint.AFTER_READ,
    FailPoint.BEFORE_COMMIT,
    FailPoint.AFTER_WRITE,
    FailPoint.BEFORE_ACKNOWLEDGE,
)
REBUILD_STEPS = (
    FailPoint.IN_REPLAY,
    FailPoint.AFTER_FENCE,
    FailPoint.IN_SWAP,
    FailPoint.AFTER_SWAP,
)
SEEDS = range(count(2, 50))
KILLED = -9


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_of_a_batch(
    environment: dict[str, str],
    settings: Settings,
    start: Start,
    feed: Feed,
    mirror: Mirror,
    tmp_path: Path,
    step: str,
    seed: int,
) -> None:
    """The next one finishes what was begun, and every event has its effect once (I9)."""
    total = 60
    tell_much(feed, 0, total)
    armed = {**environment, "APP_MODE": "demo"}
    armed["PROJECTOR_FAIL_POINT"] = f"{step}:{Random(seed).randrange(1, 3)}"  # noqa: S311 - a seed
    with running(armed, tmp_path / "log") as process:
        wait_until("the death", partial(_died_or_done, process, mirror, total))
    with start(settings) as drain:
        drain.until(partial(_is_done, mirror, total))
        drain()
    assert mirror.account("OUR-1")["balances"]["totalPaid"] == f"{total}.00"
    assert len(mirror.all(documents.TRANSACTIONS)) == total
    assert sum("sealed" in each for each in mirror.all(documents.ARCHIVE)) == 2 * total
    assert feed.dead_letters() == []


def _is_done(mirror: Mirror, total: int) -> bool:
    marks = mirror.database["marks"].count_documents({})
    ours = mirror.find(documents.LOAN_ACCOUNTS, "OUR-1") or {}
    return marks == 2 * total and ours.get("ver") == total


def _died_or_done(process: "subprocess.Popen[bytes]", mirror: Mirror, total: int) -> bool:
    return process.poll() == KILLED or _is_done(mirror, total)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", REBUILD_STEPS)
def test_killed_at_a_step_of_a_rebuild(
    environment: dict[str, str],
    whole: Settings,
    start: Start,
    feed: Feed,
    mirror: Mirror,
    step: str,
    seed: int,
) -> None:
    """What lives is right and goes on; run again, the rebuild comes to its end (I8)."""
    before = projected(mirror)
    passes = Random(seed).randrange(1, len(PROJECTED)) if step == FailPoint.IN_SWAP else 1  # noqa: S311 - a seed
    armed = {
        **environment,
        "KEYS_DIR": str(whole.keys_dir),
        "LEDGER_SERVICE_URL": whole.ledger_address,
        "APP_MODE": "demo",
        "PROJECTOR_FAIL_POINT": f"{step}:{passes}",
    }
    killed = subprocess.run(
        [sys.executable, "-m", "projector", "rebuild"], env=armed, check=False, capture_output=True
    )
    assert killed.returncode == KILLED, killed.stderr
    assert projected(mirror) == before
    with start(whole) as drain:
        feed.tell("customer.changed.v1", customer("CUS-77"))
        drain()
    assert mirror.customer("CUS-77")["firstName"] == "Mia"
    assert commands.run(["rebuild"], whole) == 0
    assert not [each for each in mirror.database.list_collection_names() if "rebuild-" in each]
    assert mirror.all(documents.REBUILDS)[-1]["differing"] == 0


def test_a_fail_point_is_refused_in_production(environment: dict[str, str]) -> None:
    """It is a test's tool: a projector that serves does not start with it."""
    told = {**environment, "APP_MODE": "production", "PROJECTOR_FAIL_POINT": "after-read"}
    said = subprocess.run(
        [sys.executable, "-m", "projector"], env=told, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr.startswith("PROJECTOR_FAIL_POINT lets")) == (2, True)
