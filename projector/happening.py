"""What a projection is told, and the documents that it reads and writes in memory.

Everything here is pure: the store loads the documents of a batch, the projections fold
the batch's events into them one after the other, and the store writes what has changed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from bson import Int64
from msgspec import Struct

from proto import documents
from proto.codec import Envelope
from proto.events import Event

Stored = dict[str, Any]
"""A document as MongoDB gives and takes it. Projections never change one in place."""

ACCOUNTS: Final = documents.LOAN_ACCOUNTS.name
CUSTOMERS: Final = documents.CUSTOMERS.name
STAFF: Final = documents.STAFF.name
TRANSACTIONS: Final = documents.TRANSACTIONS.name
AUDIT_EVENTS: Final = documents.AUDIT_EVENTS.name
APPROVALS: Final = documents.APPROVALS.name
WRITE_OFF_REQUESTS: Final = documents.WRITE_OFF_REQUESTS.name
WAITING_DECISIONS: Final = documents.WAITING_DECISIONS.name
STAFF_NOTIFICATIONS: Final = documents.STAFF_NOTIFICATIONS.name
NOTES: Final = documents.NOTES.name
REVIEWS: Final = documents.REVIEWS.name
CONVERSATIONS: Final = documents.CONVERSATIONS.name
APPLICATIONS: Final = documents.APPLICATIONS.name
NOTIFICATIONS: Final = documents.NOTIFICATIONS.name
DAY_TOTALS: Final = documents.DAY_TOTALS.name
MONTH_TOTALS: Final = documents.MONTH_TOTALS.name
STAFF_DAYS: Final = documents.STAFF_DAYS.name
STAFF_MONTHS: Final = documents.STAFF_MONTHS.name
PORTFOLIO: Final = documents.PORTFOLIO.name
LEDGER_SUBJECTS: Final = documents.LEDGER_SUBJECTS.name
LETTER_STEPS: Final = documents.LETTER_STEPS.name

Place = tuple[str, str]
"""Where a document stands: its collection and its key."""


class LedgerPlace(Struct, frozen=True, kw_only=True):
    """Where an event stands in our ledger's journal."""

    event_id: str
    event_type: str
    subject_id: str
    version: int
    position: int
    actor: str
    body: str
    hash: str
    prev: str


class Happening(Struct, frozen=True, kw_only=True):
    """An event with its circumstances.

    `at` is the entry's time, of a ledger event its `ts`: never the clock. `ledger` is
    None for events from outside. `event` is None for a type that this version does not
    read, which only the audit trail takes. `envelope` holds what stood around the body.
    """

    event: Event | None
    at: datetime
    envelope: Envelope
    ledger: LedgerPlace | None = None


class Reads(Struct, frozen=True):
    """The documents that a projection needs for an event; `accounts_of` are customers.

    `locks` are names: of two transactions that share one, the later sees what the earlier
    wrote. Who makes one document because another is not there needs it.
    """

    places: tuple[Place, ...] = ()
    accounts_of: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """One document as it shall be after an event; None: it shall not be there any more.

    `at` is the moment that its times tell of, where that is not the event's own: what
    waited for the event stands afterwards as if it had come in its order.
    """

    collection: str
    key: str
    document: Stored | None
    at: datetime | None = None


class Write(Struct, frozen=True):
    """One document to be written; `is_new` where it was seen that none stands there.

    `before` is what stands there, None also where nobody looked. Without a `document`
    what stands there is deleted.
    """

    collection: str
    key: str
    document: Stored | None
    before: Stored | None
    is_new: bool


class Limits(Struct, frozen=True, kw_only=True):
    """How large a conversation may grow; what is older goes."""

    utterances_max: int = 2_000
    notices_max: int = 500
    document_bytes_max: int = 12 * 1024 * 1024


USUAL_LIMITS: Final = Limits()
_CONFUSED: Final = frozenset({bool, int, Int64, float, dict, list})


def is_same(one: object, other: object) -> bool:
    """Tell whether two values are stored alike; to Python, 1 is the same as true and as 1.0."""
    return one == other and _are_kinds_same(one, other)


def _are_kinds_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any stored value
    """Look at what Python takes for one another; of everything else it was told already."""
    if isinstance(one, dict):
        pairs = [(each, other[name]) for name, each in one.items() if type(each) in _CONFUSED]
    elif isinstance(one, list):
        pairs = [(each, other[at]) for at, each in enumerate(one) if type(each) in _CONFUSED]
    else:
        is_truth, is_float = isinstance(one, bool), isinstance(one, float)
        return is_truth == isinstance(other, bool) and is_float == isinstance(other, float)
    return not pairs or all(_are_kinds_same(*pair) for pair in pairs)


class Documents:
    """The documents of a batch: as they were read, and as they are by now."""

    def __init__(self, limits: Limits = USUAL_LIMITS) -> None:
        self.limits = limits
        self._before: dict[Place, Stored | None] = {}
        self._now: dict[Place, Stored | None] = {}
        self._accounts_of: dict[str, dict[str, None]] = {}

    def load(self, collection: str, keys: Iterable[str], found: Iterable[Stored]) -> None:
        """Take in what was read; a key that was not found stands for "not there"."""
        for key in keys:
            self._before.setdefault((collection, key), None)
            self._now.setdefault((collection, key), None)
        for document in found:
            place = (collection, document["_id"])
            if self._before.get(place) is None:
                self._before[place] = self._now[place] = document
                self._index(place, document)

    def knows(self, collection: str, key: str) -> bool:
        """Tell whether a document was read, be it there or not."""
        return (collection, key) in self._now

    def seen(self, collection: str, key: str) -> Stored | None:
        """Give a document where it was read or made in this batch; None also where not."""
        return self._now.get((collection, key))

    def get(self, collection: str, key: str) -> Stored | None:
        """Give a document as it stands after the events folded so far."""
        return self._now[(collection, key)]

    def accounts_of(self, customer_id: str) -> list[str]:
        """Give the ids of a customer's accounts; one may have become another's meanwhile."""
        linked = self._accounts_of.get(customer_id, ())
        return [each for each in linked if self._customer_of(each) == customer_id]

    def put(self, change: Change, at: datetime) -> bool:
        """Take a document's new state; tell whether anything is different."""
        place = (change.collection, change.key)
        current = self._now.get(place)
        if is_same(change.document, current):
            return False
        if change.document is None:
            self._now[place] = None
            return True
        stamped = {"_id": change.key, **change.document}
        stamped["createdAt"] = min(stamped.get("createdAt") or at, at)
        stamped["updatedAt"] = max(stamped.get("updatedAt") or at, at)
        self._now[place] = stamped
        self._index(place, stamped)
        return True

    def start_anew(self, collection: str, key: str) -> None:
        """Forget what others told of a document; what is stored is written over."""
        self._now[(collection, key)] = None

    def changed(self) -> Iterator[Write]:
        """Give each document that is to be written, once."""
        for place, document in self._now.items():
            before = self._before.get(place)
            if document is not before:
                is_new = before is None and place in self._before
                yield Write(place[0], place[1], document, before, is_new)

    def _customer_of(self, account_id: str) -> str | None:
        return (self._now[(ACCOUNTS, account_id)] or {}).get("customerIdString")

    def _index(self, place: Place, document: Stored) -> None:
        if place[0] == ACCOUNTS and document.get("customerIdString"):
            self._accounts_of.setdefault(document["customerIdString"], {})[place[1]] = None
