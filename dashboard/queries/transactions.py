"""An account's transactions, filtered and paged by the server."""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from dashboard.formats import midnight
from dashboard.queries.declared import (
    COUNT_MAX,
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.codec import from_mongo
from proto.values import CalendarDate, Code, Instant, Key, Money

PAGE_ROWS: Final = 20
SINCE_MAX: Final = 10

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "repayments": ("REPAYMENT", "RECOVERY"),
    "fees": ("ESTABLISHMENT_FEE", "LATE_FEE", "DISHONOUR_FEE"),
    "waivers": ("FEE_WAIVER",),
    "loan": ("DISBURSEMENT", "INTEREST"),
    "corrections": (
        "ADJUSTMENT",
        "WRITE_OFF",
        "WRITE_OFF_UNDO",
        "REVERSAL",
        "CORRECTION",
        "REFUND",
    ),
}
"""What staff filter by, by the code in the address, and the types that it means."""


class TransactionFigures(View, kw_only=True, frozen=True, rename="camel"):
    """A transaction without what somebody wrote about it: all that an analyst sees."""

    transaction_id: Key
    loan_account_id: Key
    type: Code
    transaction_date: Instant
    effective_date: CalendarDate
    amount: Money
    principal_delta: Money
    interest_delta: Money
    fee_delta: Money
    total_delta: Money
    total_after: Money
    reason_code: str | None = None
    created_by: Key
    position: int
    ver: int


class TransactionView(TransactionFigures, kw_only=True, frozen=True, rename="camel"):
    """A transaction with its references."""

    payment_reference: str | None = None
    payment_method: str | None = None
    reference_id: str | None = None


class Cursor(Struct, frozen=True):
    """Where a page begins: after this transaction."""

    transaction_date: Instant
    position: int


class TransactionFilter(Struct, frozen=True):
    """What to show: groups of types, or types (none: all), and Sydney dates, both ends included."""

    groups: tuple[str, ...] = ()
    from_date: date | None = None
    to_date: date | None = None
    types: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.groups or self.types or self.from_date or self.to_date)


EVERYTHING: Final = TransactionFilter()


class TransactionPage(Struct, frozen=True):
    """One page, newest first, and where the next one begins."""

    rows: list[TransactionFigures]
    following: Cursor | None
    count: int
    """How many match in all; `COUNT_MAX` means that many or more."""


def transactions(
    database: DeskDatabase,
    roles: frozenset[str],
    loan_account_id: str,
    chosen: TransactionFilter = EVERYTHING,
    after: Cursor | None = None,
    page_rows: int = PAGE_ROWS,
) -> TransactionPage:
    """Read a page of an account's transactions. Raises NotAllowed."""
    require_reader(roles)
    view = TransactionView if sees_persons(roles) else TransactionFigures
    matching = _matching(loan_account_id, chosen)
    collection = database[documents.TRANSACTIONS.name]
    rows = (
        collection.find(_after(matching, after), fields_of(view))
        .sort([("transactionDate", -1), ("position", -1)])
        .limit(page_rows + 1)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found: list[TransactionFigures] = [from_mongo(view, row) for row in rows]
    shown = found[:page_rows]
    count = collection.count_documents(matching, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX)
    last = shown[-1] if len(found) > page_rows else None
    following = Cursor(last.transaction_date, last.position) if last else None
    return TransactionPage(shown, following, count)


def transactions_since(
    database: DeskDatabase, roles: frozenset[str], loan_account_id: str, seen_version: int
) -> list[TransactionFigures]:
    """Read what was posted to an account after a version, oldest first. Raises NotAllowed."""
    require_reader(roles)
    rows = (
        database[documents.TRANSACTIONS.name]
        .find(
            {"loanAccountId": loan_account_id, "ver": {"$gt": seen_version}},
            fields_of(TransactionFigures),
        )
        .sort([("transactionDate", -1), ("position", -1)])
        .limit(SINCE_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    newest = [from_mongo(TransactionFigures, row) for row in rows]
    return newest[::-1]


def _matching(loan_account_id: str, chosen: TransactionFilter) -> Stored:
    matching: Stored = {"loanAccountId": loan_account_id}
    types = [*chosen.types, *(each for group in chosen.groups for each in GROUPS[group])]
    if types:
        matching["type"] = {"$in": types}
    between: Stored = {}
    if chosen.from_date:
        between["$gte"] = midnight(chosen.from_date)
    if chosen.to_date:
        between["$lt"] = midnight(chosen.to_date + timedelta(days=1))
    if between:
        matching["transactionDate"] = between
    return matching


def _after(matching: Stored, after: Cursor | None) -> Stored:
    if after is None:
        return matching
    at = after.transaction_date
    same = {"transactionDate": at, "position": {"$lt": after.position}}
    return {"$and": [matching, {"$or": [{"transactionDate": {"$lt": at}}, same]}]}
