"""The rows behind the overview's figures, every page turned."""

from datetime import date
from typing import Final

from dashboard.components.overview_rows import LESS
from dashboard.queries.portfolio_rows import (
    AccountRow,
    PostingRow,
    WorkRow,
    accounts_in,
    postings_of,
    work_of,
)
from proto.values import Money
from tests.journeys import own_sums
from tests.journeys.hands import ReadModels

ANALYST: Final = frozenset({"analyst"})
Days = tuple[date, date]


def accounts_of(read_models: ReadModels, bucket: str = "") -> list[AccountRow]:
    """Turn every page of the accounts behind a figure."""
    rows: list[AccountRow] = []
    while page := accounts_in(
        read_models, ANALYST, bucket, str(rows[-1].loan_account_id) if rows else ""
    ):
        rows += page
    return rows


def owing(rows: list[AccountRow]) -> Money:
    """Add up what accounts owe."""
    told = [each.balances.total_outstanding for each in rows if each.balances is not None]
    return own_sums.total(each or 0 for each in told)


def postings(
    read_models: ReadModels, types: tuple[str, ...], days: Days, reason: str | None = None
) -> list[PostingRow]:
    """Turn every page of the postings behind a figure."""
    rows: list[PostingRow] = []
    after = None
    while True:
        page = postings_of(read_models, ANALYST, types, *days, after, reason)
        rows += page.rows
        if page.following is None:
            return rows
        after = page.following


def moved(read_models: ReadModels, types: tuple[str, ...], days: Days, *reason: str) -> Money:
    """Add up the postings behind a figure, with the signs that they are shown with."""
    rows = postings(read_models, types, days, *reason)
    return own_sums.total(-each.amount if each.type in LESS else each.amount for each in rows)


def work(read_models: ReadModels, staff_id: str, days: Days) -> list[WorkRow]:
    """Turn every page of the rows behind a staff member's line."""
    rows: list[WorkRow] = []
    after = None
    while True:
        page = work_of(read_models, ANALYST, staff_id, *days, after)
        rows += page.rows
        if page.following is None:
            return rows
        after = page.following
