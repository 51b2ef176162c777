"""A loan: the fold of its events, and nothing that is not in them."""

from datetime import date
from typing import Final, assert_never

import msgspec
from msgspec import Struct

from ledger.domain import fees, schedule
from ledger.domain.ageing import Ageing, aged
from ledger.domain.bad_debt import Recovery, WrittenOff, grown
from ledger.domain.fees import Fees
from ledger.domain.interest import Accrual, accrued
from ledger.domain.money import ZERO, minus, plus, total
from ledger.domain.posted import Posted, posted
from proto.events import (
    AccountClosed,
    AccountCreated,
    AccountEvent,
    AccountStatusChanged,
    AccountUpdated,
    AccountWrittenOff,
    AdjustmentMade,
    AgingUpdated,
    FeeApplied,
    FeeWaived,
    InterestAccrued,
    LoanDisbursed,
    OverpaymentRefunded,
    PaymentCorrected,
    PaymentReversed,
    PostingEvent,
    RecoveryRecorded,
    RepaymentRecorded,
    ScheduleCreated,
    ScheduleUpdated,
    WriteOffUndone,
)
from proto.values import CalendarDate, Code, Instant, Key, Money

PENDING_DISBURSEMENT: Final = Code("PENDING_DISBURSEMENT")
ACTIVE: Final = Code("ACTIVE")
SUSPENDED: Final = Code("SUSPENDED")
"""Open, and in arrears."""
CLOSED: Final = Code("CLOSED")
WRITTEN_OFF: Final = Code("WRITTEN_OFF")

LoanEvent = AccountEvent | PostingEvent


class Loan(Struct, frozen=True, kw_only=True):
    """A loan account as the events up to `version` say."""

    account_id: Key
    version: int
    account_number: Key
    customer_id: Key
    application_number: Key
    status: Code
    loan_amount: Money
    loan_fee: Money
    opened_date: CalendarDate
    created_at: Instant
    updated_at: Instant
    schedule_id: Key = Key("")
    payment_frequency: Code = Code("")
    instalments: schedule.Schedule = ()
    fees: Fees = ()
    principal: Money = ZERO
    interest: Money = ZERO
    fee_balance: Money = ZERO
    overpayment: Money = ZERO
    disbursed: Money = ZERO
    disbursed_date: CalendarDate | None = None
    total_paid: Money = ZERO
    principal_adjusted: Money = ZERO
    annual_rate_ppm: int = 0
    accrual: Accrual = Accrual()
    ageing: Ageing = Ageing()
    written_off: WrittenOff | None = None
    recoveries: tuple[Recovery, ...] = ()
    reversed_ids: frozenset[Key] = frozenset()
    postings: tuple[Posted, ...] = ()
    key_marks: frozenset[Code] = frozenset()
    """What its postings tell of the idempotency keys that they were done under."""
    transaction_count: int = 0
    last_transaction_id: Key = Key("")

    @property
    def total_outstanding(self) -> Money:
        """The debt."""
        return plus(self.principal, self.interest, self.fee_balance)

    @property
    def total_payable(self) -> Money:
        """What was agreed to be paid in all."""
        return plus(self.loan_amount, self.loan_fee)

    @property
    def earliest_effective(self) -> date:
        """The day before which nothing can have been posted: paid out, until then opened."""
        return (self.disbursed_date or self.opened_date).as_date()

    @property
    def is_over(self) -> bool:
        """Whether it is paid off or written off."""
        return self.status in (CLOSED, WRITTEN_OFF)

    @property
    def is_running(self) -> bool:
        """Whether it is paid out and not over."""
        return self.status in (ACTIVE, SUSPENDED)

    @property
    def recovered(self) -> Money:
        """What came in after the write-off that stands."""
        return total(each.amount for each in self.recoveries)

    @property
    def charged(self) -> Money:
        """All that the customer was ever asked for and not forgiven: loan, fees, interest."""
        return plus(
            self.loan_amount,
            self.principal_adjusted,
            fees.charged(self.fees),
            self.accrual.charged,
        )


def evolve(  # noqa: PLR0911 - one line an event
    loan: Loan | None, event: LoanEvent, version: int, at: Instant
) -> Loan:
    """Apply one event of the account, the `version`th, recorded at an instant."""
    if isinstance(event, AccountCreated):
        return Loan(
            account_id=event.account_id,
            version=version,
            account_number=event.account_number,
            customer_id=event.customer_id,
            application_number=event.application_number,
            status=event.status,
            loan_amount=event.loan_amount,
            loan_fee=event.loan_fee,
            annual_rate_ppm=event.annual_rate_ppm,
            opened_date=event.opened_date,
            created_at=at,
            updated_at=at,
        )
    if loan is None:
        raise ValueError(f"{event.type} before {AccountCreated.type}")
    loan = msgspec.structs.replace(loan, version=version, updated_at=at)
    match event:
        case AccountUpdated():
            return _moved(loan, event.status or loan.status)
        case AccountStatusChanged():
            return _moved(loan, event.new_status)
        case AccountClosed():
            return _moved(loan, WRITTEN_OFF if event.closure_reason == WRITTEN_OFF else CLOSED)
        case ScheduleCreated():
            return msgspec.structs.replace(
                loan,
                schedule_id=event.schedule_id,
                payment_frequency=event.payment_frequency,
                instalments=schedule.from_agreement(event.payments),
            )
        case ScheduleUpdated():
            instalments = schedule.apply(loan.instalments, event.payments)
            return msgspec.structs.replace(loan, instalments=instalments)
        case AgingUpdated():
            return msgspec.structs.replace(loan, ageing=aged(event))
        case _:
            return _post(loan, event)


def _moved(loan: Loan, status: Code) -> Loan:
    """Give a loan another status. What is written off stays so, but for its undo."""
    if loan.status == WRITTEN_OFF and status != WRITTEN_OFF:
        raise ValueError(f"{loan.account_id} is written off and cannot become {status}")
    return msgspec.structs.replace(loan, status=status)


def _post(loan: Loan, event: PostingEvent) -> Loan:  # noqa: PLR0911 - one line an event
    """Apply a posting: its deltas to the balances, then what else it says."""
    before = loan
    loan = msgspec.structs.replace(
        loan,
        principal=plus(loan.principal, event.principal_delta),
        interest=plus(loan.interest, event.interest_delta),
        fee_balance=plus(loan.fee_balance, event.fee_delta),
        overpayment=plus(loan.overpayment, event.overpayment_delta),
        fees=fees.after(loan.fees, event),
        transaction_count=loan.transaction_count + 1,
        last_transaction_id=event.transaction_id,
        postings=(*loan.postings, posted(event, version=loan.version)),
        key_marks=loan.key_marks | {event.key_mark} if event.key_mark else loan.key_marks,
    )
    match event:
        case LoanDisbursed():
            return msgspec.structs.replace(
                loan,
                disbursed=plus(loan.disbursed, event.principal_delta),
                disbursed_date=event.effective_date,
            )
        case RepaymentRecorded() | PaymentCorrected():
            return msgspec.structs.replace(loan, total_paid=plus(loan.total_paid, event.amount))
        case AdjustmentMade():
            adjusted = plus(loan.principal_adjusted, event.principal_delta)
            return msgspec.structs.replace(loan, principal_adjusted=adjusted)
        case InterestAccrued():
            return msgspec.structs.replace(loan, accrual=accrued(loan.accrual, event))
        case PaymentReversed():
            return _reversed(loan, event)
        case AccountWrittenOff() | WriteOffUndone() | RecoveryRecorded():
            return _given_up(before, loan, event)
        case FeeApplied() | FeeWaived() | OverpaymentRefunded():
            return loan
        case _:
            assert_never(event)


def _reversed(loan: Loan, event: PaymentReversed) -> Loan:
    """Remember what was taken back; a recovery that was is none any more."""
    original = event.original_transaction_id
    taken = loan.written_off
    if taken is not None:
        loan = msgspec.structs.replace(
            loan, written_off=grown(taken, event), fees=fees.given_up(loan.fees)
        )
    return msgspec.structs.replace(
        loan,
        principal_adjusted=minus(loan.principal_adjusted, _adjusted_by(loan, original)),
        total_paid=plus(loan.total_paid, event.paid_delta),
        recoveries=tuple(each for each in loan.recoveries if each.transaction_id != original),
        reversed_ids=loan.reversed_ids | {original},
    )


def _adjusted_by(loan: Loan, transaction_id: Key) -> Money:
    """Give by how much a transaction adjusted the principal."""
    events = (each.event for each in loan.postings if each.transaction_id == transaction_id)
    return total(each.principal_delta for each in events if isinstance(each, AdjustmentMade))


def _given_up(
    before: Loan, loan: Loan, event: AccountWrittenOff | WriteOffUndone | RecoveryRecorded
) -> Loan:
    """Follow a loan into its write-off, what is recovered of it, and back out of it."""
    match event:
        case AccountWrittenOff():
            taken = WrittenOff(
                transaction_id=event.transaction_id,
                effective_date=event.effective_date,
                principal=before.principal,
                interest=before.interest,
                fees=before.fee_balance,
            )
            return msgspec.structs.replace(loan, status=WRITTEN_OFF, written_off=taken)
        case WriteOffUndone():
            undone = loan.reversed_ids | {event.original_transaction_id}
            return msgspec.structs.replace(
                loan, status=ACTIVE, written_off=None, reversed_ids=undone
            )
        case RecoveryRecorded():
            recovery = Recovery(
                transaction_id=event.transaction_id,
                event_id=Key(f"{event.account_id}:{loan.version}"),
                amount=event.amount,
                payment_reference=event.payment_reference,
            )
            return msgspec.structs.replace(loan, recoveries=(*loan.recoveries, recovery))
