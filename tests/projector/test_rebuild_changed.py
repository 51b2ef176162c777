"""A rebuild after keys were destroyed, and after limits were lowered."""

import sqlite3
from dataclasses import replace

import pytest

from projector.archive import Archive
from projector.assembly import open_keys
from projector.rebuild import NotRebuilt
from projector.settings import Settings
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, customer
from tests.projector.mirror import Mirror
from tests.projector.test_rebuild import projected, run


def erase(settings: Settings, customer_id: str) -> None:
    """Destroy a customer's key, as whoever runs the projector does."""
    with sqlite3.connect(settings.archive_keys) as store:
        store.execute("DELETE FROM keys WHERE name = ?", (customer_id,))


def test_a_destroyed_key_is_in_nobodys_hand(
    feed: Feed, drain: Drain, settings: Settings, mirror: Mirror
) -> None:
    """Who used it a moment ago and goes on opens nothing with it any more."""
    feed.tell("customer.created.v1", customer("CUS-1"))
    feed.tell("customer.created.v1", customer("CUS-2"))
    drain()
    archive, kept = (
        Archive(open_keys(settings)),
        list(mirror.database["archive"].find().sort("_id")),
    )
    assert all(archive.opened(each) for each in kept)
    erase(settings, "CUS-1")
    assert [archive.opened(each) is None for each in kept] == [True, False]


def test_who_comes_again_after_they_were_erased_is_rebuilt_from_then(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """What was told before is erased and counted as such; what came after it is all there."""
    with start(beside_ledger) as drain:
        feed.tell("customer.created.v1", customer("CUS-1", email_address="old@example.com"))
        drain()
        erase(beside_ledger, "CUS-1")
        feed.tell("customer.changed.v1", customer("CUS-1", first_name="Zoe"))
        drain()
    done = run(beside_ledger)
    assert (done.erased, done.unreadable) == (1, 0)
    (again,) = projected(mirror)["customers"]
    assert (again["firstName"], again.get("emailAddress")) == ("Zoe", None)
    assert run(beside_ledger).differing == 0


def test_a_limit_that_was_lowered_is_told_in_a_sentence(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """What was taken under the higher one stays as it is, and the command ends by no fault."""
    feed.tell("applicationDetail_changed", {"told": "x" * 50_000}, conv="CONV-1")
    with start(beside_ledger) as drain:
        drain()
    before = projected(mirror)
    lower = replace(beside_ledger, document_bytes_max=20_000)
    with pytest.raises(NotRebuilt, match="MAX_DOCUMENT_BYTES"):
        run(lower)
    assert projected(mirror)["conversations"] == before["conversations"]
    assert run(beside_ledger).differing == 0


def test_a_whole_number_of_another_type_is_told_as_mended(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """To Python 5 and 5.0 are the same; nothing of ours is stored as the latter."""
    feed.tell("account.created.v1", account())
    aged = {"account_id": "LOAN-1", "dpd": 5, "bucket": "early_arrears"}
    feed.tell("loan.aging.updated.v1", aged)
    with start(beside_ledger) as drain:
        drain()
    accounts = mirror.database["loan-accounts"]
    accounts.update_one({"_id": "LOAN-1"}, {"$set": {"aging.currentDPD": 5.0}})
    assert run(beside_ledger, "loan-accounts").differing == 1
    assert run(beside_ledger, "loan-accounts").differing == 0
