"""Checks an event of the audit trail against the chain, the signed tree and the ledger's key.

What the mirror stores is what is checked: its fields must be the ledger's entry, have the
hash that they bear, and that hash must stand in the tree whose head the ledger signed.
"""

from pathlib import Path
from typing import Any, Final, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from msgspec import Struct, structs

from dashboard import audit_columns
from dashboard.audit_columns import Told
from dashboard.ledger_answers import LedgerRefused
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.queries.audit import AuditEvent
from dashboard.settings import BadSetting
from proto import accounting_ledger_pb2 as accounting
from proto import codec, proof, subjects
from proto import servicing_pb2 as servicing
from proto.events import ApprovalRequested, Event, ItemReviewed, RequestEvent
from proto.proof import PublicKeys

_LEDGER: Final = "ledger"
_GENESIS: Final = "0" * 64
_HISTORY_PAGE: Final = 1_000
_POSITION_MAX: Final = 2**62


class Checked(Struct, frozen=True):
    """What the check found: a line for each part that holds, then what does not."""

    holds: tuple[str, ...]
    flaw: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether everything holds."""
        return not self.flaw


class Flawed(Exception):  # noqa: N818 - the finding is the name
    """Something does not hold; the text is the sentence for the screen."""


def read_ledger_keys(keys_dir: Path) -> PublicKeys:
    """Read every key that the ledger signs or signed heads with. Raises BadSetting."""
    folder = keys_dir / "public"
    found: dict[str, Ed25519PublicKey] = {}
    for path in [*sorted(folder.glob(f"{_LEDGER}-*.pem")), folder / f"{_LEDGER}.pem"]:
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm):
            raise BadSetting(f"KEYS_DIR: {path} cannot be read as a public key.") from None
        if not isinstance(key, Ed25519PublicKey):
            raise BadSetting(f"KEYS_DIR: {path} is no Ed25519 key.")
        found[proof.key_id(key)] = key
    return found


def check(
    client: LedgerClient,
    caller: Caller,
    event: AuditEvent,
    keys: PublicKeys,
    mirrored_to: int | None = None,
) -> Checked:
    """Check an event as the mirror holds it. Raises LedgerRefused or LedgerFault.

    `mirrored_to` is the trail's newest position before the event was read: a review that the
    ledger recorded since need not be marked yet. Without it every review must be.
    """
    holds: list[str] = []
    try:
        holds.append(_check_chain(client, caller, event))
        holds.append(_check_columns(client, caller, event))
        holds.append(check_review(client, caller, event, mirrored_to))
        holds += _check_head(client, caller, event, keys)
    except Flawed as flaw:
        return Checked(tuple(holds), str(flaw))
    except proof.ProofFailed as failed:
        return Checked(tuple(holds), f"Not in the ledger's signed tree: {failed}.")
    return Checked(tuple(holds))


def _check_chain(client: LedgerClient, caller: Caller, event: AuditEvent) -> str:
    before, entry = _entries(client, caller, event.position)
    require_entry(event, entry, before)
    return f"Chain: entry {event.position:,} has its hash and continues the entry before it."


def require_entry(event: AuditEvent, entry: servicing.JournalEntry, before: str) -> None:
    """Compare an event with the ledger's entry at its place, after the hash `before` it.

    Raises Flawed, naming what differs.
    """
    if event.event_id != entry.event_id:
        raise Flawed(
            f"Tampered: the ledger's event at position {event.position:,} is {entry.event_id},"
            f" not {event.event_id}."
        )
    require_same(
        event,
        {
            "event_type": entry.event_type,
            "subject_id": entry.subject_id,
            "ver": entry.version,
            "recorded_at": audit_columns.kept(entry.recorded_at),
            "actor": entry.actor,
        },
    )
    found = proof.entry_hash(
        actor=str.__str__(event.actor),
        position=event.position,
        prev=event.prev,
        recorded_at=entry.recorded_at,
        subject_id=str.__str__(event.subject_id),
        event_type=str.__str__(event.event_type),
        version=event.ver,
        body=event.body.encode(),
    )
    if event.body.encode() != entry.body:
        raise Flawed("Tampered: the body is not the one that the ledger recorded.")
    if found != event.hash or event.hash != entry.hash:
        raise Flawed(
            f"Tampered: the contents have the hash {found[:16]}…, not {event.hash[:16]}… as stored."
        )
    if event.prev != before:
        raise Flawed("Tampered: it does not continue the entry before it in the ledger.")


def require_same(event: AuditEvent, told: dict[str, Told]) -> None:
    """Compare fields of the list with what they must say. Raises Flawed, naming each."""
    flaws = audit_columns.differences(event, told)
    if flaws:
        raise Flawed(f"Tampered: {'; '.join(flaws)}.")


def _entries(
    client: LedgerClient, caller: Caller, position: int
) -> tuple[str, servicing.JournalEntry]:
    """Give the hash of the entry before, and the ledger's own entry."""
    after = min(max(0, position - 2), _POSITION_MAX)
    question = servicing.ReadJournalRequest(from_position=after, limit=2)
    answer = client.ask("JournalService/ReadJournal", question, caller)
    entries = {each.position: each for each in cast("Any", answer).entries}
    if position not in entries:
        raise Flawed(f"Tampered: the ledger has no entry at position {position:,}.")
    before = entries[position - 1].hash if position > 1 else _GENESIS
    return before, entries[position]


def _check_columns(client: LedgerClient, caller: Caller, event: AuditEvent) -> str:
    """Compare what the list shows and filters by with the body that the hash covers."""
    asked: Event | None = None
    told = read_body(event.event_type, event.body)
    if isinstance(told, RequestEvent):
        (first,) = _history(client, caller, event.subject_id, at_most=1)
        asked = read_body(first.event_type, first.data_json)
    require_columns(event, told, asked)
    return "List: every column says what the event says."


def require_columns(event: AuditEvent, told: Event | None, asked: Event | None) -> None:
    """Compare the list with what the event told, and what its request asked. Raises Flawed."""
    request = asked if isinstance(asked, ApprovalRequested) else None
    columns = audit_columns.columns(event.subject_id, told, request)
    require_same(event, structs.asdict(columns))


def read_body(event_type: str, body: str | bytes) -> Event | None:
    """Read a body; None for a type that this version does not know. Raises Flawed."""
    try:
        return audit_columns.read(event_type, body)
    except codec.Poison as error:
        raise Flawed(f"Not proven: the body cannot be read: {error}.") from None


def check_review(
    client: LedgerClient, caller: Caller, event: AuditEvent, mirrored_to: int | None
) -> str:
    """Compare the mark with the ledger's newest review, or one since the mirror was read.

    Raises Flawed.
    """
    subject_id = f"{subjects.REVIEW}{event.event_id}"
    reviews = _history(client, caller, subject_id)
    known = [each for each in reviews if mirrored_to is None or each.position <= mirrored_to]
    marks = [audit_columns.Mark(), *map(_mark, reviews)][len(known) :]
    if not any(audit_columns.is_shown(event, each) for each in marks):
        require_same(event, structs.asdict(marks[0]))
    if not event.review_status:
        return "Review: the ledger has none of it."
    return f"Review: {event.review_status} by {event.reviewed_by}, as the ledger recorded."


def _mark(entry: accounting.EventHistoryEntry) -> audit_columns.Mark:
    review = read_body(entry.event_type, entry.data_json)
    if not isinstance(review, ItemReviewed):
        raise Flawed(f"Not proven: the ledger's {entry.event_id} is no review.")
    return audit_columns.mark(review, entry.actor, entry.timestamp)


def _history(
    client: LedgerClient, caller: Caller, subject_id: str, at_most: int | None = None
) -> list[accounting.EventHistoryEntry]:
    """Give a subject's events from the first on; none where the ledger does not know it."""
    found: list[accounting.EventHistoryEntry] = []
    question = accounting.GetEventHistoryRequest(
        account_id=subject_id, limit=at_most or _HISTORY_PAGE
    )
    while True:
        try:
            answer = client.ask("AccountingLedgerService/GetEventHistory", question, caller)
        except LedgerRefused as no:
            if no.reason == "NO_SUCH_ACCOUNT":
                return []
            raise
        page = cast("accounting.EventHistoryResponse", answer)
        found += page.events
        if at_most or not page.next_cursor:
            return found
        question.cursor = page.next_cursor


def _check_head(
    client: LedgerClient, caller: Caller, event: AuditEvent, keys: PublicKeys
) -> list[str]:
    asked = servicing.GetSignedHeadRequest()
    head = cast("servicing.SignedHead", client.ask("JournalService/GetSignedHead", asked, caller))
    question = servicing.GetInclusionProofRequest(position=event.position, tree_size=head.size)
    answer = client.ask("JournalService/GetInclusionProof", question, caller)
    path = list(cast("servicing.InclusionProof", answer).path)
    leaf = proof.leaf_hash(bytes.fromhex(event.hash))
    proof.check_inclusion(leaf, event.position - 1, head.size, path, head.root)
    flaw = proof.head_flaw(head.size, head.root, head.signed_at, head.signature, head.key_id, keys)
    if flaw:
        raise Flawed(f"Not proven: {flaw}.")
    return [
        f"Signed head: it is in the tree of {head.size:,} entries.",
        f"Signature: by the ledger's key {head.key_id}.",
    ]
