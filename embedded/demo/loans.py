"""What happens to a loan, written down as the commands that the books get, in time order."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Self

from google.protobuf.message import Message

from embedded.demo.calendar import sydney
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Instant, Key, Money

PERIOD_DAYS: Final = {"weekly": 7, "fortnightly": 14}
LOAN_DAYS_MAX: Final = 62


@dataclass(frozen=True)
class Step:
    """One command and the moment at which it is said to have been given."""

    at: Instant
    request: Message


@dataclass(frozen=True)
class Loan:
    """An account and its whole story."""

    account_id: Key
    account_number: str
    customer_id: Key
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Terms:
    """What is agreed. Instalments are equal; the last one takes the odd cents."""

    amount: Money
    fee: Money
    frequency: str
    count: int
    disbursed_on: date

    def __post_init__(self) -> None:
        if PERIOD_DAYS[self.frequency] * self.count > LOAN_DAYS_MAX:
            raise ValueError(f"{self.count} {self.frequency} instalments take too long")

    @property
    def due_dates(self) -> tuple[date, ...]:
        """When each instalment is due."""
        days = PERIOD_DAYS[self.frequency]
        return tuple(self.disbursed_on + timedelta(days=days * n) for n in range(1, self.count + 1))

    @property
    def instalments(self) -> tuple[Money, ...]:
        """What each instalment comes to; together the loan and its establishment fee."""
        total = self.amount + self.fee
        each = total // self.count
        return (Money(each),) * (self.count - 1) + (Money(total - each * (self.count - 1)),)


@dataclass
class Story:
    """Tells a loan step by step. Every key is made of the seed, the account and the place."""

    seed: int
    account_number: str
    customer_id: Key
    terms: Terms
    steps: list[Step] = field(default_factory=list)
    name: str = ""

    @property
    def account_id(self) -> Key:
        """The ledger's name for the account; of its number, where it has no own one."""
        return Key(self.name or f"LOAN-{self.account_number}")

    def opened(self) -> Self:
        """The customer signed the day before the money went out."""
        terms, number = self.terms, self.account_number
        day = terms.disbursed_on - timedelta(days=1)
        due = zip(terms.due_dates, terms.instalments, strict=True)
        return self._then(
            sydney(day, 16, 5),
            servicing.OpenLoanRequest(
                loan_account_id=self.account_id,
                account_number=number,
                customer_id=self.customer_id,
                application_number=f"APP-{number}",
                loan_amount=str(terms.amount),
                loan_fee=str(terms.fee),
                opened_date=day.isoformat(),
                payment_frequency=terms.frequency,
                instalments=[
                    servicing.Instalment(
                        payment_number=n, due_date=when.isoformat(), amount=str(amount)
                    )
                    for n, (when, amount) in enumerate(due, 1)
                ],
                idempotency_key=self._key("open"),
                schedule_id=f"SCH-{number}",
                signed_loan_agreement_url=f"https://documents.example.com/agreements/{number}.pdf",
            ),
        )

    def disbursed(self) -> Self:
        """The money went out; the establishment fee is charged with it."""
        return self._then(
            sydney(self.terms.disbursed_on, 9, 30),
            ledger.DisburseLoanRequest(
                loan_account_id=self.account_id,
                disbursement_amount=str(self.terms.amount),
                bank_reference=f"PAYOUT-{self.account_number}",
                payment_method="bank_transfer",
                attachment_location=f"s3://demo/disbursements/{self.account_number}.pdf",
                notes="Paid out after identity and agreement were checked",
                idempotency_key=self._key("disburse"),
            ),
        )

    def repaid(self, amount: Money, day: date, hour: int, minute: int) -> Self:
        """Money came in."""
        n = len(self.steps)
        return self._then(
            sydney(day, hour, minute),
            ledger.RecordRepaymentRequest(
                loan_account_id=self.account_id,
                amount=str(amount),
                payment_id=f"PAY-{self.account_number}-{n:02d}",
                payment_method="direct_debit",
                payment_reference=f"DD-{self.account_number}-{n:02d}",
                idempotency_key=self._key("repay"),
            ),
        )

    def charged_late(self, amount: Money, day: date, days_past_due: int) -> Self:
        """Just after midnight nothing had come in for an instalment."""
        return self._then(
            sydney(day, 0, 1),
            ledger.ApplyLateFeeRequest(
                loan_account_id=self.account_id,
                fee_amount=str(amount),
                days_past_due=days_past_due,
                reason="No payment by the end of the due date",
                idempotency_key=self._key("late-fee"),
            ),
        )

    def waived(self, amount: Money, day: date, code: str, reason: str) -> Self:
        """A fee was forgiven."""
        return self._then(
            sydney(day, 11, 20),
            ledger.WaiveFeeRequest(
                loan_account_id=self.account_id,
                waiver_amount=str(amount),
                reason=reason,
                approved_by="system",
                idempotency_key=self._key("waive"),
                reason_code=code,
            ),
        )

    def told(self) -> Loan:
        """Give the finished story."""
        return Loan(self.account_id, self.account_number, self.customer_id, tuple(self.steps))

    def _then(self, at: Instant, request: Message) -> Self:
        if self.steps and at < self.steps[-1].at:
            raise ValueError(f"{self.account_id}: a step at {at} comes too late to be told")
        self.steps.append(Step(at, request))
        return self

    def _key(self, verb: str) -> str:
        return f"demo-{self.seed}-{self.account_number}-{len(self.steps):02d}-{verb}"
