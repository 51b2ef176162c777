"""Whether an account's transactions and audit trail are what the ledger's events make. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from projector.happening import AUDIT_EVENTS, TRANSACTIONS, Documents, Place, Stored
from projector.item import Item
from projector.match import ABSENT, Flat, Mismatch, flat, mismatch, since
from projector.projections import transactions
from proto.events import Posting

NOT_OF_THE_ACCOUNT: Final = frozenset(
    {"_id", "updatedAt", "reviewStatus", "reviewedBy", "reviewedAt"}
)
"""What follows a review, which is told in a history of its own."""


class Entries:
    """What each of an account's entries was, after which of its events."""

    def __init__(self) -> None:
        self._steps: dict[Place, list[tuple[int, Flat]]] = {}
        self._events = 0

    def note(self, item: Item, documents: Documents) -> None:
        """Take in the entries that the account's next event made or changed."""
        for place in _touched(item):
            document = documents.seen(*place)
            if document is not None:
                step = (self._events, flat(document, NOT_OF_THE_ACCOUNT))
                self._steps.setdefault(place, []).append(step)
        self._events += 1

    def compare(
        self, account: Stored, stored: Iterable[tuple[Place, Stored]], items: Sequence[Item]
    ) -> list[Mismatch]:
        """Name every field that differs; an entry that is not there, or too much, is one."""
        there = dict(stored)
        found: list[Mismatch] = []
        for place in sorted(there.keys() | self._steps.keys()):
            steps, document = self._steps.get(place), there.get(place)
            if steps is not None:
                found += _differing(account, place, document, steps, items)
            else:
                values = (place[1], ABSENT)
                found.append(mismatch(account, ".".join(place), values, 0, items))
        return found


def _touched(item: Item) -> Iterator[Place]:
    happening = item.happening()
    yield AUDIT_EVENTS, f"{item.subject_id}:{item.version}"
    yield from transactions.reads(happening).places
    if isinstance(happening.event, Posting):
        yield TRANSACTIONS, str.__str__(happening.event.transaction_id)


def _differing(
    account: Stored,
    place: Place,
    document: Stored | None,
    steps: Sequence[tuple[int, Flat]],
    items: Sequence[Item],
) -> Iterator[Mismatch]:
    name = ".".join(place)
    if document is None:
        yield mismatch(account, name, (ABSENT, place[1]), steps[0][0], items)
        return
    stands, should = flat(document, NOT_OF_THE_ACCOUNT), steps[-1][1]
    for path in sorted(stands.keys() | should.keys()):
        values = (stands.get(path, ABSENT), should.get(path, ABSENT))
        if values[0] != values[1]:
            step = since(path, values, [each for _, each in steps])
            yield mismatch(account, f"{name}.{path}", values, steps[step][0], items)
