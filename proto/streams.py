"""The names of the Redis streams and of their consumer groups (events.md, section 1)."""

from typing import Final

INBOX: Final = "inbox:billie-servicing"
"""External feeds: customers, accounts, conversations."""

INTERNAL: Final = "inbox:billie-servicing:internal"
"""Events of our own ledger; only its publisher writes here."""

DEAD_LETTERS: Final = "dlq:billie-servicing"
"""What could never be applied, with the error; for the administrator."""

PROJECTOR_GROUP: Final = "billie-servicing-processor"
INTAKE_GROUP: Final = "billie-ledger-intake"
