"""ReviewService.QueryItem: an event of the ledger was looked at, and leaves a question."""

from ledger.commands.command import Facts
from ledger.commands.review_steps import ReviewCommand, reviewed
from ledger.domain.review import QUERIED, Review
from proto.events import LedgerEvent


class QueryItem(ReviewCommand, frozen=True, kw_only=True):
    """Mark an event as queried; the note says what is asked."""


def decide(_review: Review | None, command: QueryItem, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Add the mark to those that the event has."""
    return (reviewed(command, QUERIED, facts),)
