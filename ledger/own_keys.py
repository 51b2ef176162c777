"""The idempotency keys that the ledger makes itself, each under a prefix that nobody else may use.

They follow from what is to be done once, so anybody could guess them; a caller's command under
one of them would keep the ledger's own from ever being carried out.
"""

from typing import Final

END_OF_DAY: Final = "eod:"
EXPIRY: Final = "expired:"
INBOX: Final = "inbox:"
OWN: Final = (END_OF_DAY, EXPIRY, INBOX)
