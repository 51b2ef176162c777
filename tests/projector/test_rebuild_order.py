"""The rebuilt is made in the order in which the live was, whichever way events came."""

from dataclasses import replace

from projector.settings import Settings
from proto.streams import INTERNAL
from tests.ports import free_port
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, customer
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
