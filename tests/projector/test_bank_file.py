"""The feed of a real bank, 3,130 events."""

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from projector import assembly
from projector.settings import Settings
from projector.shelf import PROJECTED
from proto import documents
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror

FOLDER = os.environ.get("TEST_DATA_DIR", "")


@pytest.mark.skipif(not FOLDER, reason="TEST_DATA_DIR is not set: the bank's feed is not tested")
def test_the_banks_feed_gives_its_portfolio_once(
    feed: Feed, start: Start, beside_ledger: Settings, mirror: Mirror
) -> None:
    """682 accounts and their amounts to the cent, no dead letter; again, it changes nothing.

    Our ledger does not know them: they are no part of the score, which is of its own.
    """
    lines = (Path(FOLDER) / "bank_loans.jsonl").read_text().splitlines()
    with start(beside_ledger) as drain:
        _feed_twice(feed, drain, mirror, lines)
    with assembly.match_check(beside_ledger) as check:
        score = check.portfolio(lambda _: None)
    assert (score.external, score.score) == (682, 1)


def _feed_twice(feed: Feed, drain: Drain, mirror: Mirror, lines: list[str]) -> None:
    feed.raw_all(map(json.loads, lines))
    drain()
    found = mirror.all(documents.LOAN_ACCOUNTS)
    accounts = [each for each in found if each["source"] == "external"]
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
