"""The walk over a whole journal: chain, tree, signed heads, and the heads in escrow.

The chain finds what was changed without care, the signatures find who recomputed every
hash without the ledger's key, and escrow finds even an older journal that was once true.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from msgspec import Struct

from ledger.journal import Entry, SignedHead
from ledger.proof.chain import Broken, Chain
from ledger.proof.escrow import EscrowFile
from ledger.proof.heads import flaw_of
from ledger.proof.tree import Frontier
from proto.proof import PublicKeys

_PAGE: Final = 1_000


class Verified(Struct, frozen=True, kw_only=True):
    """What was found to be true."""

    size: int
    root: bytes
    heads: int
    """Signed heads in the journal."""
    escrowed: int
    """Those of them that are in escrow too."""

    @property
    def not_in_escrow(self) -> int:
        """How many newest heads escrow lacks: a crash or a lost disk, made good at the start."""
        return self.heads - self.escrowed


class Signed(Protocol):
    """What the walk asks of a journal besides its entries."""

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level from an index on, in order."""

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads of a greater size, in order."""


class Audit:
    """Give it every entry from the first, then `finish`. Raises Broken at the first flaw.

    Reads heads and escrow as it goes; also raises JournalFailed and EscrowFailed.
    """

    def __init__(self, journal: Signed, escrow: EscrowFile, keys: PublicKeys) -> None:
        self._journal, self._keys = journal, keys
        self._chain, self._frontier = Chain(), Frontier()
        self._heads, self._in_escrow = heads_of(journal), escrow.heads()
        self._next_head = next(self._heads, None)
        self._next_escrowed = next(self._in_escrow, None)
        self._signed_size = self._heads_seen = self._escrowed_seen = 0

    def add(self, entry: Entry) -> None:
        """Take the next entry."""
        self._chain.add(entry)
        self._frontier, kept = self._frontier.extended([bytes.fromhex(entry.hash)])
        for part in kept:
            if self._journal.subtrees(part.level, part.index, 1) != [part.hash]:
                raise Broken(
                    entry.position, "the kept part of the tree that ends here is not its own"
                )
        self._check_heads(entry.position)

    def _check_heads(self, position: int) -> None:
        """Compare the heads of this size, in the journal and in escrow."""
        escrowed = self._next_escrowed
        if escrowed is not None and escrowed.size <= position:
            self._check_escrowed(escrowed, position)
        head = self._next_head
        if head is None or head.size != position:
            return
        if head.root != self._frontier.root():
            raise Broken(
                self._signed_size + 1,
                f"this or another up to {position} is not what was signed at {head.signed_at}",
            )
        flaw = flaw_of(head, self._keys)
        if flaw:
            raise Broken(position, flaw)
        self._heads_seen, self._signed_size = self._heads_seen + 1, position
        if self._next_escrowed is not None and self._escrowed_seen < self._heads_seen:
            raise Broken(position, "its signed head is not in escrow, but later ones are")
        self._next_head = next(self._heads, None)

    def _check_escrowed(self, escrowed: SignedHead, position: int) -> None:
        flaw = flaw_of(escrowed, self._keys)
        if flaw:
            raise Broken(position, f"in escrow, {flaw}")
        if escrowed.size < position:
            raise Broken(position, "the heads in escrow are out of order")
        if escrowed.root != self._frontier.root():
            raise Broken(
                self._signed_size + 1,
                f"this or another up to {position} is not what the head in escrow, signed at "
                f"{escrowed.signed_at}, was made of: the journal was replaced",
            )
        if self._next_head is None or self._next_head.size != position:
            raise Broken(position, "its signed head is in escrow and not in the journal")
        if self._next_head.answers_digest != escrowed.answers_digest:
            raise Broken(position, "its signed head seals other answers than the one in escrow")
        self._escrowed_seen += 1
        self._next_escrowed = next(self._in_escrow, None)

    def finish(self) -> Verified:
        """Say what was found, after the last entry."""
        end, escrowed, head = self._chain.position, self._next_escrowed, self._next_head
        if escrowed is not None:
            flaw = flaw_of(escrowed, self._keys)
            raise Broken(
                end + 1,
                f"in escrow, {flaw}"
                if flaw
                else f"missing; a head of {escrowed.size} entries, signed at "
                f"{escrowed.signed_at}, is in escrow: the journal was rolled back",
            )
        if head is not None:
            raise Broken(end + 1, f"missing; a signed head covers {head.size} entries")
        if self._signed_size != end:
            raise Broken(self._signed_size + 1, "no signed head covers it")
        return Verified(
            size=end,
            root=self._frontier.root(),
            heads=self._heads_seen,
            escrowed=self._escrowed_seen,
        )


def heads_of(journal: Signed) -> Iterator[SignedHead]:
    """Give a journal's signed heads in order."""
    size = 0
    while heads := journal.signed_heads(size, _PAGE):
        yield from heads
        size = heads[-1].size
