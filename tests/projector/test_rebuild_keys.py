"""A rebuild that has not the keys of the archive throws nothing away."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from projector.rebuild import NotRebuilt
from projector.settings import Settings
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, customer
from tests.projector.mirror import Mirror
from tests.projector.test_rebuild import projected, run


def test_a_file_without_any_key_is_the_wrong_one(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """A path that was mistyped is a new file: not every customer was erased at once."""
    feed.tell("customer.created.v1", customer())
    feed.tell("account.created.v1", account())
    with start(beside_ledger) as drain:
        drain()
    before = projected(mirror)
    wrong = replace(beside_ledger, archive_keys=beside_ledger.archive_keys.parent / "typo.db")
    with pytest.raises(NotRebuilt, match="it has no key for CUS-1"):
        run(wrong)
    assert projected(mirror)["customers"] == before["customers"]
    assert run(beside_ledger, "customers").differing == 0


def test_an_older_copy_of_the_file_is_the_wrong_one_too(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """Whoever came after it was made was not erased; whose key was destroyed was."""
    keys, copy = beside_ledger.archive_keys, beside_ledger.archive_keys.parent / "copy.db"
    with start(beside_ledger) as drain:
        feed.tell("customer.created.v1", customer("CUS-1"))
        feed.tell("customer.created.v1", customer("CUS-2"))
        drain()
    with closing(sqlite3.connect(keys)) as store, closing(sqlite3.connect(copy)) as copied:
        store.execute("DELETE FROM keys WHERE name = 'CUS-1'")
        store.commit()
        store.backup(copied)
    with start(beside_ledger) as drain:
        feed.tell("customer.created.v1", customer("CUS-3"))
        drain()
    with pytest.raises(NotRebuilt, match="it has no key for CUS-3"):
        run(replace(beside_ledger, archive_keys=copy))
    assert {each["_id"] for each in projected(mirror)["customers"]} == {"CUS-1", "CUS-2", "CUS-3"}
    assert run(replace(beside_ledger, archive_keys=copy), "staff").state == "done"
    done = run(beside_ledger)
    assert (done.erased, done.unreadable) == (1, 0)
    assert {each["_id"] for each in projected(mirror)["customers"]} == {"CUS-2", "CUS-3"}


def test_a_rebuild_goes_on_where_everybody_was_erased(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """Then no key is left, and that is as it should be."""
    with start(beside_ledger) as drain:
        feed.tell("customer.created.v1", customer("CUS-1"))
        drain()
    with sqlite3.connect(beside_ledger.archive_keys) as store:
        store.execute("DELETE FROM keys")
    assert run(beside_ledger).erased == 1
    assert projected(mirror)["customers"] == []
