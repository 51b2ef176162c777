"""What one screen changes, the others notice: the listener over a real MongoDB."""

import time
from collections.abc import Iterator

import pytest

from dashboard.live import Live, topic
from proto import documents
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account

ONE = topic(documents.LOAN_ACCOUNTS, "ACC-1")
OTHER = topic(documents.LOAN_ACCOUNTS, "ACC-2")
ALL = topic(documents.LOAN_ACCOUNTS)


@pytest.fixture
def live(database: DeskDatabase, store: Store) -> Iterator[Live]:
    """A listener that has begun."""
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    listener = Live(database).start()
    until_moved(listener, {ONE: 0})
    yield listener
    listener.stop()


def until_moved(live: Live, marks: dict[str, int]) -> None:
    """Wait until something has moved."""
    for _ in range(600):
        if live.have_moved(marks):
            return
        time.sleep(0.05)
    raise AssertionError("nothing moved")


def test_a_changed_account_has_moved_and_no_other(live: Live, store: Store) -> None:
    """A screen reads again only what it shows."""
    mark = live.mark()
    assert not live.have_moved({ONE: mark, ALL: mark})
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(ver=8))
    until_moved(live, {ONE: mark})
    assert live.have_moved({ALL: mark})
    assert not live.have_moved({OTHER: mark})
    assert not live.have_moved({ONE: live.mark()})


def test_the_trail_moves_as_a_whole(live: Live, database: DeskDatabase) -> None:
    """Each event of the ledger is one more there: none has a place of its own in memory."""
    mark, trail = live.mark(), topic(documents.AUDIT_EVENTS)
    database[documents.AUDIT_EVENTS.name].insert_one({"_id": "ACC-1:1"})
    until_moved(live, {trail: mark})
    assert not live.have_moved({topic(documents.AUDIT_EVENTS, "ACC-1:1"): mark, ONE: mark})


def test_what_nobody_follows_moves_nothing(
    live: Live, database: DeskDatabase, store: Store
) -> None:
    """Collections outside the list cost the screens nothing."""
    mark = live.mark()
    database[documents.HEARTBEATS.name].insert_one({"_id": "projector"})
    store(documents.LOAN_ACCOUNTS, "ACC-2", account("ACC-2"))
    until_moved(live, {OTHER: mark})
    assert live.mark() == mark + 1


def test_a_rebuilt_collection_counts_as_moved_in_every_part(
    live: Live, database: DeskDatabase
) -> None:
    """A collection that was swapped may hold other documents under every key."""
    mark = live.mark()
    database["loan-accounts-new"].insert_one({"_id": "ACC-1"})
    database["loan-accounts-new"].rename(documents.LOAN_ACCOUNTS.name, dropTarget=True)
    until_moved(live, {OTHER: mark, topic(documents.STAFF): mark})
    assert live.have_moved({topic(documents.STAFF): mark})
