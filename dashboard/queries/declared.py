"""A view fetches what it declares and nothing more (the projection is the struct)."""

import types
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from pymongo.database import Database

Stored = dict[str, Any]
DeskDatabase = Database[Stored]

QUERY_MILLISECONDS_MAX: Final = 2_000
COUNT_MAX: Final = 1_000
"""So far what matches is counted; a list says that there are more."""

V = TypeVar("V", bound=Struct)


class View(Struct, kw_only=True, frozen=True, rename="camel"):
    """The common root of what a query returns; named as stored, absent is None."""


@cache
def fields_of(view: type[Struct]) -> Stored:
    """Build MongoDB's projection from a view's own fields, nested views included.

    `_id` is left out: every document repeats its key under a name of its own. Whoever
    wants more builds a new one from it: the answer is kept.
    """
    return {"_id": 0} | _paths(view, "")


def _paths(view: type[Struct], prefix: str) -> Stored:
    hints = get_type_hints(view)
    names = zip(view.__struct_fields__, view.__struct_encode_fields__, strict=True)
    paths: Stored = {}
    for name, stored in names:
        nested = _struct_in(hints[name])
        inner = _paths(nested, f"{prefix}{stored}.") if nested else {f"{prefix}{stored}": 1}
        paths |= inner
    return paths


def _struct_in(hint: object) -> type[Struct] | None:
    """Find the struct in `X`, `X | None` or `list[X]`."""
    if isinstance(hint, type) and get_origin(hint) is None:
        return hint if issubclass(hint, Struct) else None
    if get_origin(hint) in {Union, types.UnionType, list, tuple}:
        return next((found for each in get_args(hint) if (found := _struct_in(each))), None)
    return None
