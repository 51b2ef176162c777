"""Signed heads outside the journal: whoever changes the journal cannot change these too.

One JSON line a head, each on the disk before the next is read from the journal. A journal
that is put back or replaced, with every keyless hash made anew, still contradicts them.
A crash between a commit and its line leaves the file short; it is caught up at the start.
"""

import base64
import binascii
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from ledger.fail_points import FailPoint, reach
from ledger.journal import Journal, JournalFailed, SignedHead
from proto import codec

BATCH_MAX: Final = 1_000
LINE_BYTES_MAX: Final = 4_096
GATHER_SECONDS: Final = 0.05
"""How long a head waits for the next ones: each write goes to the disk that commits need too."""
BACK_OFF_SECONDS: Final = (0.1, 0.5, 1.0, 5.0)

_log = structlog.get_logger()


class EscrowFailed(Exception):  # noqa: N818 - a fault of the world
    """The escrow file could not be read or written; the text names it."""


class NotTheJournal(Exception):  # noqa: N818 - the finding is the name
    """The journal is not the one whose heads are in escrow."""


class EscrowFile:
    """The file: appended to, and read from the first line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def heads(self) -> Iterator[SignedHead]:
        """Give the heads in order; a last line that was torn by a crash is none."""
        try:
            with self._path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if line.endswith(b"\n"):
                        yield self._head(number, line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise EscrowFailed(f"cannot read {self._path} ({error.strerror})") from None

    def _head(self, number: int, line: bytes) -> SignedHead:
        try:
            return read_head(line)
        except (msgspec.DecodeError, ValueError):
            raise EscrowFailed(f"line {number} of {self._path} is no signed head") from None

    def last(self) -> SignedHead | None:
        """Give the newest head in escrow, without reading the whole file."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * LINE_BYTES_MAX))
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EscrowFailed(f"cannot read {self._path} ({error.strerror})") from None
        if not lines:
            return None
        try:
            return read_head(lines[-1])
        except (msgspec.DecodeError, ValueError):
            raise EscrowFailed(f"the last line of {self._path} is no signed head") from None

    def mend(self) -> None:
        """Cut off a last line that was torn by a crash; make the file where there is none."""
        try:
            is_new = not self._path.exists()
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path.open("ab+") as file:
                end = file.seek(0, os.SEEK_END)
                start = max(0, end - LINE_BYTES_MAX)
                file.seek(start)
                whole = start + file.read().rfind(b"\n") + 1
                if whole != end:
                    file.truncate(whole)
                _to_disk(file.fileno())
            if is_new:
                _folder_to_disk(self._path.parent)
        except OSError as error:
            raise EscrowFailed(f"cannot write {self._path} ({error.strerror})") from None

    def append(self, heads: Sequence[SignedHead]) -> None:
        """Add heads, and return when they are on the disk; a file that went is not made anew."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            with os.fdopen(descriptor, "ab") as file:
                file.write(b"".join(written_head(head) + b"\n" for head in heads))
                file.flush()
                _to_disk(file.fileno())
        except OSError as error:
            raise EscrowFailed(f"cannot write {self._path} ({error.strerror})") from None


def written_head(head: SignedHead) -> bytes:
    """Write a head as one line of JSON."""
    seal = {
        "answers_digest": head.answers_digest.hex(),
        "answers_signature": base64.b64encode(head.answers_signature).decode(),
    }
    return codec.canonical(
        {
            **(seal if head.answers_digest else {}),
            "key_id": head.key_id,
            "root": head.root.hex(),
            "signature": base64.b64encode(head.signature).decode(),
            "signed_at": head.signed_at,
            "size": head.size,
        }
    )


class _Line(msgspec.Struct, frozen=True):
    key_id: str
    root: str
    signature: str
    signed_at: str
    size: int
    answers_digest: str = ""
    answers_signature: str = ""


def read_head(line: bytes) -> SignedHead:
    """Read a head. Raises msgspec.DecodeError, ValueError."""
    read = msgspec.json.decode(line, type=_Line)
    try:
        signature, of_seal = (
            base64.b64decode(each, validate=True)
            for each in (read.signature, read.answers_signature)
        )
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    return SignedHead(
        size=read.size,
        root=bytes.fromhex(read.root),
        signed_at=read.signed_at,
        key_id=read.key_id,
        signature=signature,
        answers_digest=bytes.fromhex(read.answers_digest),
        answers_signature=of_seal,
    )


def _to_disk(descriptor: int) -> None:
    os.fsync(descriptor)


def _folder_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_last(journal: Journal, escrow: EscrowFile) -> int:
    """Insist that the journal holds the last head in escrow, and give its size; 0: none.

    Raises NotTheJournal: an old copy was put back, or another journal in its place.
    """
    kept = escrow.last()
    if kept is None:
        return 0
    newest = journal.last_signed_head()
    size = 0 if newest is None else newest.size
    if size < kept.size:
        raise NotTheJournal(
            f"the journal ends at entry {size}, but a head of {kept.size} entries is in escrow: "
            "it was rolled back"
        )
    here = journal.signed_head(kept.size)
    if here is None or here.root != kept.root:
        raise NotTheJournal(
            f"the journal's first {kept.size} entries are not those of the head in escrow: "
            "it was replaced"
        )
    if here.answers_digest != kept.answers_digest:
        raise NotTheJournal(
            f"the answers to the journal's first {kept.size} entries are not those that the head "
            "in escrow seals: they were replaced"
        )
    return kept.size


class EscrowKeeper:
    """A thread that brings each signed head into escrow; `wake` it after each commit."""

    def __init__(self, journal: Journal, escrow: EscrowFile) -> None:
        """Mend the file and catch up. Raises EscrowFailed, NotTheJournal, JournalFailed."""
        self._journal, self._escrow = journal, escrow
        self._wake, self._stopping = threading.Event(), threading.Event()
        escrow.mend()
        self.size = check_last(journal, escrow)
        """How many entries the last head in escrow covers."""
        self.is_connected = True
        self._bring_all()
        self._thread = threading.Thread(target=self._run, name="ledger-escrow", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Tell that there is another head."""
        self._wake.set()

    def close(self) -> None:
        """Bring what is committed, if the file can be written, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        while True:
            stopping = self._stopping.is_set()
            if not stopping:
                self._wake.wait()
                self._stopping.wait(GATHER_SECONDS)
            self._wake.clear()
            try:
                self._bring_all()
            except (EscrowFailed, JournalFailed, NotTheJournal) as error:
                self._report(connected=False, why=str(error))
                if stopping:
                    return
                self._stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
                failures += 1
                self._wake.set()
                continue
            failures = 0
            self._report(connected=True)
            if stopping:
                return

    def _report(self, *, connected: bool, why: str = "") -> None:
        """Log a change, once."""
        if connected != self.is_connected:
            self.is_connected = connected
            _log.info("escrow", connected=connected, why=why, size=self.size)

    def _bring_all(self) -> None:
        """Append the heads that the file has not yet.

        After a failed write its end is unknown: it is mended, and read, before the next.
        """
        if not self.is_connected:
            self._escrow.mend()
            self.size = check_last(self._journal, self._escrow)
        while heads := self._journal.signed_heads(self.size, BATCH_MAX):
            reach(FailPoint.BEFORE_ESCROW)
            self._escrow.append(heads)
            reach(FailPoint.AFTER_ESCROW)
            self.size = heads[-1].size
