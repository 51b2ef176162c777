"""The seals over the answers: what every caller was told is what was signed with its group."""

from collections.abc import Iterable

from ledger.journal import Answer, SignedHead
from ledger.proof.answers import ROW_BYTES, extended, row_of
from ledger.proof.chain import Broken

_NONE = bytes(ROW_BYTES)


class SealsCheck:
    """Give it every answer in any order, then `finish`. Sixteen bytes an entry are kept."""

    def __init__(self, last_position: int) -> None:
        self._rows = bytearray(ROW_BYTES * (last_position + 1))

    def is_taken(self, position: int) -> bool:
        """Tell whether an answer to a command that ended there was given."""
        return self._row(position) != _NONE

    def add(self, answer: Answer) -> None:
        """Take an answer; each has a place of its own."""
        start = answer.position * ROW_BYTES
        self._rows[start : start + ROW_BYTES] = row_of(answer)

    def finish(self, heads: Iterable[SignedHead]) -> None:
        """Hold the answers against the seals in order. Raises Broken at the first that differs.

        Heads of the time before answers were sealed have none; the first seal covers theirs too.
        """
        digest, start = b"", 1
        for head in heads:
            if not head.answers_digest:
                if digest:
                    raise Broken(head.size, "its signed head does not seal the answers any more")
                continue
            places = map(self._row, range(start, head.size + 1))
            digest = extended(digest, (row for row in places if row != _NONE))
            if digest != head.answers_digest:
                raise Broken(
                    start,
                    f"the answer to this or another up to {head.size} is not what was sealed at "
                    f"{head.signed_at}: one was changed, taken away or put in",
                )
            start = head.size + 1

    def _row(self, position: int) -> bytes:
        return bytes(self._rows[position * ROW_BYTES : (position + 1) * ROW_BYTES])
