"""The Merkle tree of RFC 6962 over the entries' hashes, and proofs from any part of it.

Leaf data are the 32 bytes of an entry's hash. An append needs only the roots of the
complete parts so far (the frontier). The roots of every 256, 65,536, … leaves are kept in
the journal, so a proof reads at most 256 hashes a level of eight, wherever its entry is.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from ledger.journal import Subtree
from proto.proof import ProofFailed, climb, leaf_hash, node_hash, require_hashes

BAND_LEVELS: Final = 8
"""Every eighth level is kept."""
BAND_SIZE: Final = 1 << BAND_LEVELS

Node = Callable[[int, int], bytes]
"""Level and index to the root of that complete part."""


class Frontier(Struct, frozen=True):
    """A tree of some size as the roots of its complete parts, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extended(self, leaves: Iterable[bytes]) -> "tuple[Frontier, list[Subtree]]":
        """Add leaf data; give the tree and those parts that are to be kept."""
        size, peaks, kept = self.size, list(self.peaks), []
        for leaf in leaves:
            node, level, index = leaf_hash(leaf), 0, size
            while index & 1:
                node = node_hash(peaks.pop(), node)
                level, index = level + 1, index >> 1
                if level % BAND_LEVELS == 0:
                    kept.append(Subtree(level, index, node))
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks)), kept

    def root(self) -> bytes:
        """Give the tree's root."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


class Hashes(Protocol):
    """What of a journal the tree is made from."""

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the entries' hashes after a position."""

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept parts of a level from an index on."""


class Nodes:
    """Any complete part's root, read from a journal; what was read is kept for the next."""

    def __init__(self, journal: Hashes) -> None:
        self._journal = journal
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Give the root of the complete part of 2^level leaves."""
        band, height = divmod(level, BAND_LEVELS)
        tile, offset = divmod(index, BAND_SIZE >> height)
        if (band, tile) not in self._tiles:
            self._tiles[band, tile] = _levels(self._row(band, tile))
        return self._tiles[band, tile][height][offset]

    def _row(self, band: int, tile: int) -> list[bytes]:
        first = tile * BAND_SIZE
        if band:
            return self._journal.subtrees(band * BAND_LEVELS, first, BAND_SIZE)
        hashes = self._journal.hashes(first, BAND_SIZE)
        return [leaf_hash(bytes.fromhex(each)) for each in hashes]


def _levels(row: list[bytes]) -> list[list[bytes]]:
    """Give a row of nodes and the rows above it, complete parts only."""
    levels = [row]
    for _ in range(BAND_LEVELS):
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        levels.append(row)
    return levels


def frontier_at(size: int, node: Node) -> Frontier:
    """Give the tree of a size from the nodes of a tree at least as large."""
    peaks, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            peaks.append(node(level, start >> level))
            start += 1 << level
    return Frontier(size, tuple(peaks))


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """Prove that leaf `index`, from 0, is in the tree of `size` (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low = middle
    return path[::-1]


def consistency_path(first: int, second: int, node: Node) -> list[bytes]:
    """Prove that the tree of `second` continues that of `first` (RFC 6962, 2.1.2)."""
    if not 0 < first <= second:
        raise ValueError(f"no tree of {second} continues one of {first}")
    path, low, high, is_whole = [], 0, second, True
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low, is_whole = middle, False
    if not is_whole:
        path.append(_range(low, high, node))
    return path[::-1]


def _split(count: int) -> int:
    """Give the largest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1


def _range(low: int, high: int, node: Node) -> bytes:
    count = high - low
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, low >> level)
    middle = low + _split(count)
    return node_hash(_range(low, middle, node), _range(middle, high, node))


def check_consistency(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Check that one tree continues another. Raises ProofFailed."""
    if not 0 < first <= second:
        raise ProofFailed(f"no tree of {second} continues one of {first}")
    if first == second:
        if path or first_root != second_root:
            raise ProofFailed("trees of one size must be one tree, without a path")
        return
    require_hashes(first_root, *path, second_root)
    nodes = list(path) if first & (first - 1) else [first_root, *path]
    if not nodes:
        raise ProofFailed("the path is too short")
    whole = (first & -first).bit_length() - 1
    old = new = nodes[0]
    for is_left, sibling in climb((first - 1) >> whole, (second - 1) >> whole, nodes[1:]):
        if is_left:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if (old, new) != (first_root, second_root):
        raise ProofFailed("the path leads to another root")
