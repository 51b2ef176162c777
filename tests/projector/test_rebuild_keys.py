"""A rebuild that has not the keys of the archive throws nothing away."""

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
    with pytest.raises(NotRebuilt, match="ARCHIVE_KEYS has no key, and 2 events"):
        run(wrong)
    assert projected(mirror)["customers"] == before["customers"]
    assert run(beside_ledger, "customers").differing == 0
