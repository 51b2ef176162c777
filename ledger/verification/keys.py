"""The idempotency keys (I4): each stands for one command, and that command is there."""

from typing import Final

from ledger.journal import Journal

_PAGE: Final = 1_000


class WrongKey(Exception):  # noqa: N818 - the finding is the name
    """A key that has no effect, or shares it with another; the text names it."""


def check_keys(journal: Journal, last_position: int) -> int:
    """Read every answer up to a position and give how many there are. Raises WrongKey.

    A bit an entry: which were the last of a command with a key.
    """
    taken, count, key = bytearray(last_position // 8 + 1), 0, ""
    while answers := journal.answers_after(key, _PAGE):
        for answer in answers:
            if answer.position > last_position:
                continue  # committed since the walk began
            place, bit = divmod(answer.position, 8)
            if answer.position < 1:
                raise WrongKey(f"the idempotency key {answer.key} has no effect in the journal")
            if taken[place] & 1 << bit:
                raise WrongKey(
                    f"entry {answer.position}: the idempotency key {answer.key} stands for it, "
                    "and another key does too"
                )
            taken[place] |= 1 << bit
            count += 1
        key = answers[-1].key
    return count
