"""A loan: the fold of its events, and nothing that is not in them."""

from datetime import date
from typing import Final, assert_never

import msgspec
from msgspec import Struct

from ledger.domain import schedule
from ledger.domain.money import ZERO, minus, plus, total
from proto.events import (
    AccountClosed,
    AccountCreated,
    AccountEvent,
    AccountStatusChanged,
    AccountUpdated,
    FeeApplied,
    FeeShare,
    FeeWaived,
    LoanDisbursed,
    PostingEvent,
    RepaymentRecorded,
    ScheduleCreated,
    ScheduleUpdated,
)
from proto.values import CalendarDate, Code, Instant, Key, Money

PENDING_DISBURSEMENT: Final = Code("PENDING_DISBURSEMENT")
ACTIVE: Final = Code("ACTIVE")
CLOSED: Final = Code("CLOSED")
WRITTEN_OFF: Final = Code("WRITTEN_OFF")

LoanEvent = AccountEvent | PostingEvent


class Fee(Struct, frozen=True, kw_only=True):
    """One fee that was charged, and what became of it."""

    transaction_id: Key
    transaction_type: Code
    amount: Money
    paid: Money = ZERO
    waived: Money = ZERO

    @property
    def unpaid(self) -> Money:
        """What of it is still owed."""
        return minus(self.amount, self.paid, self.waived)

    @property
    def is_scheduled(self) -> bool:
        """Whether the instalments include it, as they do the establishment fee."""
        return self.transaction_type == "ESTABLISHMENT_FEE"


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
    fees: tuple[Fee, ...] = ()
    principal: Money = ZERO
    interest: Money = ZERO
    fee_balance: Money = ZERO
    overpayment: Money = ZERO
    disbursed: Money = ZERO
    disbursed_date: CalendarDate | None = None
    total_paid: Money = ZERO
    transaction_count: int = 0
    last_transaction_id: Key = Key("")
    last_transaction_at: Instant | None = None

    @property
    def total_outstanding(self) -> Money:
        """The debt."""
        return plus(self.principal, self.interest, self.fee_balance)

    @property
    def total_payable(self) -> Money:
        """What was agreed to be paid in all."""
        return plus(self.loan_amount, self.loan_fee)

    @property
    def earliest_effective(self) -> date | None:
        """The day before which nothing can have been posted."""
        return None if self.disbursed_date is None else self.disbursed_date.as_date()

    def fees_charged(self, *, scheduled: bool) -> Money:
        """All fees charged and not waived, those inside or those outside the schedule."""
        return total(
            minus(fee.amount, fee.waived) for fee in self.fees if fee.is_scheduled == scheduled
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
            opened_date=event.opened_date,
            created_at=at,
            updated_at=at,
        )
    if loan is None:
        raise ValueError(f"{event.type} before {AccountCreated.type}")
    loan = msgspec.structs.replace(loan, version=version, updated_at=at)
    match event:
        case AccountUpdated():
            return msgspec.structs.replace(loan, status=event.status or loan.status)
        case AccountStatusChanged():
            return msgspec.structs.replace(loan, status=event.new_status)
        case AccountClosed():
            written_off = event.closure_reason == WRITTEN_OFF
            return msgspec.structs.replace(loan, status=WRITTEN_OFF if written_off else CLOSED)
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
        case _:
            return _post(loan, event)


def _post(loan: Loan, event: PostingEvent) -> Loan:
    """Apply a posting: its deltas to the balances, its shares to the fees."""
    loan = msgspec.structs.replace(
        loan,
        principal=plus(loan.principal, event.principal_delta),
        interest=plus(loan.interest, event.interest_delta),
        fee_balance=plus(loan.fee_balance, event.fee_delta),
        overpayment=plus(loan.overpayment, event.overpayment_delta),
        transaction_count=loan.transaction_count + 1,
        last_transaction_id=event.transaction_id,
        last_transaction_at=event.transaction_at,
    )
    match event:
        case LoanDisbursed():
            return msgspec.structs.replace(
                loan,
                disbursed=plus(loan.disbursed, event.principal_delta),
                disbursed_date=event.effective_date,
            )
        case FeeApplied():
            fee = Fee(
                transaction_id=event.transaction_id,
                transaction_type=event.transaction_type,
                amount=event.fee_delta,
            )
            return msgspec.structs.replace(loan, fees=(*loan.fees, fee))
        case RepaymentRecorded():
            return msgspec.structs.replace(
                loan,
                fees=_shared(loan.fees, paid=event.fee_shares),
                total_paid=plus(loan.total_paid, event.amount),
            )
        case FeeWaived():
            fees = _shared(loan.fees, waived=event.fee_shares, returned=event.returned_shares)
            return msgspec.structs.replace(loan, fees=fees)
        case _:
            assert_never(event)


def _shared(
    fees: tuple[Fee, ...],
    *,
    paid: tuple[FeeShare, ...] = (),
    waived: tuple[FeeShare, ...] = (),
    returned: tuple[FeeShare, ...] = (),
) -> tuple[Fee, ...]:
    """Apply shares to fees; what is returned had been paid and is waived now."""
    paid_by = {share.transaction_id: share.amount for share in paid}
    waived_by = {share.transaction_id: share.amount for share in waived}
    returned_by = {share.transaction_id: share.amount for share in returned}
    return tuple(
        msgspec.structs.replace(
            fee,
            paid=Money(
                fee.paid
                + paid_by.get(fee.transaction_id, 0)
                - returned_by.get(fee.transaction_id, 0)
            ),
            waived=Money(
                fee.waived
                + waived_by.get(fee.transaction_id, 0)
                + returned_by.get(fee.transaction_id, 0)
            ),
        )
        for fee in fees
    )
