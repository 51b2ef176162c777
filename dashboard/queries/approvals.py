"""Requests for somebody else's decision: those that the reader may decide come first.

Two parts follow one another on the pages: what is pending, of somebody else and within the
reader's limit; then the rest. The ledger alone decides who may; it also knows who acts for
whom, which this list does not look at.
"""

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
from dashboard.queries.request_order import ORDERS, RequestCursor, Sort, after, cursor_at
from dashboard.queries.rights import corrects_payments, decides_requests, require_requests
from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.values import Instant, Key, Money

PAGE_ROWS: Final = 20
RELATED_MAX: Final = 20
CORRECTION: Final = "correction"
OPEN: Final = ("pending", "returned")

LIMIT_OF_KIND: Final = {
    "write_off": "write_off",
    "write_off_undo": "write_off",
    "recovery": "write_off",
    "correction": "reversal",
    "waiver": "waiver",
    "adjustment": "adjustment",
    "reversal": "reversal",
    "refund": "refund",
}
"""Kind of request, and the kind of limit that its approver is held to (roles.md)."""


class RequestRow(View, kw_only=True, frozen=True, rename="camel"):
    """A request as the list tells it."""

    request_id: Key
    request_number: str = ""
    kind: str = ""
    status: str = ""
    loan_account_id: Key | None = None
    account_number: str = ""
    customer_id: Key | None = None
    amount: Money | None = None
    reason: str = ""
    priority: str = "normal"
    requested_by: Key | None = None
    requested_by_name: str = ""
    requested_at: Instant | None = None
    expires_at: Instant | None = None
    structuring: bool = False

    @property
    def number(self) -> str:
        """What people call it by."""
        return self.request_number or self.request_id


class StepView(View, kw_only=True, frozen=True, rename="camel"):
    """One step of a request."""

    status: str
    event_type: str
    event_id: Key
    by: Key
    by_name: str = ""
    at: Instant


class RequestView(RequestRow, kw_only=True, frozen=True, rename="camel"):
    """A request with its history and what became of it."""

    snapshot: str = ""
    account_version: int = 0
    related_request_ids: tuple[str, ...] = ()
    decided_by: Key | None = None
    decided_by_name: str = ""
    decided_at: Instant | None = None
    ledger_event_id: Key | None = None
    transaction_id: Key | None = None
    steps: tuple[StepView, ...] = ()
    ver: int = 0


class Reader(Struct, frozen=True):
    """Who looks, in which roles, and how far their limits reach."""

    staff_id: str
    roles: frozenset[str]
    limits: dict[str, Money] = {}


class RequestFilter(Struct, frozen=True):
    """What to show; empty leaves nothing out. Dates are Sydney's, both ends included."""

    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    requester: str = ""
    at_least: Money | None = None
    at_most: Money | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Sort = "oldest"

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        chosen = (self.statuses, self.kinds, self.requester, self.at_least, self.at_most)
        return any(chosen) or bool(self.from_date or self.to_date)


class RequestPage(Struct, frozen=True):
    """One page, and where the next one begins."""

    rows: list[RequestRow]
    following: RequestCursor | None
    count: int


def requests(
    database: DeskDatabase,
    reader: Reader,
    chosen: RequestFilter,
    cursor: RequestCursor | None = None,
    page_rows: int = PAGE_ROWS,
) -> RequestPage:
    """Read a page of requests that the reader may see. Raises NotAllowed."""
    matching = {"$and": [visible(reader), _matching(chosen)]}
    found: list[tuple[bool, Stored]] = []
    for is_first_part in (True, False):
        if cursor is not None and cursor.is_first_part < is_first_part:
            continue
        begins = cursor if cursor and cursor.is_first_part == is_first_part else None
        part = _part(reader, is_first=is_first_part)
        query = {"$and": [matching, part, after(begins, chosen.sort)]}
        wanted = page_rows + 1 - len(found)
        if wanted > 0:
            found += [
                (is_first_part, each) for each in _stored(database, query, chosen.sort, wanted)
            ]
    shown = found[:page_rows]
    following = None
    if len(found) > page_rows:
        is_first_part, last = shown[-1]
        following = cursor_at(last, chosen.sort, is_first_part=is_first_part)
    count = database[documents.APPROVALS.name].count_documents(
        matching, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX
    )
    return RequestPage(_read([row for _, row in shown]), following, count)


def request(database: DeskDatabase, reader: Reader, request_id: str) -> RequestView | None:
    """Find one request that the reader may see. Raises NotAllowed."""
    stored = database[documents.APPROVALS.name].find_one(
        {"$and": [{"_id": request_id}, visible(reader)]},
        fields_of(RequestView),
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return None if stored is None else from_mongo(RequestView, stored)


def related(database: DeskDatabase, reader: Reader, view: RequestView) -> list[RequestRow]:
    """List other requests on the same account, and those that the ledger found related."""
    same = [{"_id": {"$in": list(view.related_request_ids[:RELATED_MAX])}}]
    if view.loan_account_id:
        same.append({"loanAccountId": view.loan_account_id})  # type: ignore[dict-item] # a query
    query = {"$and": [visible(reader), {"$or": same}, {"_id": {"$ne": view.request_id}}]}
    return _read(_stored(database, query, "newest", RELATED_MAX))


def waiting(database: DeskDatabase, reader: Reader) -> int:
    """Count what waits for the reader: to be decided by them, else what they asked for."""
    if decides_requests(reader.roles):
        query = decidable(reader)
    else:
        require_requests(reader.roles)
        query = {"requestedBy": reader.staff_id, "status": {"$in": list(OPEN)}}
    return database[documents.APPROVALS.name].count_documents(
        query, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX
    )


def visible(reader: Reader) -> Stored:
    """Build the query of what somebody may see. Raises NotAllowed.

    Who sees dead letters sees what was asked for them too: the corrections of colleagues.
    """
    require_requests(reader.roles)
    if decides_requests(reader.roles):
        return {}
    own: Stored = {"requestedBy": reader.staff_id}
    return {"$or": [own, {"kind": CORRECTION}]} if corrects_payments(reader.roles) else own


def decidable(reader: Reader) -> Stored:
    """Build the query of what the reader may decide, as far as the list can tell."""
    if not decides_requests(reader.roles):
        return {"_id": {"$exists": False}}
    others: Stored = {"status": "pending", "requestedBy": {"$ne": reader.staff_id}}
    return others | within_limits(reader)


def within_limits(reader: Reader) -> Stored:
    """Build the query of what the reader's limits reach, by kind and amount."""
    reached = [
        {"kind": kind, "amount": {"$lte": to_mongo(reader.limits.get(limit, Money(0)))}}
        for kind, limit in LIMIT_OF_KIND.items()
    ]
    return {"$or": reached}


def _part(reader: Reader, *, is_first: bool) -> Stored:
    return decidable(reader) if is_first else {"$nor": [decidable(reader)]}


def _stored(database: DeskDatabase, query: Stored, sort: str, wanted: int) -> list[Stored]:
    rows = (
        database[documents.APPROVALS.name]
        .find(query, fields_of(RequestRow))
        .sort(list(ORDERS[sort]))
        .limit(wanted)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return list(rows)


def _read(rows: list[Stored]) -> list[RequestRow]:
    return [from_mongo(RequestRow, row) for row in rows]


def _matching(chosen: RequestFilter) -> Stored:
    matching: Stored = {}
    if chosen.statuses:
        matching["status"] = {"$in": list(chosen.statuses)}
    if chosen.kinds:
        matching["kind"] = {"$in": list(chosen.kinds)}
    if chosen.requester:
        matching["requestedBy"] = chosen.requester
    bounds = {"$gte": chosen.at_least, "$lte": chosen.at_most}
    amounts = {bound: to_mongo(each) for bound, each in bounds.items() if each is not None}
    if amounts:
        matching["amount"] = amounts
    between: Stored = {}
    if chosen.from_date:
        between["$gte"] = midnight(chosen.from_date)
    if chosen.to_date:
        between["$lt"] = midnight(chosen.to_date + timedelta(days=1))
    return {**matching, "requestedAt": between} if between else matching
