"""The rows behind the portfolio's figures: accounts, postings, days of work, mismatches.

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
from proto.values import CalendarDate, Code, Instant, Key, Money

UNDER_WAY: Final = ("active", "in_arrears")
ROWS: Final = 25
READ_AT_ONCE: Final = 100
READS_MAX: Final = 20
"""So often are postings read on for a page, past reversals of other kinds of postings."""
REVERSAL: Final = "REVERSAL"
TAKEN_BACK: Final = "taken-back"
"""Stands where a reason does, for what was taken back; no reason of the ledger has a dash."""


class AccountAging(View, kw_only=True, frozen=True, rename="camel"):
    """In which bucket an account stands."""

    bucket: str | None = None
    current_dpd: int | None = field(default=None, name="currentDPD")


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

    customer_id: Key | None = None
    original_transaction_id: Key | None = None
    created_at: Instant


class PostingType(View, kw_only=True, frozen=True, rename="camel"):
    """Of what kind a posting is."""

    transaction_id: Key
    type: Code


class WorkRow(View, kw_only=True, frozen=True, rename="camel"):
    """What one staff member did on one business day, of one kind and reason."""

    date: CalendarDate
    event_type: str
    transaction_type: str | None = None
    original_type: str | None = None
    reason_code: str | None = None
    count: int = 0
    amount: Money | None = None


class MismatchRow(View, kw_only=True, frozen=True, rename="camel"):
    """An account that the screens do not show as the ledger has it, and in which field."""

    loan_account_id: Key
    field: str
    since_event_type: str = ""
    seen_at: Instant


class Place(Struct, frozen=True):
    """Where a page of postings begins: after this one."""

    created_at: Instant
    position: int


class PostingPage(Struct, frozen=True):
    """A page of postings, and where the next one begins; short of rows only after many reads."""

    rows: list[PostingRow]
    following: Place | None


class WorkPage(Struct, frozen=True):
    """A page of somebody's work, and where the next one begins."""

    rows: list[WorkRow]
    following: tuple[str, str] | None


def accounts_in(
    database: DeskDatabase, roles: frozenset[str], bucket: str, after: str = ""
) -> list[AccountRow]:
    """Read a page of the accounts in a bucket (empty: all), by id. Raises NotAllowed."""
    require_overview(roles)
    wanted: Stored = {"source": "ledger", "accountStatus": {"$in": list(UNDER_WAY)}}
    if bucket:
        wanted["aging.bucket"] = {"$in": [bucket, None]} if bucket == "current" else bucket
    by = "loanAccountId" if bucket else "_id"  # the same, but each has its own index
    if after:
        wanted[by] = {"$gt": after}
    rows = (
        database[documents.LOAN_ACCOUNTS.name]
        .find(wanted, fields_of(AccountRow))
        .sort(by, 1)
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
    reason_code: str | None = None,
) -> PostingPage:
    """Read a page of postings of these types, and of what took one back, newest first.

    They count on the day on which they were recorded. Of a reason (empty: without one)
    only the postings themselves, for a reversal has its own; of `TAKEN_BACK` only reversals.
    Raises NotAllowed.
    """
    require_overview(roles)
    until = date.fromordinal(last.toordinal() + 1)
    wanted: Stored = {
        "type": {"$in": [*types, REVERSAL]},
        "createdAt": {"$gte": midnight(first), "$lt": midnight(until)},
    }
    if reason_code == TAKEN_BACK:
        wanted["type"] = REVERSAL
    elif reason_code is not None:
        wanted |= {"type": {"$in": [*types]}, "reasonCode": reason_code or {"$in": [None, ""]}}
    shown: list[PostingRow] = []
    for _ in range(READS_MAX):
        found = _read(database, wanted, after)
        kinds = _taken_back(database, found)
        shown += [
            each
            for each in found
            if each.type != REVERSAL or kinds.get(each.original_transaction_id or "") in types
        ]
        if len(shown) > ROWS:
            return PostingPage(shown[:ROWS], _place(shown[ROWS - 1]))
        if len(found) < READ_AT_ONCE:
            return PostingPage(shown, None)
        after = _place(found[-1])
    return PostingPage(shown, after)


def _read(database: DeskDatabase, wanted: Stored, after: Place | None) -> list[PostingRow]:
    """Read postings, newest first, more than a page: not each reversal is one of its rows."""
    if after is not None:
        same = {"createdAt": after.created_at, "position": {"$lt": after.position}}
        wanted = {"$and": [wanted, {"$or": [{"createdAt": {"$lt": after.created_at}}, same]}]}
    rows = (
        database[documents.TRANSACTIONS.name]
        .find(wanted, fields_of(PostingRow))
        .sort([("createdAt", -1), ("position", -1)])
        .limit(READ_AT_ONCE)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(PostingRow, row) for row in rows]


def _place(last: PostingRow) -> Place:
    return Place(last.created_at, last.position)


def _taken_back(database: DeskDatabase, found: list[PostingRow]) -> dict[str, str]:
    """Tell of what kind the postings are that reversals took back."""
    originals = [each.original_transaction_id for each in found if each.type == REVERSAL]
    rows = database[documents.TRANSACTIONS.name].find(
        {"_id": {"$in": originals}}, fields_of(PostingType), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return {each.transaction_id: each.type for each in (from_mongo(PostingType, r) for r in rows)}


def work_of(
    database: DeskDatabase,
    roles: frozenset[str],
    staff_id: str,
    first: date,
    last: date,
    after: tuple[str, str] | None = None,
) -> WorkPage:
    """Read a page of what a staff member did, newest day first. Raises NotAllowed."""
    require_overview(roles)
    wanted: Stored = {
        "staffId": staff_id,
        "date": {"$gte": first.isoformat(), "$lte": last.isoformat()},
    }
    if after is not None:
        on, name = after
        later = [{"date": {"$lt": on}}, {"date": on, "_id": {"$gt": name}}]
        wanted = {"$and": [wanted, {"$or": later}]}
    rows = list(
        database[documents.STAFF_DAYS.name]
        .find(wanted, {**fields_of(WorkRow), "_id": 1})
        .sort([("date", -1), ("_id", 1)])
        .limit(ROWS)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    following = (str(rows[-1]["date"]), str(rows[-1]["_id"])) if len(rows) == ROWS else None
    return WorkPage([from_mongo(WorkRow, _without_id(row)) for row in rows], following)


def _without_id(row: Stored) -> Stored:
    return {name: value for name, value in row.items() if name != "_id"}


def mismatches(database: DeskDatabase, roles: frozenset[str]) -> list[MismatchRow]:
    """Read the newest fields that do not agree with the ledger. Raises NotAllowed."""
    require_overview(roles)
    rows = (
        database[documents.MISMATCHES.name]
        .find({"healedAt": None}, fields_of(MismatchRow))
        .sort("seenAt", -1)
        .limit(ROWS)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(MismatchRow, row) for row in rows]
