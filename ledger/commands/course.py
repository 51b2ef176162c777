"""Several events of one command, each decided by what the ones before it have made."""

from ledger.commands.command import Facts
from ledger.domain import loan as loans
from ledger.domain.loan import Loan
from proto.events import AccountEvent, LedgerEvent, PostingEvent


class Course:
    """The events so far, and the loan as they leave it."""

    def __init__(self, loan: Loan, facts: Facts) -> None:
        self.loan = loan
        self.facts = facts
        self._events: list[LedgerEvent] = []
        self._states: list[Loan] = []

    def add(self, *events: AccountEvent | PostingEvent) -> None:
        """Go on by some events."""
        for event in events:
            self._events.append(event)
            self.loan = loans.evolve(self.loan, event, self.loan.version + 1, self.facts.at)
            self._states.append(self.loan)

    def events(self) -> tuple[LedgerEvent, ...]:
        """Give all of them, in order."""
        return tuple(self._events)

    def states(self) -> tuple[Loan, ...]:
        """Give the loan after each of them."""
        return tuple(self._states)
