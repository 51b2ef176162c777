"""An event that is added to the contract: the test that fails names the place that is missing."""

import json
import random
from typing import get_args

from projector import batch
from projector.happening import Documents
from projector.item import Entry, Item
from projector.projections import IGNORED, PROJECTIONS
from proto import documents, events
from proto.codec import read_envelope
from proto.events import EVENTS, AnyEvent, Event
from proto.streams import INBOX, INTERNAL
from tests.projector.families import OURS, OUTSIDE, Ledger, told_outside
from tests.projector.feed import Feed

TRAIL = {
    documents.AUDIT_EVENTS.name,
    documents.DAY_TOTALS.name,
    documents.MONTH_TOTALS.name,
    documents.STAFF_MONTHS.name,
    documents.STAFF_DAYS.name,
}
"""What every event of our ledger comes to, whether anybody has a case for it or not."""

WITHOUT_A_CASE = "has no case: add one to its projection, or a reason to IGNORED"


def declared() -> dict[str, type[Event]]:
    """Give every Struct of the contract that has a name on the wire of its own."""
    found = [each for each in vars(events).values() if isinstance(each, type)]
    kinds = [each for each in found if issubclass(each, Event) and "type" in vars(each)]
    return {each.__name__: each for each in kinds}


def test_every_struct_is_read() -> None:
    """A Struct that no table names would be an unknown type to everybody."""
    missing = [name for name, kind in declared().items() if EVENTS.get(kind.type) is not kind]
    assert missing == [], "add them to EVENTS in proto/events.py"


def test_every_struct_is_in_the_union() -> None:
    """The union is what makes mypy name a `match` that forgets one."""
    union = get_args(AnyEvent)
    missing = [name for name, kind in declared().items() if not issubclass(kind, union)]
    assert missing == [], "add them to a union of AnyEvent in proto/events.py"


def test_every_type_is_projected_or_ignored() -> None:
    """With a reason."""
    missing = sorted(EVENTS.keys() - PROJECTIONS.keys() - IGNORED.keys())
    assert missing == [], "add them to PROJECTIONS or IGNORED in projector/projections/__init__.py"
    unheard_of = sorted((PROJECTIONS.keys() | IGNORED.keys()) - EVENTS.keys())
    assert unheard_of == [], "no Struct of proto/events.py has these names"


def test_every_type_has_a_case() -> None:
    """Each changes some document of its own, beside what every event comes to."""
    dice = random.Random(1)  # noqa: S311 - it only makes bodies
    moved: set[str] = set()
    for number in range(1_500):
        kind, body, talk, name = told_outside(dice, number)
        fields = {"typ": kind, "id": name, "conv": talk, "payload": json.dumps(body)}
        if kind not in moved and _changes(INBOX, fields):
            moved.add(kind)
    books = Ledger(Feed(), dice)
    while len(books.made) < 1_500:
        books.go_on()
    for fields in books.made:
        if fields["typ"] not in moved and _changes(INTERNAL, fields) - TRAIL:
            moved.add(fields["typ"])
    without = sorted({each.type for each in (*OUTSIDE, *OURS)} - moved)
    assert without == [], WITHOUT_A_CASE


def _changes(stream: str, fields: dict[str, str]) -> set[str]:
    """Fold one event onto nothing, and name the collections in which it makes a document."""
    raw = {name.encode(): value.encode() for name, value in fields.items()}
    entry = Entry(stream, "1795275063605-0", raw)
    item = Item(entry, read_envelope(stream, entry.entry_id, raw, entry.size))
    none_yet = Documents()
    needed = batch.needs([item])
    for collection, keys in needed.keys.items():
        none_yet.load(collection, keys, ())
    if item.is_ledger:
        none_yet.load(item.subject_place[0], (item.subject_place[1],), ())
    changed: set[str] = set()
    happening = item.happening()
    for projection in batch.projections_of(item):
        for change in projection.fold(happening, none_yet):
            none_yet.put(change, happening.at)
            changed.add(change.collection)
    return changed
