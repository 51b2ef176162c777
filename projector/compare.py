"""Holds a rebuilt collection against the live one, document by document."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.database import Database

from projector.happening import is_same
from projector.shelf import ANY_TIME, REBUILD

PAGE: Final = 500
DIFFERING_MAX: Final = 100_000
"""Of how many documents at most the keys are remembered, to look at them once more."""

Stored = dict[str, Any]


def differing(database: Database[dict[str, Any]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Tell after each page how many were compared, and the keys of those that differ."""
    live = _live(database, name).find().sort("_id").batch_size(PAGE)
    rebuilt = database[f"{REBUILD}{name}"].find().sort("_id").batch_size(PAGE)
    keys: list[str] = []
    count = 0
    for left, right in _side_by_side(iter(live), iter(rebuilt)):
        count += 1
        if not is_same(left, right):
            keys.append((left or right or {})["_id"])
        if count >= PAGE:
            yield count, keys
            keys, count = [], 0
    yield count, keys


def still_differing(
    database: Database[dict[str, Any]], name: str, keys: Iterable[str]
) -> Iterator[str]:
    """Give those keys whose documents differ now."""
    for key in keys:
        live = _live(database, name).find_one({"_id": key})
        if not is_same(live, database[f"{REBUILD}{name}"].find_one({"_id": key})):
            yield key


def _live(database: Database[dict[str, Any]], name: str) -> Collection[Stored]:
    """Give a live collection, in which a stranger may have written times of no calendar."""
    return database.get_collection(name, ANY_TIME)


def _side_by_side(
    left: Iterator[Stored], right: Iterator[Stored]
) -> Iterator[tuple[Stored | None, Stored | None]]:
    """Go through both in the order of their keys; None where one has none.

    Keys that are no text only a stranger wrote: nothing rebuilt has any.
    """
    mine, theirs = next(left, None), next(right, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and _is_before(mine["_id"], theirs["_id"])):
            yield mine, None
            mine = next(left, None)
        elif mine is None or theirs["_id"] < mine["_id"]:
            yield None, theirs
            theirs = next(right, None)
        else:
            yield mine, theirs
            mine, theirs = next(left, None), next(right, None)


def _is_before(live: object, rebuilt: str) -> bool:
    return not isinstance(live, str) or live < rebuilt
