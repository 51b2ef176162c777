"""An event that is added to the contract: the test that fails names the place that is missing."""

import json
import random
from collections.abc import Iterable

from ledger.domain.history import FOLD_OF
from projector import batch
from projector.happening import Documents
from projector.item import Entry, Item
from projector.projections import IGNORED, PROJECTIONS
from proto import documents, events
from proto.codec import read_envelope
from proto.events import EVENTS, Event, LedgerEvent
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

WITHOUT_A_CASE = (
    "no projection has a case for them: write it, with their line in the union of proto/events.py"
    " that it matches; or give a reason in IGNORED"
)


def named(kinds: Iterable[type[Event]]) -> list[str]:
    """Give Structs as their author looks for them."""
    return sorted(each.__name__ for each in kinds)


def test_every_struct_has_a_name_of_its_own() -> None:
    """Or others derive from it; one without would have another's name, and never be read."""
    kinds = [each for each in vars(events).values() if isinstance(each, type)]
    declared = [each for each in kinds if issubclass(each, Event)]
    nameless = [each for each in declared if each not in EVENTS.values()]
    assert named(each for each in nameless if not each.__subclasses__()) == []
    assert named(each for each in nameless if "type" in vars(each)) == [], "another has their type"


def test_every_struct_is_projected_or_ignored() -> None:
    """With a reason."""
    missing = EVENTS.keys() - PROJECTIONS.keys() - IGNORED.keys()
    assert named(EVENTS[each] for each in missing) == [], (
        "add them to PROJECTIONS or IGNORED in projector/projections/__init__.py"
    )
    unheard_of = sorted((PROJECTIONS.keys() | IGNORED.keys()) - EVENTS.keys())
    assert unheard_of == [], "no Struct of proto/events.py has these names"


def test_every_struct_of_the_ledger_has_a_fold() -> None:
    """Who is told only of a subject's events must know how the subject stands after each."""
    ours = {each for each in EVENTS.values() if issubclass(each, LedgerEvent)}
    assert named(ours - FOLD_OF.keys()) == [], "add them to the folds of ledger/domain/history.py"


def test_every_struct_has_a_case() -> None:
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
    without = {each for each in (*OUTSIDE, *OURS) if each.type not in moved}
    assert named(without) == [], WITHOUT_A_CASE


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
