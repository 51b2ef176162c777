"""What is too old leaves the archive, and a rebuild says what it lacks for it."""

import time
from dataclasses import replace
from typing import Any

import pytest
from bson import Binary

from projector import assembly
from projector.archive import PLACE
from projector.rebuild import NotRebuilt
from projector.retention import STEP
from projector.settings import Settings
from proto import documents
from proto.documents import RebuildDocument
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, customer, posting
from tests.projector.mirror import Mirror
from tests.projector.test_rebuild import all_read, projected, run

DAY_SECONDS = 86_400


@pytest.fixture
def kept(settings: Settings) -> Settings:
    """The settings of a projector that keeps outside events for thirty days."""
    return replace(settings, archive_days=30)


def age(mirror: Mirror, days: int, copies: int = 1) -> None:
    """Let everything that stands in the archive now be older than it is."""
    archive = mirror.database["archive"]
    stored = list(archive.find())
    archive.delete_many({})
    archive.insert_many([older(each, days, copy) for each in stored for copy in range(copies)])


def older(kept: dict[str, Any], days: int, copy: int) -> dict[str, Any]:
    """Give an archived event as if it had been applied so many days before."""
    seconds, counter, run, number = PLACE.unpack(bytes(kept["_id"]))
    place = PLACE.pack(seconds - days * DAY_SECONDS, counter, run + copy, number)
    return {**kept, "_id": Binary(place)}


def tidied(drain: Drain) -> None:
    """Let the projector come round to the archive."""
    time.sleep(0.25)
    for _ in range(3):
        drain.projector.turn(20)


def outside(mirror: Mirror) -> list[str]:
    """Name the customers of whom the archive keeps something."""
    return [each["customerId"] for each in mirror.all(documents.ARCHIVE) if "sealed" in each]


def test_what_is_too_old_goes_and_is_counted(
    feed: Feed, start: Start, kept: Settings, mirror: Mirror
) -> None:
    """Younger events stay, and so do our ledger's positions, which name nobody."""
    with start(kept) as drain:
        feed.tell("customer.changed.v1", customer("CUS-OLD"))
        body = posting("OUR-1", "TX-1", "REPAYMENT", amount="1.00")
        feed.post("OUR-1", "repayment.recorded.v1", body)
        drain()
        age(mirror, days=20)
        feed.tell("customer.changed.v1", customer("CUS-NEW"))
        drain()
        tidied(drain)
        assert outside(mirror) == ["CUS-OLD", "CUS-NEW"]
        age(mirror, days=15)
        tidied(drain)
    assert outside(mirror) == ["CUS-NEW"]
    assert [each for each in mirror.all(documents.ARCHIVE) if "positions" in each]
    assert mirror.one(documents.ARCHIVE_RETENTION, "archive")["dropped"] == 1
    assert mirror.customer("CUS-OLD")["firstName"] == "Mia"
    assert len(mirror.all(documents.MARKS)) == 2


def test_it_goes_in_bounded_steps(feed: Feed, start: Start, kept: Settings, mirror: Mirror) -> None:
    """A thousand at most between two batches, so that no event waits for it."""
    feed.tell("customer.changed.v1", customer())
    with start(kept) as drain:
        drain()
        age(mirror, days=60, copies=STEP + 5)
        time.sleep(0.25)
        drain.projector.turn(20)
        assert len(outside(mirror)) == 5
        tidied(drain)
    assert outside(mirror) == []
    assert mirror.one(documents.ARCHIVE_RETENTION, "archive")["dropped"] == STEP + 5


def test_without_the_setting_all_is_kept(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """For ever: nothing is forgotten that nobody asked to forget."""
    feed.tell("customer.changed.v1", customer())
    with start(settings) as drain:
        drain()
        age(mirror, days=4_000)
        tidied(drain)
    assert outside(mirror) == ["CUS-1"]


@pytest.fixture
def forgotten(feed: Feed, start: Start, beside_ledger: Settings, mirror: Mirror) -> Settings:
    """A mirror of the ledger's events and of outside ones that are old; gives the settings."""
    there = replace(beside_ledger, archive_days=30)
    with start(there) as drain:
        feed.tell("customer.changed.v1", customer("CUS-OLD"))
        drain()
        drain.until(lambda: all_read(mirror))
    age(mirror, days=60)
    return there


def test_a_rebuild_says_what_the_retention_took(
    forgotten: Settings, start: Start, mirror: Mirror
) -> None:
    """Customers stay as they live; what our ledger alone makes is rebuilt and the same."""
    with start(forgotten) as drain:
        drain()
        tidied(drain)
    before = projected(mirror)
    with pytest.raises(NotRebuilt, match=r"lacks 1 event.*retention took 1, the last came at 2"):
        run(forgotten)
    assert projected(mirror) == before
    done = run(forgotten, "transactions", "audit-events", "day-totals", "notes", "staff-days")
    assert done.differing == 0
    assert projected(mirror) == before


def test_nothing_is_swapped_where_the_retention_took_of_it_meanwhile(
    forgotten: Settings, start: Start, mirror: Mirror
) -> None:
    """A replay that may have missed something is given up, and the live collections stay."""
    before = projected(mirror)
    with start(forgotten) as drain:

        def forget(progress: RebuildDocument) -> None:
            if progress.state == "replaying":
                tidied(drain)

        own = replace(forgotten, consumer="rebuilder")
        with (
            pytest.raises(NotRebuilt, match="while they were replayed"),
            assembly.rebuild(own, forget) as rebuild,
        ):
            rebuild.run()
    assert outside(mirror) == []
    assert projected(mirror) == before
