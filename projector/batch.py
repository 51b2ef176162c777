"""Folds a batch's events into its documents, one after the other. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from projector import subject
from projector.event_time import require_past
from projector.happening import Change, Documents, Reads
from projector.item import Item
from projector.projections import PROJECTIONS, UNREAD, Projection
from proto.codec import Poison, to_mongo
from proto.events import AccountClosed, AccountCreated


class Readable(Struct):
    """A batch's fresh items after their bodies were read."""

    items: list[Item]
    poison: list[tuple[Item, Poison]]


def read_bodies(items: Iterable[Item], now: datetime) -> Readable:
    """Read the bodies; what can never be read, or is of the future, is told apart."""
    readable = Readable([], [])
    for item in items:
        try:
            require_past(item, now)
        except Poison as error:
            readable.poison.append((item, error.bare()))
        else:
            readable.items.append(item)
    return readable


class Needs(Struct):
    """Everything that a batch must have read, and the locks that it needs for that."""

    keys: dict[str, set[str]]
    """Collection to the keys that are read in it."""
    accounts_of: set[str]
    locks: set[str]


def needs(items: Iterable[Item]) -> Needs:
    """Gather what the projections of a batch declare."""
    gathered = Needs(defaultdict(set), set(), set())
    for item in items:
        happening = item.happening()
        event = happening.event
        if event is None:
            continue
        for projection in projections_of(item):
            read: Reads = projection.reads(happening)
            for collection, key in read.places:
                gathered.keys[collection].add(key)
            gathered.accounts_of.update(read.accounts_of)
            gathered.locks.update(read.locks)
            gathered.locks.update(map(customer_lock, read.accounts_of))
        if isinstance(event, AccountCreated | AccountClosed) and event.customer_id:
            gathered.locks.add(customer_lock(event.customer_id))
    return gathered


def customer_lock(customer_id: str) -> str:
    """Name the lock on a customer's links to accounts."""
    return f"customer:{customer_id}"


def projections_of(item: Item) -> tuple[Projection, ...]:
    """Give what an event goes through."""
    if item.is_known:
        return PROJECTIONS.get(item.envelope.event_type, ())
    return UNREAD if item.is_ledger else ()


def fold(items: Iterable[Item], documents: Documents) -> None:
    """Fold the events, each of which sees what the ones before it made."""
    for item in items:
        happening = item.happening()
        if item.is_ledger:
            _begin_ledger_subject(item, documents)
        for projection in projections_of(item):
            for change in projection.fold(happening, documents):
                documents.put(change, change.at or happening.at)
        if item.is_ledger:
            _advance(item, documents)


def _begin_ledger_subject(item: Item, documents: Documents) -> None:
    """Let the ledger's first word on an account replace what others told of it."""
    place = item.subject_place
    if item.version == 1 and documents.get(*place) is not None:
        documents.start_anew(*place)


def _advance(item: Item, documents: Documents) -> None:
    """Note the version that the subject's document stands for now."""
    collection, key = item.subject_place
    document = documents.get(collection, key)
    if document is None:
        document = subject.unread(collection, key, item.subject_id)
    document = {**document, "ver": to_mongo(item.version)}
    documents.put(Change(collection, key, document), item.at)
