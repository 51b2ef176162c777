"""In which order requests are listed, and where the next page of that order begins."""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from dashboard.queries.declared import Stored

Sort = Literal["oldest", "newest", "largest", "requester", "kind"]
Order = tuple[tuple[str, int], ...]

ORDERS: Final[dict[str, Order]] = {
    "oldest": (("requestedAt", 1), ("_id", 1)),
    "newest": (("requestedAt", -1), ("_id", -1)),
    "largest": (("amount", -1), ("_id", -1)),
    "requester": (
        ("requestedByName", 1),
        ("requestedBy", 1),
        ("requestedAt", 1),
        ("_id", 1),
    ),
    "kind": (("kind", 1), ("requestedAt", 1), ("_id", 1)),
}
"""Each has its index (proto/documents.py), and ends with the id: no two requests are equal."""


class RequestCursor(Struct, frozen=True):
    """Where a page begins: after a request with these values, in this part of the list."""

    is_first_part: bool
    place: tuple[object, ...]


def cursor_at(stored: Stored, sort: str, *, is_first_part: bool) -> RequestCursor:
    """Give the place of a request in an order, as it is stored: absent is not empty there."""
    values = {**stored, "_id": stored["requestId"]}
    return RequestCursor(is_first_part, tuple(values.get(field) for field, _ in ORDERS[sort]))


def after(cursor: RequestCursor | None, sort: str) -> Stored:
    """Build the query of what comes after. What lacks a field comes before all that have it."""
    if cursor is None:
        return {}
    return {"$or": _beyond(ORDERS[sort], cursor.place)}


def _beyond(order: Order, place: Sequence[object]) -> list[Stored]:
    """Give one condition for each field: the same in those before it, and further in it."""
    conditions: list[Stored] = []
    same: list[Stored] = []
    for (field, direction), value in zip(order, place, strict=True):
        further = _further(field, direction, value)
        if further is not None:
            conditions.append({"$and": [*same, further]})
        same.append({field: value})
    return conditions


def _further(field: str, direction: int, value: object) -> Stored | None:
    """Give what comes after a value of one field; None where nothing does."""
    if direction > 0:
        return {field: {"$ne": None}} if value is None else {field: {"$gt": value}}
    if value is None:
        return None
    return {"$or": [{field: {"$lt": value}}, {field: None}]}
