"""Entries for the tests of the journal, chained by hand."""

import msgspec

from ledger.journal import Entry, Head, SignedHead
from ledger.proof.chain import GENESIS, entry_hash


def chained(head: Head, subject_id: str, version: int, body: bytes = b"{}") -> Entry:
    """Build the entry that comes after a head."""
    entry = Entry(
        position=head.position + 1,
        subject_id=subject_id,
        version=version,
        event_type="account.updated.v1",
        recorded_at="2026-01-01T00:00:00.000000Z",
        actor="system",
        body=body,
        hash="",
        prev=head.hash,
    )
    return msgspec.structs.replace(entry, hash=entry_hash(entry))


def history(*subjects: str, head: Head | None = None) -> tuple[Entry, ...]:
    """Build one entry after the other, for these subjects in turn."""
    head = head or Head(0, GENESIS)
    entries: list[Entry] = []
    for subject in subjects:
        version = 1 + sum(entry.subject_id == subject for entry in entries)
        entries.append(chained(head, subject, version))
        head = Head(entries[-1].position, entries[-1].hash)
    return tuple(entries)


def signed(size: int) -> SignedHead:
    """Build the signed head of a size."""
    return SignedHead(
        size=size,
        root=bytes([size]) * 32,
        signed_at="2026-01-01T00:00:00.000000Z",
        key_id="key-1",
        signature=b"signature",
        answers_digest=bytes([size]) * 32,
        answers_signature=b"seal",
    )
