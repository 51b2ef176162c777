"""Reads the next entries while the last ones are written, when there is much to read.

Redis works and the answer is parsed while MongoDB writes. At a low rate nothing is read
ahead, so that the order of the lists stays plain and no entry waits in between.
"""

import concurrent.futures
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from projector.item import Entry
from projector.stream import Reader


class ReadAhead:
    """A reader that may be one read ahead of its caller."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._next: Future[list[Entry]] | None = None

    def read(self, streams: Sequence[str], wait_ms: int | None) -> list[Entry]:
        """Give what was read ahead, else read; and go on reading while the reads are full."""
        entries, asked = self.take(), self._reader.count
        if not entries:
            entries = self._reader.read(streams, wait_ms)
        if len(entries) >= asked:
            self._next = self._worker.submit(self._reader.read, streams, None)
        return entries

    def take(self) -> list[Entry]:
        """Give what was read ahead and not yet taken, without reading more."""
        ahead, self._next = self._next, None
        return [] if ahead is None else ahead.result()

    def forget(self) -> None:
        """Wait for the read in flight and drop it: it is pending, and read again as such."""
        if self._next is not None:
            concurrent.futures.wait([self._next])
            self._next = None

    def close(self) -> None:
        """Read nothing more."""
        self._worker.shutdown(wait=True)
