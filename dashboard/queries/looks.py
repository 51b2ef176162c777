"""Several looks in one round trip, each up to a limit of its own, the best match first.

Each look is a query that an index answers at once; asked one after the other, what took
most of a search's time was the way there and back.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, field
from pymongo.errors import ExecutionTimeout

from dashboard.queries.closeness import closeness
from dashboard.queries.declared import DeskDatabase, Stored, fields_of
from proto.codec import from_mongo

HITS_MAX: Final = 50
LOOK_MILLISECONDS_MAX: Final = 300

H = TypeVar("H", bound=Struct)

PLACE: Final = "look"
"""The field in which a row tells which look found it."""


class Ladder(Struct, Generic[H]):
    """Looks in one collection, from the best match to the weakest, and what they found.

    What has the text in full is among what begins with it, and closest. `in_full` looks for
    that alone, where so much was found that it may have been cut off. `too_broad` says that
    a look took too long and was given up.
    """

    collection: str
    view: type[H]
    in_full: Stored
    looks: Sequence[Stored]
    hits: dict[str, Stored] = field(default_factory=dict)
    too_broad: bool = False

    @property
    def wanted(self) -> int:
        """How many more hits it takes to fill a page and to know that there are more."""
        return HITS_MAX + 1 - len(self.hits)

    def take(self, rows: Iterable[Stored], typed: str) -> None:
        """Take in what one look found, the closest first, each hit once."""
        for row in sorted(rows, key=lambda row: closeness(row, typed)):
            self.hits.setdefault(str(row.pop("_id")), row)

    def found(self) -> tuple[H, ...]:
        """Give the hits, the best match first."""
        return tuple(from_mongo(self.view, each) for each in self.hits.values())

    def fields(self) -> Stored:
        """Name the fields that a hit shows, and its key."""
        return fields_of(self.view) | {"_id": 1}


def climb(database: DeskDatabase, ladders: Sequence[Ladder[Any]], typed: str) -> None:
    """Make all looks at once; where that takes too long, one by one, up to what is enough."""
    steps = [(ladder, look) for ladder in ladders for look in ladder.looks]
    try:
        found = _all_at_once(database, steps)
    except ExecutionTimeout:
        for ladder in ladders:
            for look in (ladder.in_full, *ladder.looks):
                if ladder.wanted > 0:
                    look_once(database, ladder, look, typed)
        return
    for (ladder, _), rows in zip(steps, found, strict=True):
        ladder.take(rows, typed)
    for ladder in ladders:
        if ladder.wanted <= 0:
            others, ladder.hits = ladder.hits, {}
            look_once(database, ladder, ladder.in_full, typed)
            ladder.hits |= {key: hit for key, hit in others.items() if key not in ladder.hits}


def look_once(database: DeskDatabase, ladder: Ladder[Any], look: Stored, typed: str) -> None:
    """Make one look; one that takes too long is given up and reported."""
    found = database[ladder.collection].find(look, ladder.fields()).limit(HITS_MAX + 1)
    try:
        ladder.take(found.max_time_ms(LOOK_MILLISECONDS_MAX), typed)
    except ExecutionTimeout:
        ladder.too_broad = True


def _all_at_once(
    database: DeskDatabase, steps: Sequence[tuple[Ladder[Any], Stored]]
) -> list[list[Stored]]:
    """Give what each look found. Raises ExecutionTimeout."""
    (first, _), *others = steps
    pipelines: list[list[Stored]] = [
        [
            {"$match": look},
            {"$limit": HITS_MAX + 1},
            {"$project": {**ladder.fields(), PLACE: {"$literal": place}}},
        ]
        for place, (ladder, look) in enumerate(steps)
    ]
    unions: list[Stored] = [
        {"$unionWith": {"coll": ladder.collection, "pipeline": pipeline}}
        for (ladder, _), pipeline in zip(others, pipelines[1:], strict=True)
    ]
    found: list[list[Stored]] = [[] for _ in steps]
    rows = database[first.collection].aggregate(
        [*pipelines[0], *unions], maxTimeMS=LOOK_MILLISECONDS_MAX
    )
    for row in rows:
        found[row.pop(PLACE)].append(row)
    return found
