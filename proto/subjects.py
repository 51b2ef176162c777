"""Whose history an entry of the ledger continues: an id alone is a loan account.

Every other kind of subject has a prefix, and no account's id may begin with one.
"""

from typing import Final

STAFF: Final = "staff:"
REQUEST: Final = "request:"
NOTE: Final = "note:"
REVIEW: Final = "review:"
"""And the id of the event that was looked at."""
REVEAL: Final = "reveal:"
"""And the staff id of who read."""
LETTER: Final = "letter:"
"""And the id of the dead letter that somebody opened, had published again, or closed."""
LEDGER: Final = "ledger:"
"""`ledger:end-of-day`, `-read-only`, `-rebuild`: what concerns the books as a whole."""

PREFIXES: Final = (STAFF, REQUEST, NOTE, REVIEW, REVEAL, LETTER, LEDGER)

END_OF_DAY: Final = f"{LEDGER}end-of-day"
READ_ONLY: Final = f"{LEDGER}read-only"
REBUILD: Final = f"{LEDGER}rebuild"


def is_account(subject_id: str) -> bool:
    """Tell whether a subject is a loan account."""
    return not subject_id.startswith(PREFIXES)


def conversation_of(subject_id: str) -> str:
    """Give what the stream's conversation field carries: of a request, its id alone."""
    return subject_id.removeprefix(REQUEST)
