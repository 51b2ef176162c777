"""Whether an account's projection is the fold of the ledger at its version. Pure.

The account's events are folded again, from the first one to the projection's version, and
each field is held against what stands in MongoDB. What the ledger itself says of the
balances at that version is held against them too: a wrong projection would fold twice to
the same mistake.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bson import Decimal128
from msgspec import Struct

from projector import batch
from projector.happening import ACCOUNTS, Documents, Stored
from projector.item import Entry, Item
from proto.codec import read_envelope
from proto.servicing_pb2 import Balances
from proto.values import Instant

NOT_OF_THE_LEDGER: Final = frozenset({"_id", "createdAt", "updatedAt", "customerName", "search"})
"""What follows the customer's profile, which comes from outside, or the entries' times."""

_LIKE_ANOTHER: Final = re.compile(
    r"-?[0-9]+(?:\.[0-9]*)?|[0-9T:.-]+Z|True|False|None|\[\]|\{\}|\(absent\)", re.ASCII
)
"""Texts that a number, a time, a truth, what is empty or nothing at all is written as, too."""
_LIKE_A_PATH: Final = re.compile(r'[0-9]*|.*[."].*', re.DOTALL)
"""Names of fields that a place in a list or a field inside another is called, too."""

ABSENT: Final = "(absent)"
ZERO: Final = "0.00"

BALANCE_FIELDS: Final = {
    "principal": "balances.principal",
    "interest": "balances.interest",
    "fees": "balances.fees",
    "overpayment": "balances.overpayment",
    "total_outstanding": "balances.currentBalance",
    "account_status": "accountStatus",
}
"""What the ledger tells of an account at a version, and where the projection has it."""

Flat = dict[str, str]


class Mismatch(Struct, frozen=True, kw_only=True):
    """One field of one account that is not what the ledger's events make it.

    `since` is the first event after which the two differ.
    """

    account_id: str
    field: str
    mirror: str
    ledger: str
    version: int
    since_version: int
    since_event_id: str
    since_event_type: str


def version(account: Stored) -> int:
    """Give the version that a document says it stands for; 0 where what it says is none."""
    said = account.get("ver")
    return int(said) if isinstance(said, int) else 0


def history_items(entries: Sequence[Entry], last: int) -> list[Item]:
    """Read a subject's events up to a version, in their order, each once."""
    by_version = {}
    for entry in entries:
        envelope = read_envelope(entry.stream, entry.entry_id, entry.fields, entry.size)
        by_version[envelope.version] = Item(entry, envelope)
    return [by_version[each] for each in sorted(by_version) if each <= last]


def folded(account_id: str, items: Sequence[Item]) -> Iterator[Documents]:
    """Give the documents, always the same ones, after each of an account's events.

    Raises Poison.
    """
    documents = Documents()
    for collection, keys in batch.needs(items).keys.items():
        documents.load(collection, keys, ())
    documents.load(ACCOUNTS, (account_id,), ())
    for item in items:
        batch.fold([item], documents)
        yield documents


def flat(document: Mapping[str, Any], without: frozenset[str] = NOT_OF_THE_LEDGER) -> Flat:
    """Give a document's comparable fields as text, each under its path."""
    fields: Flat = {}
    for name, value in document.items():
        if name not in without and value is not None:
            _flatten(_named(name), value, fields)
    return fields


def told(balances: Balances) -> Flat:
    """Give what the ledger says of an account's balances, under the projection's paths."""
    return {path: getattr(balances, name) for name, path in BALANCE_FIELDS.items()}


def compare(
    mirror: Stored, items: Sequence[Item], states: Sequence[Stored], balances: Flat | None
) -> list[Mismatch]:
    """Name every field that differs; `balances` is what the ledger says, if it can tell.

    The states are the account after each event: all but the last count only where one differs.
    """
    stands = flat(mirror)
    should = flat(states[-1]) if states else {}
    wrong = {
        path: (stands.get(path, ABSENT), should.get(path, ABSENT))
        for path in sorted(stands.keys() | should.keys())
        if stands.get(path) != should.get(path)
    }
    for path, value in (balances or {}).items():
        if stands.get(path, ZERO) != value:
            wrong.setdefault(path, (stands.get(path, ABSENT), value))
    were = [flat(each) for each in states] if wrong else []
    return [
        mismatch(mirror, path, values, since(path, values, were), items)
        for path, values in wrong.items()
    ]


def since(path: str, values: tuple[str, str], states: Sequence[Flat]) -> int:
    """Give the place of the first event after which mirror and ledger differ.

    A mirror that stands where the ledger stood once was left behind at that event. A value
    that the ledger never had is wrong at the latest since the field took its last value.
    """
    there = [state.get(path, ABSENT) for state in states]
    mirror = values[0]
    if mirror in there:
        last_alike = max(place for place, value in enumerate(there) if value == mirror)
        return min(last_alike + 1, len(there) - 1)
    changes = [place for place in range(1, len(there)) if there[place] != there[place - 1]]
    return changes[-1] if changes else 0


def mismatch(
    mirror: Stored, path: str, values: tuple[str, str], place: int, items: Sequence[Item]
) -> Mismatch:
    """Tell of a field with both values, and of the event at a place, since when they differ."""
    event = items[place].envelope if items else None
    return Mismatch(
        account_id=str(mirror["_id"]),
        field=path,
        mirror=values[0],
        ledger=values[1],
        version=version(mirror),
        since_version=event.version if event else 0,
        since_event_id=event.identity if event else "",
        since_event_type=event.event_type if event else "",
    )


def _flatten(path: str, value: object, fields: Flat) -> None:
    """Note what stands at a path; what is empty, or null in a list, has its place as well."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            if each is not None:
                _flatten(f"{path}.{_named(name)}", each, fields)
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            _flatten(f"{path}.{number}", each, fields)
    else:
        fields[path] = as_text(value)


def _named(name: str) -> str:
    """Quote a name that would stand for another field and hide what is there."""
    return json.dumps(name) if _LIKE_A_PATH.fullmatch(name) else name


def as_text(value: object) -> str:
    """Write a stored value, of whatever type, so that two can be compared and shown.

    A text that could be taken for a number is quoted: no query finds it among the numbers.
    """
    if isinstance(value, str):
        return f'"{value}"' if _LIKE_ANOTHER.fullmatch(value) else value
    if isinstance(value, Decimal128):
        text = format(value.to_decimal(), "f")
        return text if "." in text else f"{text}."  # 3 is no whole number where it is an amount
    if isinstance(value, datetime):
        return str(Instant.of(value))
    return str(value)
