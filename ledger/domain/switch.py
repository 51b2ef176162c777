"""Whether the ledger takes commands: the fold of `ledger.read_only_set.v1`."""

from msgspec import Struct

from proto.events import ReadOnlySet
from proto.values import Instant


class Switch(Struct, frozen=True, kw_only=True):
    """As it was set last; it holds over a restart."""

    version: int
    read_only: bool
    updated_at: Instant


def evolve(_switch: Switch | None, event: ReadOnlySet, version: int, at: Instant) -> Switch:
    """Apply one event."""
    return Switch(version=version, read_only=event.read_only, updated_at=at)
