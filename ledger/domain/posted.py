"""The transactions of a loan by name: what a later one may take back, or count from."""

from datetime import date

import msgspec
from msgspec import Struct

from proto.events import PostingEvent
from proto.values import Key


class Posted(Struct, frozen=True):
    """A transaction as it was posted, without its free texts."""

    event_id: Key
    event: PostingEvent

    @property
    def transaction_id(self) -> Key:
        """Its name."""
        return self.event.transaction_id

    @property
    def effective(self) -> date:
        """The day from which it counts."""
        return self.event.effective_date.as_date()


def posted(event: PostingEvent, *, version: int) -> Posted:
    """Take a transaction over; `version` is its place in the account's history."""
    kept = msgspec.structs.replace(event, sealed_texts={}) if event.sealed_texts else event
    return Posted(Key(f"{event.account_id}:{version}"), kept)
