"""What those who audit made of one event of the ledger: the fold of their marks."""

from typing import Final

from msgspec import Struct

from proto.events import ItemReviewed
from proto.values import Code, Instant, Key

VERIFIED: Final = Code("verified")
QUERIED: Final = Code("queried")


class Review(Struct, frozen=True, kw_only=True):
    """The last mark of an event; the earlier ones stay in the journal."""

    event_id: Key
    version: int
    outcome: Code
    updated_at: Instant


def evolve(_review: Review | None, event: ItemReviewed, version: int, at: Instant) -> Review:
    """Apply one mark."""
    return Review(event_id=event.event_id, version=version, outcome=event.outcome, updated_at=at)
