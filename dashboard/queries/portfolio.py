"""The portfolio's figures, from the sums that the projector keeps.

No view here holds anything of a person, so that every role of the overview sees the same.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from bson.decimal128 import Decimal128
from msgspec import field
from pymongo.collection import Collection

from dashboard.formats import today
from dashboard.queries.declared import (
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_overview
from proto import documents
from proto.codec import from_mongo
from proto.values import CalendarDate, Instant, Key, Money

NOW: Final = "now"
DAY: Final = timedelta(days=1)
DAYS_MAX: Final = 400
"""A longer period is read by the month: a few rows a month instead of a day."""


COUNTED: Final = {
    "transactionType": {
        "$in": [
            "REPAYMENT",
            "CORRECTION",
            "RECOVERY",
            "FEE_WAIVER",
            "WRITE_OFF",
            "WRITE_OFF_UNDO",
            "REVERSAL",
        ]
    }
}
"""The kinds that a figure is made of; a long period has many more."""


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


class MonthTotal(View, kw_only=True, frozen=True, rename="camel"):
    """The postings of one month, `YYYY-MM`, of one kind and reason."""

    month: str
    transaction_type: str
    original_type: str = ""
    reason_code: str = ""
    count: int = 0
    amount: Money = Money(0)


class StaffSum(View, kw_only=True, frozen=True, rename="camel"):
    """What one staff member did in a period, of one kind; summed by the database."""

    staff_id: Key
    transaction_type: str | None = None
    original_type: str = ""
    count: int = 0
    amount: Money = Money(0)


class MatchScore(View, kw_only=True, frozen=True, rename="camel"):
    """How many of the ledger's accounts the screens show as they are."""

    at: Instant
    checked: int = 0
    matched: int = 0
    score: float | None = None


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
    """Read the sums of the business days, of the kinds that count. Raises NotAllowed."""
    require_overview(roles)
    rows = database[documents.DAY_TOTALS.name].find(
        {**_days(first, last), **COUNTED}, fields_of(DayTotal), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return [from_mongo(DayTotal, row) for row in rows]


def period_totals(
    database: DeskDatabase, roles: frozenset[str], first: date, last: date
) -> list[DayTotal]:
    """Read the sums of a period, by day; of a long one, whole months stand on their first.

    Raises NotAllowed.
    """
    if is_by_day(first, last):
        return day_totals(database, roles, first, last)
    begins, ends = _whole_months(first, last)
    months = database[documents.MONTH_TOTALS.name].find(
        {**_months(begins, ends), **COUNTED},
        fields_of(MonthTotal),
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    whole = [_on_its_first(from_mongo(MonthTotal, row)) for row in months]
    before = day_totals(database, roles, first, begins - DAY) if first < begins else []
    return [*before, *whole, *day_totals(database, roles, ends, last)]


def is_by_day(first: date, last: date) -> bool:
    """Tell whether a period is short enough to be told day by day."""
    return (last - first).days < DAYS_MAX


def _whole_months(first: date, last: date) -> tuple[date, date]:
    """Give where the whole months of a period begin, and the first day after them.

    The month in hand is whole as well where the period goes on until today.
    """
    is_whole = (last + DAY).day == 1 or last >= today(datetime.now(UTC))
    return _next_month(first - DAY), _next_month(last) if is_whole else last.replace(day=1)


def _months(begins: date, ends: date) -> Stored:
    return {"month": {"$gte": f"{begins:%Y-%m}", "$lt": f"{ends:%Y-%m}"}}


def _next_month(on: date) -> date:
    return (on.replace(day=1) + 32 * DAY).replace(day=1)


def _on_its_first(each: MonthTotal) -> DayTotal:
    return DayTotal(
        date=CalendarDate(f"{each.month}-01"),
        transaction_type=each.transaction_type,
        original_type=each.original_type,
        reason_code=each.reason_code,
        count=each.count,
        amount=each.amount,
    )


def staff_sums(
    database: DeskDatabase, roles: frozenset[str], first: date, last: date
) -> list[StaffSum]:
    """Sum what each staff member did on those days, by kind; whole months by the month.

    One person's kind may come in several rows. Raises NotAllowed.
    """
    require_overview(roles)
    begins, ends = _whole_months(first, last)
    if begins >= ends:
        return _staff_sums(database[documents.STAFF_DAYS.name], _days(first, last))
    days, months = database[documents.STAFF_DAYS.name], database[documents.STAFF_MONTHS.name]
    rest = {"$or": [_days(first, begins - DAY), _days(ends, last)]}
    return [*_staff_sums(months, _months(begins, ends)), *_staff_sums(days, rest)]


def _staff_sums(collection: Collection[Stored], wanted: Stored) -> list[StaffSum]:
    kind = {
        "staffId": "$staffId",
        "transactionType": "$transactionType",
        "originalType": {"$ifNull": ["$originalType", ""]},
    }
    moved = {"$ifNull": ["$amount", Decimal128("0")]}
    rows = collection.aggregate(
        [
            {"$match": wanted},
            {"$group": {"_id": kind, "count": {"$sum": "$count"}, "amount": {"$sum": moved}}},
        ],
        maxTimeMS=QUERY_MILLISECONDS_MAX,
    )
    return [
        from_mongo(StaffSum, {**row["_id"], "count": row["count"], "amount": row["amount"]})
        for row in rows
    ]


def match_score(database: DeskDatabase, roles: frozenset[str]) -> MatchScore | None:
    """Read the newest score; None where nothing was compared yet. Raises NotAllowed."""
    require_overview(roles)
    rows = database[documents.MATCH_SCORES.name].find(
        {}, fields_of(MatchScore), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    found = [from_mongo(MatchScore, row) for row in rows]
    return max((each for each in found if each.checked), key=lambda each: each.at, default=None)


def _days(first: date, last: date) -> Stored:
    return {"date": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
