"""What is rebuilt from zero equals what lives, document by document (invariant I8)."""

import platform
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bson import Binary, DatetimeMS, Decimal128, ObjectId

from projector import assembly, commands
from projector.archive import Archive
from projector.assembly import open_keys
from projector.item import Item
from projector.rebuild import NotRebuilt, seconds_left
from projector.sealing import seal
from projector.settings import Settings
from projector.shelf import PROJECTED
from proto import documents
from proto.codec import read_envelope
from proto.documents import RebuildDocument
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, closing, customer, schedule, update
from tests.projector.mirror import Mirror

OURS = 4


def all_read(mirror: Mirror) -> bool:
    """Tell whether all of the ledger's accounts and postings are here."""
    accounts = mirror.database["loan-accounts"]
    return (
        accounts.count_documents({"ver": {"$gt": 0}}) == OURS
        and accounts.count_documents({"fees.1": {"$exists": True}}) == 1
    )


def tell_mixed(feed: Feed, seed: int, count: int) -> None:
    """Tell of customers and accounts in any order, of the ledger's own accounts too."""
    dice = random.Random(seed)  # noqa: S311 - a test's order, not a secret
    for number in range(count):
        key, owner = f"THEIRS-{dice.randrange(6)}", f"CUS-{dice.randrange(4)}"
        at = f"2026-02-{dice.randrange(1, 28):02d}T10:00:00Z"
        told: list[tuple[str, dict[str, Any]]] = [
            ("customer.changed.v1", customer(owner, first_name=f"Mia{number}")),
            ("account.created.v1", account(key, customer_id=owner)),
            ("account.updated.v1", update(key, current_balance=f"{number}.00", timestamp=at)),
            ("account.updated.v1", update("OUR-1", current_balance="7.00", timestamp=at)),
            ("account.status_changed.v1", update(key, new_status="SUSPENDED", changed_at=at)),
            ("account.schedule.created.v1", schedule(key)),
            ("account.closed.v1", closing(key, customer_id=owner)),
            ("moon.landed.v1", {"crew": number}),
        ]
        feed.tell(*dice.choice(told))


def projected(mirror: Mirror) -> dict[str, list[dict[str, Any]]]:
    """Give every document that is made from events."""
    return {each.name: list(mirror.database[each.name].find().sort("_id")) for each in PROJECTED}


def run(settings: Settings, *names: str) -> RebuildDocument:
    """Rebuild."""
    own = replace(settings, consumer="rebuilder")
    with assembly.rebuild(own, lambda _: None) as rebuild:
        return rebuild.run(names)


@pytest.fixture
def whole(beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror) -> Settings:
    """A mirror of mixed events, read in small batches; gives the settings."""
    with start(replace(beside_ledger, batch_entries_max=7)) as drain:
        tell_mixed(feed, 1, 60)
        drain()
        drain.until(lambda: all_read(mirror))
        tell_mixed(feed, 2, 60)
        drain()
    return beside_ledger


def test_what_is_rebuilt_is_what_lives(whole: Settings, mirror: Mirror) -> None:
    """Mixed events of both streams in any order: not one document differs (I8).

    How far it is is told on the way, and how long it will take still.
    """
    before = projected(mirror)
    assert len(before["customers"]) == 4
    told: list[tuple[str, int, float | None]] = []
    own = replace(whole, consumer="rebuilder")

    def report(each: RebuildDocument) -> None:
        told.append((each.state, each.events, each.seconds_left))

    with assembly.rebuild(own, report) as rebuild:
        done = rebuild.run()
    assert (done.differing, done.unreadable, done.erased) == (0, 0, 0)
    assert done.compared == sum(map(len, before.values()))
    assert projected(mirror) == before
    assert told[0][0] == "replaying"
    assert told[-1] == ("done", done.events_total, 0.0)


@pytest.mark.parametrize(
    ("done", "seconds", "left"), [(0, 1.0, 1000.0), (250, 5.0, 15.0), (1000, 20.0, 0.0)]
)
def test_what_is_left_is_estimated_at_the_pace_so_far(
    done: int, seconds: float, left: float
) -> None:
    """A quarter of a thousand events in five seconds: fifteen more. In the end nothing is left."""
    assert seconds_left(done, 1000, seconds) == left


def test_a_rebuild_mends_what_was_tampered_with(whole: Settings, mirror: Mirror) -> None:
    """Changed, deleted, invented, also under keys and with times that nothing of ours has."""
    before = projected(mirror)
    accounts = mirror.database["loan-accounts"]
    accounts.update_one({"_id": "OUR-1"}, {"$set": {"balances.fees": Decimal128("9.00")}})
    accounts.delete_one({"_id": "THEIRS-1"})
    for key in ("CUS-0-invented", 5, ObjectId()):
        mirror.database["customers"].insert_one({"_id": key, "customerId": "x"})
    mirror.database["applications"].insert_one({"_id": "APP-0", "at": DatetimeMS(2**60)})
    done = run(whole)
    assert done.differing == 6
    assert projected(mirror) == before
    assert mirror.all(documents.REBUILDS)[-1]["differing"] == 6


def test_an_account_that_our_ledger_gave_to_another_bears_its_own_customers_name(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """Also where the name of whom others took for its customer changes later."""
    feed.tell("customer.changed.v1", customer("CUS-1", first_name="Mia"))
    feed.tell("account.created.v1", account("OUR-1", customer_id="CUS-9"))
    with start(beside_ledger) as drain:
        drain.until(lambda: all_read(mirror))
        feed.tell("customer.changed.v1", customer("CUS-9", first_name="Zoe"))
        drain()
    assert run(beside_ledger).differing == 0
    assert mirror.account("OUR-1")["customerName"] == "Mia Chen"


def test_indexes_are_rebuilt_too(whole: Settings, mirror: Mirror) -> None:
    """What is swapped in is found as fast as before."""
    before = mirror.database["loan-accounts"].index_information()
    run(whole)
    assert mirror.database["loan-accounts"].index_information() == before
    assert not [each for each in mirror.database.list_collection_names() if "rebuild-" in each]


def test_only_the_named_collection_is_swapped(
    whole: Settings, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others stay as they stand. How far it is stands on the screen."""
    mirror.database["customers"].update_one({"_id": "CUS-0"}, {"$set": {"firstName": "X"}})
    mirror.database["transactions"].delete_many({})
    assert commands.run(["rebuild", "--collection", "transactions"], whole) == 0
    assert "events, about 0 s left" in capsys.readouterr().err
    assert mirror.customer("CUS-0")["firstName"] == "X"
    assert len(mirror.all(documents.TRANSACTIONS)) > 0


def test_a_collection_that_no_event_makes_is_refused(whole: Settings) -> None:
    """The sentence names those that can be rebuilt."""
    with pytest.raises(NotRebuilt, match="loan-accounts"):
        run(whole, "heartbeats")


def test_what_the_archive_lacks_is_not_thrown_away(whole: Settings, mirror: Mirror) -> None:
    """Events from outside that are in no archive live on in their documents alone."""
    mirror.database["archive"].delete_one({"sealed": {"$exists": True}})
    before = projected(mirror)
    with pytest.raises(NotRebuilt, match="lacks 1 event"):
        run(whole)
    run(whole, "transactions", "audit-events")
    assert projected(mirror) == before


def test_the_ledgers_events_need_no_archive(
    beside_ledger: Settings, start: Start, mirror: Mirror
) -> None:
    """A mirror from before there was an archive is rebuilt from the journal alone."""
    with start(beside_ledger) as drain:
        drain.until(lambda: all_read(mirror))
    before = projected(mirror)
    mirror.database["archive"].delete_many({})
    assert run(beside_ledger).differing == 0
    assert projected(mirror) == before


def test_events_that_come_meanwhile_are_in_both(
    whole: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """A projector works on while its collections are rebuilt and swapped: nothing is lost."""
    ended = threading.Event()
    with start(replace(whole, consumer="worker", batch_entries_max=3)) as drain:
        worker = threading.Thread(target=work_until, args=(drain, ended.is_set))
        worker.start()
        teller = threading.Thread(target=tell_mixed, args=(feed, 3, 600))
        teller.start()
        first = run(whole)
        teller.join()
        second = run(whole)
        ended.set()
        worker.join()
    assert (first.differing, second.differing) == (0, 0)
    before = projected(mirror)
    assert run(whole).differing == 0
    assert projected(mirror) == before
    assert feed.dead_letters() == []
    assert len(mirror.all(documents.MARKS)) == 720


def work_until(drain: Drain, is_ended: Callable[[], bool]) -> None:
    """Let a projector work, and read everything in the end."""
    while not is_ended():
        drain.projector.turn(20)
    drain()


def test_readers_find_a_collection_at_every_moment(whole: Settings, mirror: Mirror) -> None:
    """Old or new, never none: the swap leaves no gap."""
    ended, missing = threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            if mirror.database["loan-accounts"].find_one({"_id": "OUR-1"}) is None:
                missing.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        run(whole)
    ended.set()
    reader.join()
    assert missing == []


def test_an_abandoned_fence_is_taken_away(
    whole: Settings, start: Start, feed: Feed, mirror: Mirror
) -> None:
    """Its holder is no process any more: the projectors go on, and it has nothing to swap."""
    gone = {"_id": "rebuild", "holder": f"{platform.node()}-999999", "token": "t", "beat": 1}
    mirror.database["fences"].insert_one(gone)
    mirror.database["rebuild-customers"].insert_one({"_id": "CUS-0"})
    feed.tell("customer.changed.v1", customer("CUS-9"), id="after")
    with start(whole) as drain:
        drain()
    assert mirror.customer("CUS-9")["firstName"] == "Mia"
    assert mirror.all(documents.FENCES) == []
    assert "rebuild-customers" not in mirror.database.list_collection_names()


def test_what_is_read_only_now_is_in_the_rebuilt_and_counts_once(
    feed: Feed, drain: Drain, settings: Settings, beside_ledger: Settings, mirror: Mirror
) -> None:
    """As after an upgrade; it can be rebuilt again, and fed again without effect."""
    feed.tell("customer.changed.v1", customer("CUS-9"), id="e-9")
    drain()
    unread(mirror, settings)
    for _ in range(2):
        run(replace(beside_ledger, archive_keys=settings.archive_keys))
        assert mirror.customer("CUS-9")["firstName"] == "Mia"
        assert len(mirror.all(documents.MARKS)) == 1
    feed.tell("customer.changed.v1", customer("CUS-9", first_name="Zoe"), id="e-9")
    drain()
    assert mirror.customer("CUS-9")["firstName"] == "Mia"


def test_what_was_fed_again_after_an_upgrade_counts_once(
    feed: Feed, drain: Drain, settings: Settings, beside_ledger: Settings, mirror: Mirror
) -> None:
    """It stands twice in the archive, unread and read: the rebuilt has its effect once."""
    said = {"utterance": "Hello"}
    feed.tell("user_input", said, id="e-9", conv="CONV-1")
    drain()
    unread(mirror, settings)
    feed.tell("user_input", said, id="e-9", conv="CONV-1")
    drain()
    assert len(mirror.one(documents.CONVERSATIONS, "CONV-1")["utterances"]) == 1
    before = projected(mirror)["conversations"]
    run(replace(beside_ledger, archive_keys=settings.archive_keys), "conversations")
    assert projected(mirror)["conversations"] == before


def unread(mirror: Mirror, settings: Settings) -> None:
    """Let the only event be one that an older version kept and could not read."""
    kept = mirror.database["archive"].find_one() or {}
    keys = open_keys(settings)
    entry = Archive(keys).opened(kept)
    assert entry is not None
    item = Item(entry, read_envelope(entry.stream, entry.entry_id, entry.fields, entry.size))
    item.is_known = False
    sealed = seal(keys.keys([""])[""], item.mark, entry.fields)
    change = {"mark": Binary(item.mark), "customerId": "", "sealed": Binary(sealed)}
    mirror.database["archive"].update_one({"_id": kept["_id"]}, {"$set": change})
    for each in (documents.CUSTOMERS, documents.CONVERSATIONS, documents.MARKS):
        mirror.database[each.name].delete_many({})
    mirror.database["marks"].insert_one({"_id": Binary(item.mark)})
