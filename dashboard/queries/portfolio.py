"""The portfolio's figures, from the sums that the projector keeps, and the rows behind them.

No view here holds anything of a person, so that every role of the overview sees the same.
"""

from datetime import date
from typing import Final

from msgspec import Struct, field

from dashboard.formats import midnight
from dashboard.queries.declared import (
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_overview
from dashboard.queries.transactions import TransactionFigures
from proto import documents
from proto.codec import from_mongo
from proto.values import CalendarDate, Instant, Key, Money

NOW: Final = "now"
UNDER_WAY: Final = ("active", "in_arrears")
ROWS: Final = 25


class BucketView(View, kw_only=True, frozen=True, rename="camel"):
    """How many accounts stand in a bucket, and what they owe together."""

    accounts: int = 0
    outstanding: Money = Money(0)


class PortfolioView(View, kw_only=True, frozen=True, rename="camel"):
    """What stands now, by bucket of ageing."""

    buckets: dict[str, BucketView] = field(default_factory=dict)
    updated_at: Instant | None = None


class DayTotal(View, kw_only=True, frozen=True, rename="camel"):
    """The postings of one business day of one kind and reason."""

    date: CalendarDate
    transaction_type: str
    original_type: str = ""
    reason_code: str = ""
    count: int = 0
    amount: Money = Money(0)
    principal: Money = Money(0)
    interest: Money = Money(0)
    fees: Money = Money(0)
    overpayment: Money = Money(0)


class StaffDay(View, kw_only=True, frozen=True, rename="camel"):
    """What one staff member did on one business day, of one kind."""

    staff_id: Key
    date: CalendarDate
    event_type: str
    transaction_type: str | None = None
    count: int = 0
    amount: Money | None = None


class MatchScore(View, kw_only=True, frozen=True, rename="camel"):
    """How many of the ledger's accounts the screens show as they are."""

    at: Instant
    checked: int = 0
    matched: int = 0
    score: float | None = None


class AccountAging(View, kw_only=True, frozen=True, rename="camel"):
    """In which bucket an account stands."""

    bucket: str | None = None
    current_dpd: int | None = None


class AccountOwing(View, kw_only=True, frozen=True, rename="camel"):
    """What an account owes."""

    total_outstanding: Money | None = None


class AccountRow(View, kw_only=True, frozen=True, rename="camel"):
    """An account behind a figure, without whose it is by name."""

    loan_account_id: Key
    account_number: Key
    customer_id_string: Key | None = None
    account_status: str
    balances: AccountOwing | None = None
    aging: AccountAging | None = None


class PostingRow(TransactionFigures, kw_only=True, frozen=True, rename="camel"):
    """A posting behind a figure, with the moment that says on which day it counts."""

    created_at: Instant


class Place(Struct, frozen=True):
    """Where a page of postings begins: after this one."""

    created_at: Instant
    position: int


def portfolio_now(database: DeskDatabase, roles: frozenset[str]) -> PortfolioView:
    """Read what stands now. Raises NotAllowed."""
    require_overview(roles)
    stored = database[documents.PORTFOLIO.name].find_one(
        {"_id": NOW}, {"_id": 0, "buckets": 1, "updatedAt": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return PortfolioView() if stored is None else from_mongo(PortfolioView, stored)


def day_totals(
    database: DeskDatabase, roles: frozenset[str], first: date, last: date
) -> list[DayTotal]:
    """Read the sums of the business days from the first to the last. Raises NotAllowed."""
    require_overview(roles)
    rows = database[documents.DAY_TOTALS.name].find(
        _days(first, last), fields_of(DayTotal), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return [from_mongo(DayTotal, row) for row in rows]


def staff_days(
    database: DeskDatabase, roles: frozenset[str], first: date, last: date
) -> list[StaffDay]:
    """Read what each staff member did on those days. Raises NotAllowed."""
    require_overview(roles)
    rows = database[documents.STAFF_DAYS.name].find(
        _days(first, last), fields_of(StaffDay), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return [from_mongo(StaffDay, row) for row in rows]


def match_score(database: DeskDatabase, roles: frozenset[str]) -> MatchScore | None:
    """Read the newest score; None where nothing was compared yet. Raises NotAllowed."""
    require_overview(roles)
    rows = database[documents.MATCH_SCORES.name].find(
        {}, fields_of(MatchScore), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    found = [from_mongo(MatchScore, row) for row in rows]
    return max((each for each in found if each.checked), key=lambda each: each.at, default=None)


def accounts_in(
    database: DeskDatabase, roles: frozenset[str], bucket: str, after: str = ""
) -> list[AccountRow]:
    """Read a page of the accounts in a bucket (empty: all), by id. Raises NotAllowed."""
    require_overview(roles)
    wanted: Stored = {"source": "ledger", "accountStatus": {"$in": list(UNDER_WAY)}}
    if bucket:
        wanted["aging.bucket"] = {"$in": [bucket, None]} if bucket == "current" else bucket
    if after:
        wanted["loanAccountId"] = {"$gt": after}
    rows = (
        database[documents.LOAN_ACCOUNTS.name]
        .find(wanted, fields_of(AccountRow))
        .sort("loanAccountId", 1)
        .limit(ROWS)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(AccountRow, row) for row in rows]


def postings_of(
    database: DeskDatabase,
    roles: frozenset[str],
    types: tuple[str, ...],
    first: date,
    last: date,
    after: Place | None = None,
) -> list[PostingRow]:
    """Read a page of the postings recorded on those days, newest first. Raises NotAllowed."""
    require_overview(roles)
    until = date.fromordinal(last.toordinal() + 1)
    wanted: Stored = {
        "type": {"$in": list(types)},
        "createdAt": {"$gte": midnight(first), "$lt": midnight(until)},
    }
    if after is not None:
        same = {"createdAt": after.created_at, "position": {"$lt": after.position}}
        wanted = {"$and": [wanted, {"$or": [{"createdAt": {"$lt": after.created_at}}, same]}]}
    rows = (
        database[documents.TRANSACTIONS.name]
        .find(wanted, fields_of(PostingRow))
        .sort([("createdAt", -1), ("position", -1)])
        .limit(ROWS)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(PostingRow, row) for row in rows]


def _days(first: date, last: date) -> Stored:
    return {"date": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
