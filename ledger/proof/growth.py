"""The tree as the door grows it: one signed head for every group that is committed.

The head seals the answers too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from ledger.journal import Answer, Entry, Journal, JournalFailed, SignedHead, Subtree
from ledger.proof import answers as sealing
from ledger.proof.heads import HeadSigner
from ledger.proof.tree import Frontier, Nodes, frontier_at
from proto.values import Instant

_PAGE: Final = 10_000
_REMEDY: Final = "Run `python -m ledger verify`; nothing is written before that is mended."


class Grown(Struct, frozen=True):
    """The tree after a group, and what of it goes into the journal with the group."""

    frontier: Frontier
    signed_head: SignedHead
    subtrees: tuple[Subtree, ...]


class Growth:
    """Only the writer's thread grows it."""

    def __init__(self, journal: Journal, signer: HeadSigner) -> None:
        self._journal, self._signer = journal, signer
        self._frontier = Frontier()
        self._owed: list[Subtree] = []
        self._digest, self._unsealed = b"", list[bytes]()
        self.reload()

    def reload(self) -> None:
        """Read the tree anew. Raises JournalFailed where the journal is not what was signed."""
        if stray := self._journal.stray():
            raise JournalFailed(f"{stray} is no part of the journal. {_REMEDY}")
        head = self._journal.last_signed_head()
        self._digest = b"" if head is None else head.answers_digest
        self._unsealed = [] if self._digest else sealing.rows_in(self._journal)
        if head is None:  # entries of the time before heads were signed
            self._frontier, self._owed = Frontier().extended(_leaves(self._journal))
            return
        if head.size != self._journal.head().position:
            raise JournalFailed(f"the journal does not end where its signed head does. {_REMEDY}")
        try:
            self._frontier, self._owed = frontier_at(head.size, Nodes(self._journal)), []
        except IndexError:
            raise JournalFailed(f"parts of the journal's tree are missing. {_REMEDY}") from None
        if self._frontier.root() != head.root:
            raise JournalFailed(f"the journal's entries are not those that were signed. {_REMEDY}")

    def grown(self, entries: Sequence[Entry], answers: Iterable[Answer], at: Instant) -> Grown:
        """Give the tree with more entries, its head signed; nothing is kept yet.

        The answers come in the order of their places.
        """
        frontier, subtrees = self._frontier.extended(bytes.fromhex(each.hash) for each in entries)
        rows = (*self._unsealed, *map(sealing.row_of, answers))
        digest = sealing.extended(self._digest, rows)
        head = self._signer.signed(frontier.size, frontier.root(), at, digest)
        return Grown(frontier, head, (*self._owed, *subtrees))

    def keep(self, grown: Grown) -> None:
        """Go on from there: it was committed."""
        self._frontier, self._owed = grown.frontier, []
        self._digest, self._unsealed = grown.signed_head.answers_digest, []


def _leaves(journal: Journal) -> Iterator[bytes]:
    position = 0
    while hashes := journal.hashes(position, _PAGE):
        yield from map(bytes.fromhex, hashes)
        position += len(hashes)
