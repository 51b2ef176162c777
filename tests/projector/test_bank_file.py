"""The feed of a real bank, 3,130 events."""

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from projector.shelf import PROJECTED
from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror

FOLDER = os.environ.get("TEST_DATA_DIR", "")


@pytest.mark.skipif(not FOLDER, reason="TEST_DATA_DIR is not set: the bank's feed is not tested")
def test_the_banks_feed_gives_its_portfolio_once(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """682 accounts and their amounts to the cent, no dead letter; again, it changes nothing."""
    lines = (Path(FOLDER) / "bank_loans.jsonl").read_text().splitlines()
    feed.raw_all(map(json.loads, lines))
    drain()
    accounts = mirror.all(documents.LOAN_ACCOUNTS)
    statuses = Counter(each["accountStatus"] for each in accounts)
    assert statuses == {"paid_off": 203, "in_arrears": 76, "active": 403}
    amounts = [Decimal(each["loanTerms"]["loanAmount"]) for each in accounts]
    assert sum(amounts) == Decimal("10326174.00")
    assert feed.dead_letters() == []
    before = stored(mirror)
    feed.raw_all(map(json.loads, lines))
    drain()
    assert stored(mirror) == before


def stored(mirror: Mirror) -> dict[str, list[dict[str, Any]]]:
    """Give all documents as they stand, each with its entry's times."""
    return {each.name: list(mirror.database[each.name].find().sort("_id")) for each in PROJECTED}
