"""The Merkle tree agrees with RFC 6962 as others have built it."""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.journal import Subtree
from ledger.proof.tree import (
    Frontier,
    Nodes,
    check_consistency,
    consistency_path,
    frontier_at,
    inclusion_path,
)
from proto.proof import ProofFailed, check_inclusion, leaf_hash

SIZE = 1_500


def vectors(kind: str) -> list[dict[str, Any]]:
    """Read the vectors of others; where a folder is named that lacks them, it is an error."""
    folder = os.environ.get("TEST_DATA_DIR", "")
    if not folder:
        pytest.skip("TEST_DATA_DIR is not set: trees are not held against the vectors of others")
    path = Path(folder) / "merkle_vectors.json"
    vectors: list[dict[str, Any]] = json.loads(path.read_text())[kind]
    return vectors


def _path(vector: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(each) for each in vector["proof"] or ()]


def test_inclusion_agrees_with_all_foreign_vectors() -> None:
    """98 proofs, good and spoiled; a tree of size 0 proves nothing."""
    found = vectors("inclusion")
    for vector in found:
        leaf, root = (base64.b64decode(vector[name]) for name in ("leafHash", "root"))
        try:
            check_inclusion(leaf, vector["leafIdx"], vector["treeSize"], _path(vector), root)
            failed = False
        except ProofFailed:
            failed = True
        assert failed is vector["wantErr"], vector["name"]
    assert len(found) == 98


def test_consistency_agrees_with_all_foreign_vectors() -> None:
    """98 proofs, good and spoiled; a tree of size 0 is an error."""
    found = vectors("consistency")
    for vector in found:
        roots = [base64.b64decode(vector[name]) for name in ("root1", "root2")]
        try:
            check_consistency(vector["size1"], vector["size2"], _path(vector), *roots)
            failed = False
        except ProofFailed:
            failed = True
        assert failed is vector["wantErr"], vector["name"]
    assert len(found) == 98


class _Stored:
    """Entries' hashes and the kept parts of their tree, as a journal gives them."""

    def __init__(self, size: int) -> None:
        self.leaves = [hashlib.sha256(str(each).encode()).digest() for each in range(size)]
        self.frontier, self.kept = Frontier().extended(self.leaves)
        self.roots = [Frontier().root()]
        frontier = Frontier()
        for leaf in self.leaves:
            frontier, _ = frontier.extended([leaf])
            self.roots.append(frontier.root())

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the entries' hashes after a position."""
        return [each.hex() for each in self.leaves[after_position : after_position + limit]]

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept parts of a level from an index on."""
        row = [each.hash for each in self.kept if each.level == level]
        return row[first_index : first_index + limit]


STORED = _Stored(SIZE)


def _root(leaves: list[bytes]) -> bytes:
    """Compute a root as RFC 6962, 2.1 defines it, and in no cleverer way."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()


@given(size=st.integers(1, SIZE))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    """However it grew, leaf by leaf or at once, or read from what was kept."""
    root = _root(STORED.leaves[:size])
    assert STORED.roots[size] == root
    assert Frontier().extended(STORED.leaves[:size])[0].root() == root
    assert frontier_at(size, Nodes(STORED)).root() == root


@given(data=st.data(), size=st.integers(1, SIZE))
def test_every_entry_is_proven_in_every_tree_that_holds_it(data: st.DataObject, size: int) -> None:
    """And no other entry by the same path."""
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, Nodes(STORED))
    check_inclusion(leaf_hash(STORED.leaves[index]), index, size, path, STORED.roots[size])
    with pytest.raises(ProofFailed):
        check_inclusion(leaf_hash(b"another"), index, size, path, STORED.roots[size])


@given(sizes=st.lists(st.integers(1, SIZE), min_size=2, max_size=2).map(sorted))
def test_every_tree_continues_every_smaller_one(sizes: list[int]) -> None:
    """And no other tree."""
    first, second = sizes
    path = consistency_path(first, second, Nodes(STORED))
    check_consistency(first, second, path, STORED.roots[first], STORED.roots[second])
    with pytest.raises(ProofFailed):
        check_consistency(first, second, path, leaf_hash(b"x"), STORED.roots[second])


def test_every_256th_part_is_kept() -> None:
    """One row for 256 entries, and one for each 65,536 of them."""
    assert [(each.level, each.index) for each in STORED.kept] == [(8, each) for each in range(5)]
    _, kept = Frontier(65_535, (b"x",) * 16).extended([b"leaf"])
    assert [(each.level, each.index) for each in kept] == [(8, 255), (16, 0)]
    assert isinstance(kept[0], Subtree)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_impossible_sizes_have_no_proof(first: int, second: int) -> None:
    """An empty tree proves nothing; a larger one is not continued by a smaller."""
    with pytest.raises(ValueError, match="no tree"):
        consistency_path(first, second, Nodes(STORED))
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_path(second, second, Nodes(STORED))
