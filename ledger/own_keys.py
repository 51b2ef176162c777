"""The idempotency keys that the ledger makes itself, each under a prefix that nobody else may use.

They follow from what is to be done once, so anybody could guess them; a caller's command under
one of them would keep the ledger's own from ever being carried out.
"""

import hashlib
from typing import Final

from proto.values import Code

END_OF_DAY: Final = "eod:"
EXPIRY: Final = "expired:"
INBOX: Final = "inbox:"
OWN: Final = (END_OF_DAY, EXPIRY, INBOX)
_DIGITS: Final = 16


def mark_of(key: str) -> Code:
    """Give what a posting tells of a caller's key: 16 hex digits of its SHA-256.

    None of those for the end of a day, which need it not: the state of what they are for tells
    that it was done.
    """
    if not key or key.startswith((END_OF_DAY, EXPIRY)):
        return Code("")
    return Code(hashlib.sha256(key.encode()).hexdigest()[:_DIGITS])
