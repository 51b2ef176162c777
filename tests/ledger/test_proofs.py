"""Signed heads and proofs, asked for over the wire and checked by who does not trust the answer."""

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from embedded import keys as key_files
from ledger.proof.tree import check_consistency
from proto import servicing_pb2 as pb
from proto.proof import check_inclusion, leaf_hash
from tests.builders import Caller, LedgerProcess, refusal_of


def head_of(caller: Caller, size: int = 0) -> pb.SignedHead:
    """Ask for a signed head."""
    return caller.journal.GetSignedHead(
        pb.GetSignedHeadRequest(size=size), metadata=caller.metadata()
    )


def inclusion_of(caller: Caller, position: int, tree_size: int) -> pb.InclusionProof:
    """Ask for an inclusion proof."""
    request = pb.GetInclusionProofRequest(position=position, tree_size=tree_size)
    return caller.journal.GetInclusionProof(request, metadata=caller.metadata())


def consistency_of(caller: Caller, first: int, second: int) -> pb.ConsistencyProof:
    """Ask for a consistency proof."""
    request = pb.GetConsistencyProofRequest(first_size=first, second_size=second)
    return caller.journal.GetConsistencyProof(request, metadata=caller.metadata())


def public_keys(ledger: LedgerProcess) -> dict[str, Ed25519PublicKey]:
    """Run `python -m ledger public-keys` and read what it prints."""
    printed = subprocess.run(
        [sys.executable, "-m", "ledger", "public-keys"],
        env=ledger.environment(),
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    return {
        each["key_id"]: Ed25519PublicKey.from_public_bytes(base64.b64decode(each["public_key"]))
        for each in json.loads(printed)["ledger_keys"]
    }


def check_signature(head: pb.SignedHead, keys: dict[str, Ed25519PublicKey]) -> None:
    """Verify a head by what the contract says is signed."""
    statement = {
        "format": "billie-head/1",
        "key_id": head.key_id,
        "root": head.root.hex(),
        "signed_at": head.signed_at,
        "size": head.size,
    }
    written = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    keys[head.key_id].verify(head.signature, written)


def test_each_commit_has_a_head_that_the_published_keys_verify(
    ledger: LedgerProcess, system: Caller
) -> None:
    """Its size is the last entry's position; an older one is there by its size."""
    account = system.active_loan()
    first = head_of(system)
    system.repay(account, "1.00")
    second = head_of(system)
    assert second.size == system.entries()[-1].position > first.size
    keys = public_keys(ledger)
    check_signature(first, keys)
    check_signature(second, keys)
    assert head_of(system, first.size) == first


def test_every_entry_is_proven_in_the_newest_tree_and_every_head_continued(system: Caller) -> None:
    """Of a tree that has parts of 256 entries and a rest."""
    with ThreadPoolExecutor(8) as pool:
        while len(system.entries()) < 600:
            list(pool.map(lambda _: system.active_loan(), range(40)))
    entries, head = system.entries(), head_of(system)
    for position in {1, 2, 255, 256, 257, 511, 512, 513, head.size - 1, head.size}:
        proof = inclusion_of(system, position, head.size)
        leaf = leaf_hash(bytes.fromhex(entries[position - 1].hash))
        check_inclusion(leaf, proof.leaf_index, proof.tree_size, list(proof.path), head.root)
    older = head_of(system, 0)
    system.active_loan()
    newer = head_of(system)
    path = consistency_of(system, older.size, newer.size).path
    check_consistency(older.size, newer.size, list(path), older.root, newer.root)


@pytest.mark.parametrize(
    ("position", "tree_size", "field"),
    [
        (1, 0, "tree_size"),
        (0, 1, "position"),
        (2, 1, "position"),
        (1, 10**9, "tree_size"),
        (1, -1, "tree_size"),
    ],
)
def test_an_impossible_inclusion_is_refused(
    system: Caller, position: int, tree_size: int, field: str
) -> None:
    """A tree of size 0 proves nothing, one larger than what is signed is not there."""
    system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        inclusion_of(system, position, tree_size)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).field == field


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [(0, 1, "first_size"), (0, 0, "second_size"), (2, 1, "first_size"), (1, 10**9, "second_size")],
)
def test_an_impossible_consistency_is_refused(
    system: Caller, first: int, second: int, field: str
) -> None:
    """The same for two trees."""
    system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        consistency_of(system, first, second)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).field == field


def test_an_empty_journal_has_signed_nothing(ledger_empty: LedgerProcess) -> None:
    """It says so instead of proving something about nothing."""
    for ask in (
        lambda: head_of(ledger_empty.system),
        lambda: inclusion_of(ledger_empty.system, 1, 1),
        lambda: consistency_of(ledger_empty.system, 1, 1),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            ask()
        assert refusal_of(refused.value).reason == "NO_SUCH_HEAD"


def test_the_heads_key_is_changed_and_old_heads_still_verify(ledger_empty: LedgerProcess) -> None:
    """The retired key's public half stays among the published ones."""
    ledger_empty.system.active_loan()
    old = head_of(ledger_empty.system)
    ledger_empty.stop()
    (ledger_empty.keys_dir / "ledger.pem").unlink()
    key_files.make_missing(ledger_empty.keys_dir)
    ledger_empty.start()
    ledger_empty.system.active_loan()
    new, keys = head_of(ledger_empty.system), public_keys(ledger_empty)
    assert new.key_id != old.key_id
    check_signature(new, keys)
    check_signature(head_of(ledger_empty.system, old.size), keys)


def test_a_ledger_that_lost_its_old_public_key_does_not_start(
    ledger_empty: LedgerProcess,
) -> None:
    """It could not tell its own heads from forged ones."""
    ledger_empty.system.active_loan()
    ledger_empty.stop()
    (ledger_empty.keys_dir / "ledger.pem").unlink()
    (ledger_empty.keys_dir / "public" / "ledger.pem").unlink()
    key_files.make_missing(ledger_empty.keys_dir)
    with pytest.raises(AssertionError, match="ledger: KEYS_DIR: the signed head is by the unknown"):
        ledger_empty.start()


def test_a_ledger_without_its_signing_key_does_not_start(ledger_empty: LedgerProcess) -> None:
    """Nothing is committed that is not signed."""
    ledger_empty.stop()
    (ledger_empty.keys_dir / "ledger.pem").unlink()
    with pytest.raises(AssertionError, match=r"ledger: KEYS_DIR: cannot read .*ledger\.pem"):
        ledger_empty.start()


def test_escrow_beside_the_journal_is_refused(ledger_empty: LedgerProcess) -> None:
    """Who can change the one could change the other."""
    path = ledger_empty.data_dir / "ledger" / "heads.jsonl"
    ended = subprocess.run(
        [sys.executable, "-m", "ledger"],
        env={**ledger_empty.environment(), "LEDGER_ESCROW_FILE": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("ledger: LEDGER_ESCROW_FILE")


def test_escrow_that_cannot_be_written_is_told_and_caught_up(ledger_empty: LedgerProcess) -> None:
    """The books go on; health says that escrow is behind, until it can be written again."""
    system, escrow = ledger_empty.system, ledger_empty.data_dir / "escrow"
    system.active_loan()
    aside = escrow.rename(escrow.with_name("aside"))
    escrow.write_bytes(b"in the way")
    system.active_loan()
    while _health(system).escrow_connected:
        pass
    escrow.unlink()
    aside.rename(escrow)
    while not (health := _health(system)).escrow_connected:
        pass
    assert health.escrow_size == health.journal_position
    assert len((escrow / "heads.jsonl").read_bytes().splitlines()) >= 4


def test_escrow_that_was_taken_away_is_written_anew_from_the_first_head(
    ledger_empty: LedgerProcess,
) -> None:
    """A file with a hole in it would look as if heads had been denied."""
    system = ledger_empty.system
    path = ledger_empty.data_dir / "escrow" / "heads.jsonl"
    system.active_loan()
    while _health(system).escrow_size < head_of(system).size:
        pass
    before = path.read_bytes()
    path.unlink()
    system.active_loan()
    while _health(system).escrow_size < head_of(system).size:
        pass
    assert path.read_bytes().startswith(before)


def _health(caller: Caller) -> pb.HealthResponse:
    return caller.operations.Health(pb.HealthRequest(), metadata=caller.metadata())
