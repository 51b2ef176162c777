"""What the projector tells of its work: counts, what waits, what nobody reads, what differs."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import redis
from msgspec import Struct, field, structs

from dashboard.queries.declared import (
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    View,
    fields_of,
)
from dashboard.queries.rights import require_system_reader
from proto import documents
from proto.codec import from_mongo
from proto.documents import HeartbeatDocument
from proto.values import Instant, Key

SHOWN_MAX: Final = 50
PROJECTOR: Final = "projector"
SILENT: Final = timedelta(minutes=1)


class Counts(Struct, frozen=True, kw_only=True):
    """How many there are of each, as of a moment."""

    accounts: int
    customers: int
    trail: int
    letters_open: int
    parked: int
    unknown_types: int
    unknown_entries: int
    mismatches: int
    as_of: datetime


class ParkedView(View, kw_only=True, frozen=True, rename="camel"):
    """A ledger event that waits for the one before it."""

    subject_id: Key
    ver: int
    parked_at: Instant

    @property
    def event_id(self) -> str:
        """The event's id."""
        return f"{self.subject_id}:{self.ver}"


class ParkedEvent(ParkedView, kw_only=True, frozen=True, rename="camel"):
    """The same, with the event as it came."""

    entry_id: str
    fields: dict[str, str] = field(default_factory=dict)


class UnknownType(View, kw_only=True, frozen=True, rename="camel"):
    """A type of event that nobody reads; the sample is the first entry of it."""

    event_type: str = ""
    first_seen: Instant
    last_seen: Instant
    count: int
    sample_stream: str = ""
    sample_entry_id: str = ""
    sample_bytes: dict[str, int] = field(default_factory=dict)


class Score(View, kw_only=True, frozen=True, rename="camel"):
    """How many of the ledger's accounts the screens show as they are."""

    at: Instant
    started_at: Instant
    checked: int = 0
    matched: int = 0
    missing: int = 0
    external: int = 0
    total: int = 0
    is_done: bool = False


class MismatchView(View, kw_only=True, frozen=True, rename="camel"):
    """A field of an account that is not what the ledger's events make it."""

    loan_account_id: Key
    field: str
    mirror_value: str
    ledger_value: str
    since_event_id: str
    since_event_type: str
    seen_at: Instant
    customer_id: str = ""


class SwitchView(View, kw_only=True, frozen=True, rename="camel"):
    """Who set the read-only switch last, when; the event's body has how, and why."""

    actor: Key
    recorded_at: Instant
    body: str


class Rebuilt(View, kw_only=True, frozen=True, rename="camel"):
    """How the last rebuild of the read models went, or goes."""

    state: str
    at: Instant
    events: int = 0
    events_total: int = 0
    compared: int = 0
    differing: int = 0
    sentence: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it goes on: it tells every second, one that was killed tells no more."""
        since = datetime.now(UTC) - self.at
        return self.state not in {"done", "failed"} and since < SILENT


def heartbeat(database: DeskDatabase, roles: frozenset[str]) -> HeartbeatDocument | None:
    """Read the projector's last sign of life. Raises NotAllowed."""
    require_system_reader(roles)
    stored = database[documents.HEARTBEATS.name].find_one(
        {"_id": PROJECTOR}, fields_of(HeartbeatDocument), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(HeartbeatDocument, stored)


def counts(database: DeskDatabase, roles: frozenset[str]) -> Counts:
    """Count what there is. Raises NotAllowed."""
    require_system_reader(roles)
    limit: dict[str, Any] = {"maxTimeMS": QUERY_MILLISECONDS_MAX}

    def about(collection: documents.Collection) -> int:
        return database[collection.name].estimated_document_count(**limit)

    unknown = list(
        database[documents.UNKNOWN_EVENTS.name].aggregate(
            [{"$group": {"_id": None, "types": {"$sum": 1}, "entries": {"$sum": "$count"}}}],
            **limit,
        )
    )
    letters = database[documents.DEAD_LETTERS.name]
    mismatches = database[documents.MISMATCHES.name]
    return Counts(
        accounts=about(documents.LOAN_ACCOUNTS),
        customers=about(documents.CUSTOMERS),
        trail=about(documents.AUDIT_EVENTS),
        letters_open=letters.count_documents({"status": {"$in": ["open", None]}}, **limit),
        parked=about(documents.PARKED_EVENTS),
        unknown_types=int(unknown[0]["types"]) if unknown else 0,
        unknown_entries=int(unknown[0]["entries"]) if unknown else 0,
        mismatches=mismatches.count_documents({"healedAt": None}, **limit),
        as_of=datetime.now(UTC),
    )


def parked(database: DeskDatabase, roles: frozenset[str]) -> list[ParkedView]:
    """List ledger events that wait, by their subject. Raises NotAllowed."""
    require_system_reader(roles)
    rows = (
        database[documents.PARKED_EVENTS.name]
        .find({}, fields_of(ParkedView))
        .sort([("subjectId", 1), ("ver", 1)])
        .limit(SHOWN_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(ParkedView, each) for each in rows]


def parked_event(
    database: DeskDatabase, roles: frozenset[str], event_id: str
) -> ParkedEvent | None:
    """Read a waiting event as it came; None when it waits no more. Raises NotAllowed."""
    require_system_reader(roles)
    stored = database[documents.PARKED_EVENTS.name].find_one(
        {"_id": event_id}, fields_of(ParkedEvent), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(ParkedEvent, stored)


def unknown_types(database: DeskDatabase, roles: frozenset[str]) -> list[UnknownType]:
    """List the types that nobody reads, by name. Raises NotAllowed."""
    require_system_reader(roles)
    rows = (
        database[documents.UNKNOWN_EVENTS.name]
        .find({}, fields_of(UnknownType) | {"_id": 1})
        .sort("_id", 1)
        .limit(SHOWN_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [_unknown(each) for each in rows]


def unknown_type(
    database: DeskDatabase, roles: frozenset[str], event_type: str
) -> UnknownType | None:
    """Read one of them. Raises NotAllowed."""
    require_system_reader(roles)
    stored = database[documents.UNKNOWN_EVENTS.name].find_one(
        {"_id": event_type},
        fields_of(UnknownType) | {"_id": 1},
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return None if stored is None else _unknown(stored)


def raw_entry(
    streams: redis.Redis, roles: frozenset[str], stream: str, entry_id: str
) -> dict[str, str] | None:
    """Read an entry where it stands in its stream; None where it is gone. Raises NotAllowed.

    The projector keeps nothing of an event that it does not read: it may name a person.
    """
    require_system_reader(roles)
    try:
        found: Any = streams.xrange(stream, entry_id, entry_id, count=1)
    except redis.ResponseError:
        return None
    if not found:
        return None
    return {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, value in found[0][1].items()
    }


def scores(database: DeskDatabase, roles: frozenset[str]) -> dict[str, Score]:
    """Read the scores: `sampled`, the accounts checked last, and `portfolio`. Raises NotAllowed."""
    require_system_reader(roles)
    rows = database[documents.MATCH_SCORES.name].find(
        {}, fields_of(Score) | {"_id": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return {str(each["_id"]): from_mongo(Score, each) for each in rows}


def mismatches(database: DeskDatabase, roles: frozenset[str]) -> list[MismatchView]:
    """List what differs now, seen last first, with whose account it is. Raises NotAllowed."""
    require_system_reader(roles)
    rows = (
        database[documents.MISMATCHES.name]
        .find({"healedAt": None}, fields_of(MismatchView))
        .sort("seenAt", -1)
        .limit(SHOWN_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found = [from_mongo(MismatchView, each) for each in rows]
    accounts = database[documents.LOAN_ACCOUNTS.name].find(
        {"_id": {"$in": sorted({each.loan_account_id for each in found})}},
        {"customerIdString": 1},
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    owners = {each["_id"]: str(each.get("customerIdString") or "") for each in accounts}
    return [
        structs.replace(each, customer_id=owners.get(each.loan_account_id, "")) for each in found
    ]


def read_only_switch(database: DeskDatabase, roles: frozenset[str]) -> SwitchView | None:
    """Read how the read-only switch was set last; None if it never was. Raises NotAllowed."""
    require_system_reader(roles)
    stored = database[documents.AUDIT_EVENTS.name].find_one(
        {"eventType": "ledger.read_only_set.v1"},
        fields_of(SwitchView),
        sort=[("position", -1)],
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return None if stored is None else from_mongo(SwitchView, stored)


def switch_reason(switch: SwitchView) -> str:
    """Give why the switch was set."""
    body = msgspec.json.decode(switch.body)
    return str(body.get("reason", "")) if isinstance(body, dict) else ""


def last_rebuild(database: DeskDatabase, roles: frozenset[str]) -> Rebuilt | None:
    """Read how the last rebuild went. Raises NotAllowed."""
    require_system_reader(roles)
    stored = database[documents.REBUILDS.name].find_one(
        {}, fields_of(Rebuilt), sort=[("_id", -1)], max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(Rebuilt, stored)


def _unknown(stored: dict[str, Any]) -> UnknownType:
    return structs.replace(from_mongo(UnknownType, stored), event_type=str(stored["_id"]))
