"""The rebuilt is made in the order in which the live was, by one rebuild at a time."""

import os
import platform
import threading
from collections.abc import Callable
from dataclasses import replace

import grpc
import pytest

from projector.fence import CLAIM
from projector.rebuild import NotRebuilt
from projector.settings import Settings
from proto import documents
from proto.servicing_pb2 import ReadJournalRequest, ReadJournalResponse
from proto.streams import INTERNAL
from tests.ports import free_port
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, customer, update
from tests.projector.history import History, serving
from tests.projector.mirror import Mirror
from tests.projector.test_rebuild import projected, run


def test_an_event_that_came_after_later_ones_is_rebuilt_after_them(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The first event of the journal was lost on its way, and fetched when others were there."""
    first = feed.entry("LOAN-1", "account.created.v1", account())
    second = feed.entry("LOAN-2", "account.created.v1", account("LOAN-2"))
    cut = replace(settings, ledger_address=f"127.0.0.1:{free_port()}")
    with start(cut) as drain:
        feed.raw(second, INTERNAL)
        drain()
        feed.tell("customer.created.v1", customer())
        drain()
        feed.raw(first, INTERNAL)
        drain()
    before = projected(mirror)
    with serving(History([first, second]), cut.ledger_address):
        assert run(cut).differing == 0
    assert projected(mirror) == before


class Overtaken(History):
    """A ledger of whose events the mirror takes in the first while they are read page by page."""

    work: Callable[[], None]

    def journal(
        self, request: ReadJournalRequest, context: grpc.ServicerContext
    ) -> ReadJournalResponse:
        """Give a page; before the second one the mirror catches up."""
        if request.from_position:
            self.work()
        return super().journal(request, context)


def test_a_rebuild_of_a_mirror_that_only_begins_lacks_nothing(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The ledger's first events come while it runs: none is left out, whichever page has it."""
    ledger = Overtaken([feed.entry("LOAN-1", "account.created.v1", account())])
    for number in range(5):
        changed = update("LOAN-1", new_status="ACTIVE" if number % 2 else "SUSPENDED")
        ledger.entries.append(feed.entry("LOAN-1", "account.status_changed.v1", changed))
    cut = replace(settings, ledger_address=f"127.0.0.1:{free_port()}")
    with start(cut) as drain, serving(ledger, cut.ledger_address):
        feed.tell("customer.created.v1", customer())
        drain()
        for each in ledger.entries:
            feed.raw(each, INTERNAL)
        ledger.work = drain
        assert run(cut).differing == 0
    assert len(mirror.all(documents.AUDIT_EVENTS)) == len(ledger.entries)


def test_a_second_rebuild_leaves_what_another_fills(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """Two would fill the same collections, and what is said in a conversation would double."""
    entry = feed.entry("LOAN-1", "account.created.v1", account())
    cut = replace(settings, ledger_address=f"127.0.0.1:{free_port()}")
    with start(cut) as drain:
        feed.raw(entry, INTERNAL)
        drain()
    claims = mirror.database["fences"]
    here, dead = f"{platform.node()}-{os.getpid()}", f"{platform.node()}-999999"
    claims.insert_one({"_id": CLAIM, "holder": here, "token": "t", "beat": 1})
    half_filled = mirror.database["rebuild-conversations"]
    half_filled.insert_one({"_id": "CONV-1"})
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(0.05):
            claims.update_one({"_id": CLAIM}, {"$inc": {"beat": 1}})

    other = threading.Thread(target=live)
    other.start()
    with serving(History([entry]), cut.ledger_address):
        with pytest.raises(NotRebuilt, match="Another rebuild is under way"):
            run(cut)
        assert half_filled.count_documents({}) == 1
        ended.set()
        other.join()
        claims.update_one({"_id": CLAIM}, {"$set": {"holder": dead}})
        assert run(cut).state == "done"
    assert mirror.all(documents.FENCES) == []
