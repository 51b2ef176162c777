"""A walk beside a ledger that goes on finds nothing wrong in what is committed meanwhile."""

from contextlib import closing
from pathlib import Path

from ledger.journal import TakenName
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.escrow import EscrowFile
from ledger.verification.walk import walk
from tests.builders import Caller, LedgerProcess
from tests.ledger.forging import settings_of


class _Busy(SqliteJournal):
    """A journal to which a loan comes before each reading of its names."""

    def __init__(self, path: Path, system: Caller) -> None:
        super().__init__(path)
        self._system = system

    def names_after(self, kind: str, value: str, limit: int) -> list[TakenName]:
        """Open a loan, then give the names."""
        self._system.active_loan()
        return super().names_after(kind, value, limit)


def test_a_name_that_is_given_while_names_are_read_is_right(ledger_alone: LedgerProcess) -> None:
    """The event that gave it is looked for among all that there are by then."""
    settings = settings_of(ledger_alone.data_dir)
    with closing(_Busy(settings.journal_path, ledger_alone.system)) as journal:
        walked = walk(
            journal,
            EscrowFile(settings.escrow_path),
            settings.ledger_public_keys(),
            from_position=1,
            tell=lambda _line: None,
        )
    assert walked.entries > 0
