"""Takes over entries whose consumer is gone or stuck, and clears consumers away.

XPENDING and XCLAIM are used rather than XAUTOCLAIM, because Redis 6.2's names a pending
entry that was deleted from the stream `(None, None)`: it could be neither acknowledged
nor reported. Consumers on this machine whose process is gone are known as gone at once;
others when they were idle for a while.
"""

import os
import platform
from typing import Any, Final

import redis
import structlog

from projector.item import Entry
from projector.stream import GROUP

CLAIM_MAX: Final = 200

DELETE_IF_IDLE: Final = """
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
"""In one step: a consumer that reads in between would lose what it was given."""

log = structlog.get_logger()


def is_gone(consumer: str) -> bool:
    """Tell whether a consumer was a process of this machine that is not there any more."""
    node, _, process_id = consumer.rpartition("-")
    if node != platform.node() or not process_id.isdigit():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


class Reclaimer:
    """Looks for entries that were given out and never acknowledged."""

    def __init__(
        self, client: redis.Redis, consumer: str, stale_seconds: float, group: str = GROUP
    ) -> None:
        self._client, self._consumer, self._group = client, consumer, group
        self._stale_ms = int(stale_seconds * 1_000)

    def take_over(self, stream: str, *, from_all: bool = False) -> list[Entry]:
        """Claim stale entries, those of gone consumers, or everybody else's (`from_all`)."""
        entries = self._claim(stream, None, self._stale_ms)
        for consumer in self._others(stream):
            if from_all or is_gone(consumer):
                entries += self._claim(stream, consumer, 0)
        return entries

    def clear_consumers(self, stream: str) -> None:
        """Take consumers out of the group that are gone and have nothing pending."""
        for each in self._client.xinfo_consumers(stream, self._group):
            name = each["name"].decode()
            idle = each["idle"] >= self._stale_ms
            if name != self._consumer and (idle or is_gone(name)):
                self._client.eval(DELETE_IF_IDLE, 1, stream, self._group, name)

    def _others(self, stream: str) -> list[str]:
        consumers = self._client.xinfo_consumers(stream, self._group)
        names = [each["name"].decode() for each in consumers if each["pending"]]
        return [name for name in names if name != self._consumer]

    def _claim(self, stream: str, consumer: str | None, idle_ms: int) -> list[Entry]:
        pending: Any = self._client.xpending_range(
            stream, self._group, "-", "+", CLAIM_MAX, consumername=consumer, idle=idle_ms or None
        )
        ids = [each["message_id"].decode() for each in pending]
        if not ids:
            return []
        claimed: Any = self._client.xclaim(stream, self._group, self._consumer, idle_ms, ids)
        there = [
            Entry(stream, entry_id.decode(), fields)
            for entry_id, fields in claimed
            if entry_id and fields
        ]
        for entry_id in sorted(set(ids) - {entry.entry_id for entry in there}):
            self.give_up_if_deleted(stream, entry_id)
        return there

    def give_up_if_deleted(self, stream: str, entry_id: str) -> None:
        """Acknowledge and report a pending entry that is in the stream no longer."""
        if not self._client.xrange(stream, entry_id, entry_id):
            self._client.xack(stream, self._group, entry_id)
            log.error("entry_lost", stream=stream, entry_id=entry_id)
