"""Publishes a JSON-lines file of flat events onto the inbox, and reports what became of it."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import pymongo
import redis
from msgspec import Struct

from embedded.inbox import BATCH, Inbox
from embedded.mirror import heartbeat, wait_until_done, wait_while_moving
from embedded.progress import Progress
from embedded.running import Addresses
from embedded.servers import MongoClient
from embedded.settings import BadSetting
from proto.documents import HeartbeatDocument

AHEAD_MAX: Final = 50_000
"""So many events may wait on the inbox before the publisher waits too."""
BEAT_SECONDS_MAX: Final = 15.0
LINE_BYTES_MAX: Final = 4 << 20
"""Far more than any event may have; a larger one is never held in memory whole."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
COMPLAINT_MAX: Final = 150

LINES: Final = msgspec.json.Decoder(float_hook=str)
"""A number with a decimal point keeps the digits that were written."""

Complain = Callable[[str], None]


class Report(Struct, frozen=True, kw_only=True):
    """What became of a file. Counts of the projector are None where it was not heard."""

    published: int
    skipped: int
    dead_lettered: int
    duplicates: int | None
    unknown: int | None

    @property
    def applied(self) -> int:
        """What changed the read models, as far as the projector told."""
        rest = self.published - self.dead_lettered
        return rest - (self.duplicates or 0) - (self.unknown or 0)

    def __str__(self) -> str:
        parts = [f"published {self.published:,}", f"applied {self.applied:,}"]
        for name, count in (("already known", self.duplicates), ("of unknown type", self.unknown)):
            if count:
                parts.append(f"{name} {count:,}")
        parts.append(f"dead-lettered {self.dead_lettered:,}")
        if self.skipped:
            parts.append(f"skipped {self.skipped:,} malformed lines")
        return ", ".join(parts)


def feed(path: Path, addresses: Addresses, complain: Complain) -> Report:
    """Publish a file and wait until the projector has read it.

    Raises BadSetting when the file cannot be read, NotReading when nobody reads the inbox.
    """
    lines = _count_lines(path)
    mongo: MongoClient = pymongo.MongoClient(addresses.mongodb_url, tz_aware=True)
    with redis.Redis.from_url(addresses.redis_url) as client, mongo:
        before = heartbeat(mongo, addresses.db_name)
        inbox = Inbox(client)
        skipped = _publish(path, lines, inbox, complain)
        wait_while_moving(inbox.delivered, inbox.published)
        wait_until_done(inbox.is_done)
        after = _next_beat(mongo, addresses.db_name)
        return _report(inbox, skipped, before, after)


def events(path: Path, complain: Complain) -> Iterator[dict[str, str]]:
    """Read the events of a file; a line that holds none is named by its number and skipped."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            if not line.strip():
                continue
            try:
                yield _flat(line)
            except (msgspec.DecodeError, ValueError, RecursionError) as error:
                complain(f"line {number}: {str(error)[:COMPLAINT_MAX]}; skipped")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give each line without its end; of one that is too long the beginning."""
    first = file.read(len(BYTE_ORDER_MARK))
    if first != BYTE_ORDER_MARK:
        file.seek(0)
    while line := file.readline(LINE_BYTES_MAX + 1):
        yield line
        while len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES_MAX + 1)


def _flat(line: bytes) -> dict[str, str]:
    """Read one flat event: every field a string, as Redis keeps it."""
    if len(line) > LINE_BYTES_MAX:
        raise ValueError(f"longer than {LINE_BYTES_MAX:,} bytes")
    sent = LINES.decode(line)
    told = sent.items() if isinstance(sent, dict) else ()
    fields = {name: _text(name, value) for name, value in told if value is not None}
    if not fields:
        raise ValueError("not a JSON object with fields")
    return fields


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    raise ValueError(f"the field {name[:COMPLAINT_MAX]} is not flat text")


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(LINE_BYTES_MAX), b"")
            return sum(chunk.count(b"\n") for chunk in chunks)
    except OSError as error:
        raise BadSetting(f"The file {path} cannot be read ({error.strerror}).") from None


def _publish(path: Path, lines: int, inbox: Inbox, complain: Complain) -> int:
    """Publish in batches, never too far ahead of the projector; give what was skipped."""
    skipped = 0

    def note(sentence: str) -> None:
        nonlocal skipped
        skipped += 1
        complain(sentence)

    progress = Progress("feed", lines)
    batch: list[Mapping[str, str]] = []
    for fields in events(path, note):
        batch.append(fields)
        if len(batch) == BATCH:
            wait_while_moving(inbox.delivered, inbox.published + BATCH - AHEAD_MAX)
            inbox.publish(batch)
            progress.advance(len(batch))
            batch = []
    inbox.publish(batch)
    progress.advance(lines)
    return skipped


def _next_beat(mongo: MongoClient, db_name: str) -> HeartbeatDocument | None:
    """Wait for a heartbeat that was made from now on; None when none comes."""
    known = heartbeat(mongo, db_name)
    deadline = time.monotonic() + BEAT_SECONDS_MAX
    while known is not None and time.monotonic() < deadline:
        newest = heartbeat(mongo, db_name)
        if newest is not None and newest.at > known.at:
            return newest
        time.sleep(0.1)
    return None


def _report(
    inbox: Inbox,
    skipped: int,
    before: HeartbeatDocument | None,
    after: HeartbeatDocument | None,
) -> Report:
    """Compare the projector's counters; one that was restarted meanwhile counts from 0."""
    same = before is not None and after is not None and before.started_at == after.started_at
    return Report(
        published=inbox.published,
        skipped=skipped,
        dead_lettered=inbox.dead_lettered(),
        duplicates=after.duplicates - before.duplicates if same and before and after else None,
        unknown=after.unknown - before.unknown if same and before and after else None,
    )
