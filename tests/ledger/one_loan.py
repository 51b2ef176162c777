"""One loan through the pure decisions: commands that take an approval, and many of them fast."""

from datetime import UTC, datetime, timedelta
from typing import cast

from ledger.commands import COMMANDS
from ledger.commands.command import Command, Decided, Facts, Look
from ledger.commands.disburse_loan import DisburseLoan
from ledger.commands.open_loan import OpenLoan
from ledger.domain.business_day import business_date
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan, LoanEvent, evolve
from ledger.domain.rights import Permissions, Right
from ledger.postings import entry_of
from proto.events import PostingEvent, ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money
from tests.ledger.accounts_check import check_loan

ACCOUNT = Key("LA-1")
APPROVER = "staff-supervisor"


class OneLoan:
    """Lends $500 with a fee of $100 in four weekly instalments, on 1 March 2026 at noon UTC."""

    def __init__(self, annual_rate_ppm: int = 0) -> None:
        self.loan: Loan | None = None
        self.events: list[LoanEvent] = []
        self.at = Instant.of(datetime(2026, 3, 1, 1, tzinfo=UTC))
        self._names: dict[tuple[str, str], str] = {}
        self.do(_opening(annual_rate_ppm))
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
    def now(self) -> Loan:
        """The loan as it stands."""
        return cast("Loan", self.loan)

    @property
    def postings(self) -> list[PostingEvent]:
        """All transactions so far."""
        return [posting for each in self.events if (posting := as_posting(each)) is not None]

    def pass_days(self, days: int) -> None:
        """Let time pass, without any end of day."""
        self.at = Instant.of(self.at + timedelta(days=days))

    def do(self, command: Command) -> PostingEvent | None:
        """Carry a command out as somebody who may, check the loan, give its first posting."""
        decided = COMMANDS[type(command)](self.loan, command, self._facts())
        decided = decided if isinstance(decided, Decided) else Decided(events=decided)
        posted = []
        for event in cast("tuple[LoanEvent, ...]", decided.events):
            self.loan = evolve(self.loan, event, self.loan.version + 1 if self.loan else 1, self.at)
            self.events.append(event)
            posting = as_posting(event)
            if posting is not None:
                posted.append(posting)
                entry_of("an event", posting)
                assert min(self.now.principal, self.now.interest, self.now.fee_balance) >= 0
                assert self.now.overpayment >= 0
        self._names |= {(name.kind, name.value): ACCOUNT for name in decided.names}
        check_loan(self.now)
        return posted[0] if posted else None

    def _facts(self) -> Facts:
        return Facts(
            at=self.at,
            today=business_date(self.at),
            permissions=Permissions(
                APPROVER, (Code("supervisor"), Code("system")), granted=frozenset(Right)
            ),
            look=Look(owner=lambda kind, value: self._names.get((kind, value))),
        )


def _opening(annual_rate_ppm: int) -> OpenLoan:
    return OpenLoan(
        loan_account_id=ACCOUNT,
        account_number=Key("N-1"),
        customer_id=Key("CUS-1"),
        application_number=Key(""),
        loan_amount=Money(500_00),
        loan_fee=Money(100_00),
        opened_date=CalendarDate("2026-03-01"),
        payment_frequency=Code("weekly"),
        schedule_id=Key("SCH-1"),
        instalments=tuple(
            ScheduledPayment(
                payment_number=n,
                due_date=CalendarDate(f"2026-03-{1 + 7 * n:02d}"),
                amount=Money(150_00),
            )
            for n in range(1, 5)
        ),
        annual_rate_ppm=annual_rate_ppm,
    )


def standing(loan: Loan) -> dict[str, object]:
    """What a transaction and its reversal must leave as it was."""
    return {
        "balances": (loan.principal, loan.interest, loan.fee_balance, loan.overpayment),
        "paid": loan.total_paid,
        "status": loan.status,
        "fees": {
            fee.transaction_id: (fee.paid, fee.waived, fee.written_off, fee.unpaid)
            for fee in loan.fees
            if fee.amount
        },
        "instalments": [(each.paid, each.remaining) for each in loan.instalments],
    }
