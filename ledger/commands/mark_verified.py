"""ReviewService.MarkVerified: an event of the ledger was looked at, and is in order."""

from ledger.commands.command import Facts
from ledger.commands.review_steps import ReviewCommand, reviewed
from ledger.domain.review import VERIFIED, Review
from proto.events import LedgerEvent


class MarkVerified(ReviewCommand, frozen=True, kw_only=True):
    """Mark an event as verified."""


def decide(_review: Review | None, command: MarkVerified, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Add the mark to those that the event has."""
    return (reviewed(command, VERIFIED, facts),)
