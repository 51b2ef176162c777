"""One account carried through commands by their own rules, as if each were approved.

Commands that nobody may carry out alone have no direct way in; here they pass the same
decision and the same fold, and every step is checked against the general ledger.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from ledger import postings
from ledger.commands import COMMANDS
from ledger.commands.apply_late_fee import ApplyLateFee
from ledger.commands.command import Command, Facts
from ledger.commands.disburse_loan import DisburseLoan
from ledger.commands.open_loan import OpenLoan
from ledger.commands.record_recovery import RecordRecovery
from ledger.commands.record_repayment import RecordRepayment
from ledger.commands.undo_write_off import UndoWriteOff
from ledger.commands.write_off import WriteOff
from ledger.domain import loan as loans
from ledger.domain.chart import Account
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan
from ledger.domain.rights import Permissions, Right
from proto.events import LedgerEvent, ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money
from tests.ledger.accounts_check import check_loan

ACCOUNT: Final = Key("LA-1")
APPROVER: Final = "staff-approver"
TODAY: Final = date(2026, 3, 2)


class AccountScene:
    """A loan of $500 with a fee of $100 over four instalments, paid out."""

    def __init__(self, annual_rate_ppm: int = 0) -> None:
        self._annual_rate_ppm = annual_rate_ppm
        self._loan: Loan | None = None
        self.events: list[LedgerEvent] = []
        self.books: dict[Account, int] = defaultdict(int)
        self._open()
        self.do(
            DisburseLoan(
                loan_account_id=ACCOUNT,
                amount=Money(500_00),
                bank_reference=Key(""),
                payment_method=Code(""),
                attachment_location="",
            )
        )

    @property
    def loan(self) -> Loan:
        """The account as it is now."""
        assert self._loan is not None
        return self._loan

    def do(self, command: Command) -> list[LedgerEvent]:
        """Carry a command out as approved and check the books; give its events."""
        facts = Facts(
            at=Instant.parse(f"{TODAY}T01:00:00Z"),
            today=TODAY,
            permissions=Permissions(APPROVER, (Code("supervisor"),), granted=frozenset(Right)),
        )
        decided = COMMANDS[type(command)](self._loan, command, facts)
        events = decided if isinstance(decided, tuple) else decided.events
        for event in events:
            version = self._loan.version + 1 if self._loan else 1
            self._loan = loans.evolve(self._loan, event, version, facts.at)  # type: ignore[arg-type] # events of an account
            self._post(event)
        check_loan(self.loan)
        self.events.extend(events)
        return list(events)

    def replayed(self) -> Loan:
        """Fold all events anew."""
        loan: Loan | None = None
        at = Instant.parse(f"{TODAY}T01:00:00Z")
        for version, event in enumerate(self.events, start=1):
            loan = loans.evolve(loan, event, version, at)  # type: ignore[arg-type] # the same
        assert loan is not None
        return loan

    def repay(self, cents: int) -> list[LedgerEvent]:
        """Record a repayment."""
        return self.do(RecordRepayment(loan_account_id=ACCOUNT, amount=Money(cents)))

    def late_fee(self, cents: int) -> list[LedgerEvent]:
        """Charge a late fee."""
        return self.do(ApplyLateFee(loan_account_id=ACCOUNT, amount=Money(cents), days_past_due=3))

    def write_off(self, cents: int | None = None) -> list[LedgerEvent]:
        """Write the loan off."""
        amount = None if cents is None else Money(cents)
        return self.do(WriteOff(loan_account_id=ACCOUNT, approved_by=APPROVER, amount=amount))

    def undo(self) -> list[LedgerEvent]:
        """Take the write-off back."""
        return self.do(UndoWriteOff(loan_account_id=ACCOUNT, approved_by=APPROVER))

    def recover(self, cents: int) -> list[LedgerEvent]:
        """Record a recovery."""
        return self.do(
            RecordRecovery(loan_account_id=ACCOUNT, approved_by=APPROVER, amount=Money(cents))
        )

    def _post(self, event: LedgerEvent) -> None:
        posting = as_posting(event)
        if posting is None:
            return
        for leg in postings.entry_of("e", posting).legs:
            self.books[leg.account] += leg.debit - leg.credit
        assert (
            posting.principal_after,
            posting.interest_after,
            posting.fee_after,
            posting.overpayment_after,
        ) == (
            self.books[Account.PRINCIPAL],
            self.books[Account.INTEREST],
            self.books[Account.FEES],
            -self.books[Account.OVERPAYMENTS],
        )

    def _open(self) -> None:
        self.do(
            OpenLoan(
                loan_account_id=ACCOUNT,
                account_number=Key("N-1"),
                customer_id=Key("CUS-1"),
                application_number=Key(""),
                loan_amount=Money(500_00),
                loan_fee=Money(100_00),
                opened_date=CalendarDate(TODAY.isoformat()),
                payment_frequency=Code("weekly"),
                schedule_id=Key("SCH-1"),
                annual_rate_ppm=self._annual_rate_ppm,
                instalments=tuple(
                    ScheduledPayment(
                        payment_number=number,
                        due_date=CalendarDate((TODAY + timedelta(weeks=number)).isoformat()),
                        amount=Money(150_00),
                    )
                    for number in range(1, 5)
                ),
            )
        )
