"""Who asked for the read models to be made anew: the fold of `rebuild.asked.v1`."""

from msgspec import Struct

from proto.events import RebuildAsked
from proto.values import Instant


class RebuildLog(Struct, frozen=True, kw_only=True):
    """What was asked, a version each; what became of it the ledger never knows."""

    version: int
    updated_at: Instant


def evolve(_log: RebuildLog | None, _event: RebuildAsked, version: int, at: Instant) -> RebuildLog:
    """Apply one event."""
    return RebuildLog(version=version, updated_at=at)
