"""Checks an event of the audit trail against the chain, the signed tree and the ledger's key.

What the mirror stores is what is checked: its fields must be the ledger's entry, have the
hash that they bear, and that hash must stand in the tree whose head the ledger signed.
"""

from pathlib import Path
from typing import Any, Final, cast

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from dashboard.queries.audit import AuditEvent
from dashboard.settings import BadSetting
from proto import proof
from proto import servicing_pb2 as servicing
from proto.proof import PublicKeys
from proto.values import Instant, InvalidMoney, Money

_LEDGER: Final = "ledger"
_GENESIS: Final = "0" * 64
_MILLISECOND: Final = 1_000

OF_THE_BODY: Final = {
    "customer_id": "customer_id",
    "account_id": "loan_account_id",
    "transaction_id": "transaction_id",
    "transaction_type": "transaction_type",
    "reason_code": "reason_code",
    "approved_by": "approved_by",
    "requested_by": "requested_by",
    "request_id": "request_id",
}
"""Fields of a posting's body, and where the trail repeats them to be searched by."""


class Checked(Struct, frozen=True):
    """What the check found: a line for each part that holds, then what does not."""

    holds: tuple[str, ...]
    flaw: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether everything holds."""
        return not self.flaw


class _Flawed(Exception):  # noqa: N818 - the finding is the name
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


def check(client: LedgerClient, caller: Caller, event: AuditEvent, keys: PublicKeys) -> Checked:
    """Check an event as the mirror holds it. Raises LedgerRefused or LedgerFault."""
    holds: list[str] = []
    try:
        holds.append(_check_chain(client, caller, event))
        holds += _check_head(client, caller, event, keys)
    except _Flawed as flaw:
        return Checked(tuple(holds), str(flaw))
    except proof.ProofFailed as failed:
        return Checked(tuple(holds), f"Not in the ledger's signed tree: {failed}.")
    return Checked(tuple(holds))


def _check_chain(client: LedgerClient, caller: Caller, event: AuditEvent) -> str:
    before, entry = _entries(client, caller, event.position)
    found = proof.entry_hash(
        actor=str.__str__(event.actor),
        position=event.position,
        prev=event.prev,
        recorded_at=_recorded_at(event, entry.recorded_at),
        subject_id=str.__str__(event.subject_id),
        event_type=str.__str__(event.event_type),
        version=event.ver,
        body=event.body.encode(),
    )
    if found != event.hash:
        raise _Flawed(
            f"Tampered: the contents have the hash {found[:16]}…, not {event.hash[:16]}… as stored."
        )
    if event.hash != entry.hash or event.event_id != entry.event_id:
        raise _Flawed(f"Tampered: the ledger has another event at position {event.position}.")
    if event.prev != before:
        raise _Flawed("Tampered: it does not continue the entry before it in the ledger.")
    _check_columns(event)
    return f"Chain: entry {event.position:,} has its hash and continues the entry before it."


def _entries(
    client: LedgerClient, caller: Caller, position: int
) -> tuple[str, servicing.JournalEntry]:
    """Give the hash of the entry before, and the ledger's own entry."""
    after = max(0, position - 2)
    question = servicing.ReadJournalRequest(from_position=after, limit=2)
    answer = client.ask("JournalService/ReadJournal", question, caller)
    entries = {each.position: each for each in cast("Any", answer).entries}
    if position not in entries:
        raise _Flawed(f"Tampered: the ledger has no entry at position {position}.")
    before = entries[position - 1].hash if position > 1 else _GENESIS
    return before, entries[position]


def _recorded_at(event: AuditEvent, exact: str) -> str:
    """Give the exact time, of which the mirror keeps the milliseconds."""
    told = Instant.parse(exact)
    whole = told.microsecond // _MILLISECOND * _MILLISECOND
    if told.replace(microsecond=whole) != event.recorded_at:
        raise _Flawed(f"Tampered: the ledger recorded it at {exact}, not when it says here.")
    return exact


def _check_columns(event: AuditEvent) -> None:
    """Compare what the list shows with the body that the hash covers."""
    body: dict[str, Any] = msgspec.json.decode(event.body)
    if "transaction_type" not in body:
        return
    for name, column in OF_THE_BODY.items():
        if (getattr(event, column) or "") != body.get(name, ""):
            raise _Flawed(
                f"Tampered: the list says {column} {getattr(event, column) or 'nothing'},"
                f" the event says {body.get(name) or 'nothing'}."
            )
    amount = _amount(event.event_type, body)
    if event.amount != amount:
        raise _Flawed(f"Tampered: the list says an amount of {event.amount}, the event {amount}.")


def _amount(event_type: str, body: dict[str, Any]) -> Money | None:
    """Give a posting's amount as the trail shows it: never negative."""
    parts = {name: body.get(name, "0.00") for name in ("principal_delta", "fee_delta")}
    try:
        if "amount" in body:
            return Money.parse(body["amount"])
        if event_type == "loan.disbursed.v1":
            return Money.parse(parts["principal_delta"])
        if event_type == "fee.applied.v1":
            return Money.parse(parts["fee_delta"])
        deltas = (*parts.values(), body.get("interest_delta", "0.00"))
        return Money(abs(sum(Money.parse(each) for each in deltas)))
    except (InvalidMoney, TypeError):
        return None


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
        raise _Flawed(f"Not proven: {flaw}.")
    return [
        f"Signed head: it is in the tree of {head.size:,} entries.",
        f"Signature: by the ledger's key {head.key_id}.",
    ]
