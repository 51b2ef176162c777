"""`python -m ledger verify`, from the settings to the exit status."""

import time
from typing import Final

from ledger.books import open_journal
from ledger.journal import Journal, JournalFailed
from ledger.proof.chain import Broken
from ledger.proof.escrow import EscrowFailed, EscrowFile
from ledger.settings import BadSetting, Settings
from ledger.verification import Wrong
from ledger.verification.keys import WrongKey
from ledger.verification.walk import Clock, Tell, walk

RIGHT: Final = 0
WRONG: Final = 1
COULD_NOT: Final = 2


def verify(
    settings: Settings, from_position: int, *, tell: Tell, clock: Clock = time.monotonic
) -> tuple[int, str]:
    """Walk the journal, beside a ledger that may be running, and give the status and why."""
    try:
        journal = _journal(settings)
        try:
            found = walk(
                journal,
                EscrowFile(settings.escrow_path),
                settings.ledger_public_keys(),
                from_position=from_position,
                tell=tell,
                clock=clock,
            )
        finally:
            journal.close()
    except (Wrong, Broken, WrongKey, ValueError) as finding:
        return WRONG, f"WRONG: {finding}"
    except (JournalFailed, EscrowFailed, BadSetting) as reason:
        return COULD_NOT, f"The journal could not be verified: {reason}"
    return RIGHT, f"RIGHT: {found}"


def _journal(settings: Settings) -> Journal:
    """Open what is there; looking at a journal makes none."""
    if not settings.postgres_url and not settings.journal_path.exists():
        raise JournalFailed(f"there is no journal at {settings.journal_path}")
    return open_journal(settings, is_reader=True)
