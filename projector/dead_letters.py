"""Dead letters: what could never be applied, kept whole with the reason.

The count of an event's failures is ours: Redis's own rises for every neighbour that was
delivered along with it. An event of our ledger comes by the stream and again from the
ledger, as often as its subject's gap is looked at: it is one dead letter all the same. So is
one from outside that another projector took over while we still had it in hand.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import redis

from projector.item import Delivery, Entry
from projector.stream import SCRIPT_FIELDS_MAX
from proto.codec import InvalidBody, TooDeep, TooLarge
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL, PROJECTOR_GROUP
from proto.values import Instant

FAILURES: Final = f"failures:{PROJECTOR_GROUP}"
NAMED: Final = re.compile(r"Invalid\w+: ")
AT_ONCE: Final = (TooLarge, TooDeep)
"""What is over a limit is not looked into a second time (events.md §3, 1)."""
DEAD: Final = f"dead-ledger-events:{PROJECTOR_GROUP}"

MOVE_ONCE: Final = """
local given = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)
if #given == 0 and #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) > 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
"""Not where another has acknowledged it; what Redis lost altogether is kept none the less."""

Failure = tuple[Entry, Exception]
Copies = Callable[[Sequence[Entry]], Sequence[Entry]]
"""Tells which entries are broken copies of events that were applied."""


class Failed(NamedTuple):
    """What became of entries that failed."""

    dead: list[Failure]
    """These are dead letters from now on."""
    waiting: list[Entry]
    """These are to be tried again."""


class DeadLetters:
    """Counts failures and moves entries away."""

    def __init__(self, client: redis.Redis, tries_max: int, clock: Callable[[], Instant]) -> None:
        self._client, self._tries_max, self._clock = client, tries_max, clock

    def failed(self, failures: Sequence[Failure], copies: Copies | None = None) -> Failed:
        """Count failures; the last one moves an entry away, if it is none of the `copies`.

        These are duplicates, and acknowledged. It is asked of no failure before the last:
        to look took longer than to count, or to move.
        """
        tries = self._count([each for each, error in failures if not isinstance(error, AT_ONCE)])
        dead, waiting = list[Failure](), list[Entry]()
        for entry, error in failures:
            if tries.get(_name(entry), self._tries_max) < self._tries_max:
                waiting.append(entry)
            else:
                dead.append((entry, error))
        if not dead:
            return Failed([], waiting)
        known = copies([entry for entry, _ in dead]) if copies else []
        return Failed(self._move(dead, tries, {_name(each) for each in known}), waiting)

    def _count(self, entries: Sequence[Entry]) -> dict[str, int]:
        """Note a failure of each; give how many each has had."""
        names = [_name(entry) for entry in entries]
        pipeline = self._client.pipeline(transaction=False)
        for name in names:
            pipeline.hincrby(FAILURES, name, 1)
        return dict(zip(names, pipeline.execute(), strict=True))

    def _move(
        self, dead: Sequence[Failure], tries: Mapping[str, int], copies: Collection[str]
    ) -> list[Failure]:
        """Put entries among the dead letters and acknowledge them, in one step.

        Give those that were put there: a copy is not, nor what is dead already, or was
        brought through by another projector.
        """
        told: set[str] = set()
        put: list[tuple[Failure, int]] = []
        given: dict[str, list[str]] = {}
        pipeline = self._client.pipeline(transaction=True)
        for entry, error in dead:
            ledger_id = _ledger_id(entry)
            known = ledger_id and (ledger_id in told or self._client.sismember(DEAD, ledger_id))
            if not known and _name(entry) not in copies:
                put.append(((entry, error), len(pipeline)))
                told.add(ledger_id)
                letter = self._letter(entry, error, tries.get(_name(entry), 1))
                if _is_moved_once(entry):
                    named = [each for field in letter.items() for each in field]
                    place = (entry.stream, DEAD_LETTERS, PROJECTOR_GROUP, entry.entry_id)
                    pipeline.eval(MOVE_ONCE, 2, *place, *named)
                    continue
                pipeline.xadd(DEAD_LETTERS, letter)
                if ledger_id:
                    pipeline.sadd(DEAD, ledger_id)
            if not entry.is_fetched:
                given.setdefault(entry.stream, []).append(entry.entry_id)
        for stream, entry_ids in given.items():
            pipeline.xack(stream, PROJECTOR_GROUP, *entry_ids)
        pipeline.hdel(FAILURES, *[_name(entry) for entry, _ in dead])
        answers = pipeline.execute()
        return [failure for failure, place in put if answers[place]]

    def _letter(self, entry: Entry, error: Exception, tries: int) -> dict[Any, Any]:
        return {
            **entry.fields,
            b"original_message_id": entry.entry_id,
            b"original_stream": entry.stream,
            b"error": described(error),
            b"moved_at": str(self._clock()),
            b"deliveries": str(tries),
        }

    def forget(self, entries: list[Entry]) -> None:
        """Forget the failures of entries that went through after all."""
        before = [_name(entry) for entry in entries if entry.delivery is not Delivery.FIRST]
        if before:
            self._client.hdel(FAILURES, *before)
        known = [each for each in map(_ledger_id, entries) if each]
        if known and self._client.exists(DEAD):
            self._client.srem(DEAD, *known)


def described(error: Exception) -> str:
    """Give an error's class and text; of a body's, the class that says what is wrong in it."""
    text = str(error)
    if isinstance(error, InvalidBody) and NAMED.match(text):
        return text
    return f"{type(error).__name__}: {text}"


def _is_moved_once(entry: Entry) -> bool:
    """Tell whether it can be seen that no other projector had it; of a very wide one it cannot."""
    return entry.stream == INBOX and len(entry.fields) <= SCRIPT_FIELDS_MAX


def _name(entry: Entry) -> str:
    return f"{entry.stream}/{_ledger_id(entry) if entry.is_fetched else entry.entry_id}"


def _ledger_id(entry: Entry) -> str:
    """Give the id that our ledger gave to an event, the same however it came."""
    is_ours = entry.stream == INTERNAL
    return entry.fields.get(b"id", b"").decode(errors="replace") if is_ours else ""
