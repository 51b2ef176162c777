"""Reports entries of the inbox that are gone before they were applied, by count and time."""

from collections.abc import Callable
from typing import Any, Final

import redis
import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from projector.dead_letters import FAILURES
from projector.floods import ASIDE
from projector.store import Store, fault_of
from projector.vitals import Vitals
from proto import codec
from proto.documents import HEARTBEATS, HeartbeatDocument
from proto.streams import INBOX
from proto.values import Instant

NAME: Final = "projector"

log = structlog.get_logger()


class InboxLoss:
    """Sees that the inbox is not the one that was read from, and says so once."""

    def __init__(self, store: Store, vitals: Vitals, clock: Callable[[], Instant]) -> None:
        self._store, self._vitals, self._clock = store, vitals, clock

    def recall(self) -> None:
        """Take over what the last process knew of the inbox. Raises Unreachable."""
        try:
            recall(self._store.database, self._vitals)
        except PyMongoError as error:
            raise fault_of(error) from error

    def see(self, begun_anew: set[str]) -> None:
        """Look at the streams whose group was not there, and forget them; raises Unreachable.

        Of an inbox that nobody had read from, and in which nothing is known to have been,
        nothing is gone.
        """
        vitals, waiting = self._vitals, self._vitals.inbox_waiting
        if INBOX in begun_anew and (waiting or self._store.has_marks()):
            vitals.inbox_gone = waiting
            vitals.inbox_unread = vitals.inbox_held = 0
        begun_anew.clear()
        if vitals.inbox_gone is not None:
            since = self._store.last_outside()
            log.error("inbox_lost", stream=INBOX, since=str(since), at_least=vitals.inbox_gone)
            vitals.lose(self._clock(), since)


def recall(database: Database[dict[str, Any]], vitals: Vitals) -> None:
    """Take over, once, what the last sign of life told of the inbox. Raises PyMongoError."""
    if vitals.is_recalled:
        return
    stored = database[HEARTBEATS.name].find_one({"_id": NAME})
    if stored is not None and not vitals.is_recalled:
        before = codec.from_mongo(HeartbeatDocument, stored)
        vitals.inbox_unread, vitals.inbox_held = before.backlog.get(INBOX, 0), before.inbox_held
        vitals.inbox_last_id = before.inbox_last_id
    vitals.is_recalled = True


def held(client: redis.Redis) -> int:
    """Count the entries that left the inbox's reader unapplied: put aside, or to be tried again."""
    failing: Any = client.hkeys(FAILURES)
    ours = f"{INBOX}/".encode()
    aside: Any = client.xlen(ASIDE)
    trying = [each for each in failing if each.startswith(ours)]
    return int(aside) + len(trying)
