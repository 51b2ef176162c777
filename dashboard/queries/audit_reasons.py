"""Why, of events that have no reason of a list: as the event's own body tells it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from dashboard.queries.audit import AuditEvent, AuditRow, stored_events
from dashboard.queries.declared import DeskDatabase
from proto.events import EVENTS, LedgerEvent

TELLING: Final = frozenset(
    name
    for name, each in EVENTS.items()
    if issubclass(each, LedgerEvent) and "reason" in each.__struct_fields__
)
"""The types whose bodies have a reason in words."""


def reasons_in_bodies(
    database: DeskDatabase, roles: frozenset[str], rows: Sequence[AuditRow]
) -> dict[str, str]:
    """Read the reasons that these rows themselves have none of, by event id. Raises NotAllowed."""
    unsaid = [each for each in rows if not each.reason_code and each.event_type in TELLING]
    if not unsaid:
        return {}
    found = stored_events(database, roles, [str(each.event_id) for each in unsaid])
    sound = {key: each for key, each in found.items() if isinstance(each, AuditEvent)}
    return {key: reason_in(each.body) for key, each in sound.items()}


def reason_in(body: str) -> str:
    """Give the reason that a body tells in words; one that cannot be read tells none."""
    try:
        read = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    told = read.get("reason", "") if isinstance(read, dict) else ""
    return told if isinstance(told, str) else ""
