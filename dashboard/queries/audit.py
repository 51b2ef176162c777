"""The audit trail: every event of the ledger, filtered and paged by the server.

An entry goes by its key, not by the id that it repeats; one that cannot be read has been
tampered with, and stands in the list as such.
"""

import hashlib
import heapq
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from dashboard.queries.audit_filter import AuditFilter, Sort, conditions
from dashboard.queries.declared import (
    COUNT_MAX,
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_audit_export, require_auditor
from proto import documents
from proto.codec import from_mongo
from proto.values import Instant, InvalidValue, Key, Money

PAGE_ROWS: Final = 25
EXPORT_PAGE_ROWS: Final = 1_000
SAMPLED_FROM_MAX: Final = 200_000
"""So many matching events a sample is drawn from; the newest, where there are more."""

UNREADABLE: Final = "unreadable"
"""Stands for the type of an entry that no ledger wrote so."""

ORDERS: Final[dict[Sort, tuple[tuple[str, int], ...]]] = {
    "newest": (("recordedAt", -1), ("position", -1)),
    "amount": (("amount", -1), ("position", -1)),
    "person": (("actor", 1), ("position", -1)),
}
"""Each order ends with the position, which no two events share."""


_SOUND: Final = {"recordedAt": "date", "amount": "number", "actor": "string"}
"""Of what type a value has its place in its order; a position is a number."""

_TYPES: Final = (
    *("null", "bool", "number", "date", "timestamp", "string", "regex", "binData", "objectId"),
    *("object", "minKey", "maxKey"),
)
_KEYED: Final[Stored] = {"_id": 1}
_NEVER: Final = Instant.parse("1970-01-01")
V = TypeVar("V", bound=View)


class AuditRow(View, kw_only=True, frozen=True, rename="camel"):
    """One event in the list: who, what, when, why."""

    event_id: Key
    event_type: str
    position: int
    recorded_at: Instant
    actor: Key
    loan_account_id: Key | None = None
    customer_id: Key | None = None
    transaction_id: Key | None = None
    transaction_type: str | None = None
    amount: Money | None = None
    reason_code: str | None = None
    approved_by: Key | None = None
    requested_by: Key | None = None
    request_id: Key | None = None
    review_status: str | None = None
    reviewed_by: Key | None = None
    reviewed_at: Instant | None = None
    hash: str


class AuditEvent(AuditRow, kw_only=True, frozen=True, rename="camel"):
    """One event whole: its body byte for byte and its place in the chain."""

    subject_id: Key
    ver: int
    body: str
    prev: str


class UnreadableEvent(Exception):  # noqa: N818 - what it is, not what went wrong
    """The trail holds something under this key that no ledger wrote so."""


class Cursor(Struct, frozen=True):
    """Where a page begins: after this value of the order and this position, as they are stored.

    Without a value: after the misplaced entry that has the position for its key.
    """

    value: Any
    position: Any


class AuditPage(Struct, frozen=True):
    """One page, and where the next one begins."""

    rows: list[AuditRow]
    following: Cursor | None
    count: int
    """How many match in all; `COUNT_MAX` means that many or more."""


def audit_page(
    database: DeskDatabase,
    roles: frozenset[str],
    chosen: AuditFilter,
    after: Cursor | None = None,
    page_rows: int = PAGE_ROWS,
) -> AuditPage:
    """Read a page of the trail. Raises NotAllowed."""
    require_auditor(roles)
    matching = conditions(database, chosen)
    rows, following = _page(database, chosen.sort, matching, after, page_rows)
    count = database[documents.AUDIT_EVENTS.name].count_documents(
        matching, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX
    )
    return AuditPage(rows, following, count)


def audit_event(database: DeskDatabase, roles: frozenset[str], event_id: str) -> AuditEvent | None:
    """Read one event whole; None where there is none. Raises NotAllowed, UnreadableEvent."""
    require_auditor(roles)
    stored = database[documents.AUDIT_EVENTS.name].find_one(
        {"_id": event_id}, fields_of(AuditEvent) | _KEYED, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else _read(AuditEvent, stored)


def newest_position(database: DeskDatabase, roles: frozenset[str]) -> int:
    """Tell how far the trail goes; 0 where it is empty. Raises NotAllowed."""
    require_auditor(roles)
    stored = database[documents.AUDIT_EVENTS.name].find_one(
        {"position": {"$type": ["long", "int"]}},
        {"_id": 0, "position": 1},
        sort=[("position", -1)],
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return 0 if stored is None else int(stored["position"])


def every_row(
    database: DeskDatabase,
    roles: frozenset[str],
    chosen: AuditFilter,
    page_rows: int = EXPORT_PAGE_ROWS,
) -> Iterator[AuditRow]:
    """Read all that match, page by page, in the order asked for. Raises NotAllowed."""
    require_audit_export(roles)
    matching = conditions(database, chosen)
    after: Cursor | None = None
    while True:
        rows, after = _page(database, chosen.sort, matching, after, page_rows)
        yield from rows
        if after is None:
            return


def sample(
    database: DeskDatabase, roles: frozenset[str], chosen: AuditFilter, seed: str, size: int
) -> list[AuditRow]:
    """Draw events at random from those that match; the same seed draws the same ones.

    An event's lot is the hash of the seed and its id, so that it depends neither on the
    order nor on when it is drawn; the lowest lots win. Raises NotAllowed.
    """
    require_auditor(roles)
    lots = _lots(database, conditions(database, chosen), seed)
    drawn = [event_id for _, event_id in heapq.nsmallest(size, lots)]
    rows = database[documents.AUDIT_EVENTS.name].find(
        {"_id": {"$in": drawn}},
        fields_of(AuditRow) | _KEYED,
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    found = {str(row["_id"]): _row(row) for row in rows}
    return [found[each] for each in drawn if each in found]


def _lots(database: DeskDatabase, matching: Stored, seed: str) -> Iterator[tuple[bytes, str]]:
    rows = (
        database[documents.AUDIT_EVENTS.name]
        .find(matching, {"_id": 1})
        .sort(list(ORDERS["newest"]))
        .limit(SAMPLED_FROM_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    for row in rows:
        event_id = str(row["_id"])
        yield hashlib.sha256(f"{seed}\n{event_id}".encode()).digest(), event_id


def _page(
    database: DeskDatabase, sort: Sort, matching: Stored, after: Cursor | None, page_rows: int
) -> tuple[list[AuditRow], Cursor | None]:
    """Read a page: first what has no place in the order, by its key, then the others in it."""
    name, flaws = ORDERS[sort][0][0], _flaws(ORDERS[sort][0][0])
    misplaced: list[Stored] = []
    if after is None or after.value is None:
        apart = [matching, {"$or": flaws}, {"_id": {"$gt": after.position}} if after else {}]
        misplaced = _found(database, {"$and": apart}, (("_id", 1),), page_rows + 1)
        after = None
    rows = misplaced
    if len(rows) <= page_rows:
        placed = {"$and": [_after(matching, sort, after), {"$nor": [*flaws, *_lists(name)]}]}
        rows = rows + _found(database, placed, ORDERS[sort], page_rows + 1 - len(rows))
    shown = rows[:page_rows]
    following = None
    if len(rows) > page_rows:
        last, is_placed = shown[-1], page_rows > len(misplaced)
        following = Cursor(last[name], last["position"]) if is_placed else Cursor(None, last["_id"])
    return [_row(row) for row in shown], following


def _found(
    database: DeskDatabase, wanted: Stored, order: tuple[tuple[str, int], ...], at_most: int
) -> list[Stored]:
    rows = database[documents.AUDIT_EVENTS.name].find(wanted, fields_of(AuditRow) | _KEYED)
    return list(rows.sort(list(order)).limit(at_most).max_time_ms(QUERY_MILLISECONDS_MAX))


def _flaws(name: str) -> list[Stored]:
    """Give what makes an entry have no place in the order: no value, or none that compares."""
    every: list[Stored] = []
    for each, sound in ((name, _SOUND[name]), ("position", "number")):
        every.append({each: {"$type": [other for other in _TYPES if other != sound]}})
        every.append({each: {"$in": [None, float("nan")]}})
    return every


def _lists(name: str) -> list[Stored]:
    """Give what no index finds: a list of values has many places, so it is left without one."""
    return [{each: {"$type": "array"}} for each in (name, "position")]


def _read(view: type[V], stored: Stored) -> V:
    """Read an entry under its key. Raises UnreadableEvent."""
    try:
        return from_mongo(view, {**stored, "eventId": str(stored["_id"])})
    except (msgspec.ValidationError, InvalidValue) as error:
        raise UnreadableEvent(str(error)) from None


def _row(stored: Stored) -> AuditRow:
    """Read a row; one that cannot be read shows its key alone."""
    try:
        return _read(AuditRow, stored)
    except UnreadableEvent:
        return AuditRow(
            event_id=Key(str(stored["_id"])),
            event_type=UNREADABLE,
            position=0,
            recorded_at=_NEVER,
            actor=Key(""),
            hash="",
        )


def _after(matching: Stored, sort: Sort, after: Cursor | None) -> Stored:
    if after is None:
        return matching
    name, direction = ORDERS[sort][0]
    beyond = {name: {"$gt" if direction > 0 else "$lt": after.value}}
    same = {name: after.value, "position": {"$lt": after.position}}
    return {"$and": [matching or {}, {"$or": [beyond, same]}]}


def stored_events(
    database: DeskDatabase, roles: frozenset[str], keys: list[str], above: int = 0, through: int = 0
) -> dict[str, AuditEvent | UnreadableEvent]:
    """Read entries by their keys, and whatever else claims a position above, up to `through`.

    Those that cannot be read are told as such. Raises NotAllowed.
    """
    require_auditor(roles)
    places = {"position": {"$gt": above, "$lte": through}}
    rows = database[documents.AUDIT_EVENTS.name].find(
        {"$or": [{"_id": {"$in": keys}}, places]},
        fields_of(AuditEvent) | _KEYED,
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return {str(row["_id"]): _read_or_flaw(row) for row in rows}


def _read_or_flaw(stored: Stored) -> AuditEvent | UnreadableEvent:
    try:
        return _read(AuditEvent, stored)
    except UnreadableEvent as flaw:
        return flaw
