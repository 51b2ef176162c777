"""What waits and what nobody reads: parked ledger events and unknown types. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from projector.happening import Stored
from projector.item import FETCHED_ENTRY_ID, Entry, Item
from proto import codec
from proto.streams import INTERNAL

TYPE_NAME_MAX: Final = 200


def parked_id(item: Item) -> str:
    """Give the id under which a ledger event waits."""
    return f"{item.subject_id}:{item.version}"


def parked_document(item: Item) -> Stored:
    """Keep a ledger event that came before its predecessor."""
    return {
        "_id": parked_id(item),
        "subjectId": item.subject_id,
        "ver": codec.to_mongo(item.version),
        "position": codec.to_mongo(item.envelope.position),
        "entryId": item.entry.entry_id,
        "fields": storable(item.envelope.fields),
        "parkedAt": item.at,
    }


def parked_item(document: Mapping[str, Any]) -> Item:
    """Read a parked event again; its entry was acknowledged when it was parked."""
    fields = {name.encode(): value.encode() for name, value in document["fields"].items()}
    entry = Entry(INTERNAL, FETCHED_ENTRY_ID, fields)
    size = entry.size
    return Item(entry, codec.read_envelope(INTERNAL, FETCHED_ENTRY_ID, fields, size))


def storable(fields: Mapping[str, str]) -> dict[str, str]:
    """Leave out the fields whose names MongoDB does not take (events.md, 3.8)."""
    return {name: value for name, value in fields.items() if codec.is_storable_name(name)}


def type_name(item: Item) -> str:
    """Give the name under which an unknown type is counted."""
    return item.envelope.event_type[:TYPE_NAME_MAX]


def unknown_update(items: list[Item]) -> dict[str, Any]:
    """Count entries of one unknown type; the first of them is the sample."""
    times: list[datetime] = [item.at for item in items]
    return {
        "$inc": {"count": codec.to_mongo(len(items))},
        "$min": {"firstSeen": min(times)},
        "$max": {"lastSeen": max(times)},
        "$setOnInsert": _sample(items[0]),
    }


def _sample(item: Item) -> Stored:
    """Tell of an entry where it stands and how large its fields are: a value may name a person."""
    fields = storable(item.envelope.fields)
    return {
        "sampleStream": item.entry.stream,
        "sampleEntryId": item.entry.entry_id,
        "sampleBytes": {name: codec.to_mongo(len(fields[name].encode())) for name in fields},
    }
