"""The rows behind a figure are all there, also where others' reversals lie between them."""

from datetime import date, timedelta

from msgspec import structs

from dashboard.queries.portfolio_rows import ROWS, TAKEN_BACK, Place, postings_of
from proto import documents
from proto.values import Instant
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import PAID_AT, transaction

DAY = date(2026, 11, 15)
ANALYST = frozenset({"analyst"})


def posted(store: Store, position: int, code: str, original: int = 0) -> None:
    """Put a posting where the projector would; a reversal names what it took back."""
    at = Instant.of(PAID_AT + timedelta(seconds=position))
    row = structs.replace(
        transaction(position, code=code, at=at),
        created_at=at,
        original_transaction_id=f"TX-{original}" if original else None,
    )
    store(documents.TRANSACTIONS, f"TX-{position}", row)


def test_reversals_of_other_postings_hide_no_row(database: DeskDatabase, store: Store) -> None:
    """Of 150 reversals of repayments, with waivers under and between them, no row is lost."""
    posted(store, 1, "REPAYMENT")
    posted(store, 2, "FEE_WAIVER")
    posted(store, 3, "REVERSAL", 2)
    for position in range(4, 154):
        posted(store, position, "REVERSAL", 1)
    waivers = range(160, 160 + ROWS)
    for position in waivers:
        posted(store, position, "FEE_WAIVER")

    def pages(reason: str | None = None) -> list[list[str]]:
        after: Place | None = None
        read: list[list[str]] = []
        while after or not read:
            page = postings_of(database, ANALYST, ("FEE_WAIVER",), DAY, DAY, after, reason)
            read.append([str(each.transaction_id) for each in page.rows])
            after = page.following
        return read

    assert pages() == [[f"TX-{each}" for each in reversed(waivers)], ["TX-3", "TX-2"]]
    assert pages(TAKEN_BACK) == [["TX-3"]]
