"""OpenLoan: an account with its terms and schedule comes into being, nothing paid out yet."""

from itertools import pairwise
from typing import ClassVar

from ledger.commands.command import Command, Facts, Name
from ledger.domain.business_day import check_window
from ledger.domain.fee_caps import check_cap, check_rate
from ledger.domain.loan import PENDING_DISBURSEMENT, Loan
from ledger.domain.money import ZERO, check_size, dollars, plus, total
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import AccountCreated, LedgerEvent, ScheduleCreated, ScheduledPayment
from proto.values import CalendarDate, Code, Key, Money


class OpenLoan(Command, frozen=True, kw_only=True):
    """Open a loan account in pending_disbursement."""

    right: ClassVar = Right.OPEN_LOAN
    loan_account_id: Key
    account_number: Key
    customer_id: Key
    application_number: Key
    loan_amount: Money
    loan_fee: Money
    opened_date: CalendarDate
    payment_frequency: Code
    schedule_id: Key
    instalments: tuple[ScheduledPayment, ...]
    signed_loan_agreement_url: str = ""
    annual_rate_ppm: int = 0

    @property
    def subject_id(self) -> Key:
        """The account to be opened."""
        return self.loan_account_id

    @property
    def names(self) -> tuple[Name, ...]:
        """Account number, schedule and application each lead to one account."""
        names = (
            Name("account_number", self.account_number, "account_number"),
            Name("schedule_id", self.schedule_id, "schedule_id"),
            Name("application_number", self.application_number, "application_number"),
        )
        return tuple(name for name in names if name.value)


def decide(loan: Loan | None, command: OpenLoan, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Open it, unless it is there, signed too long ago, does not add up, or costs too much."""
    if loan is not None:
        raise Refused(
            Refusal.ACCOUNT_EXISTS,
            f"The account {command.loan_account_id} is open already.",
            field="loan_account_id",
        )
    days_back = facts.rules.window.days_back(facts.permissions.roles)
    check_window("opened_date", command.opened_date, facts.today, days_back)
    _check_schedule(command)
    check_size("loan_amount", plus(command.loan_amount, command.loan_fee))
    check_cap(
        "ESTABLISHMENT_FEE",
        loan_amount=command.loan_amount,
        charged=ZERO,
        more=command.loan_fee,
        field="loan_fee",
    )
    check_rate(command.annual_rate_ppm, command.loan_amount, field="annual_rate")
    created = AccountCreated(
        account_id=command.loan_account_id,
        account_number=command.account_number,
        customer_id=command.customer_id,
        status=PENDING_DISBURSEMENT,
        loan_amount=command.loan_amount,
        loan_fee=command.loan_fee,
        loan_total_payable=plus(command.loan_amount, command.loan_fee),
        current_balance=ZERO,
        opened_date=command.opened_date,
        signed_loan_agreement_url=command.signed_loan_agreement_url or None,
        application_number=command.application_number,
        annual_rate_ppm=command.annual_rate_ppm,
    )
    scheduled = ScheduleCreated(
        account_id=command.loan_account_id,
        schedule_id=command.schedule_id,
        n_payments=len(command.instalments),
        payment_frequency=command.payment_frequency,
        payments=command.instalments,
        created_date=command.opened_date,
    )
    return (created, scheduled)


def _check_schedule(command: OpenLoan) -> None:
    """Refuse instalments that are out of order or do not add up to what is payable."""
    numbers = [each.payment_number for each in command.instalments]
    if numbers != list(range(1, len(numbers) + 1)):
        raise _refused("The instalments must be numbered 1, 2, 3 and so on.")
    dates = [command.opened_date, *(each.due_date for each in command.instalments)]
    if any(earlier > later for earlier, later in pairwise(dates)):
        raise _refused("The instalments must fall due one after the other, from the opening on.")
    payable = plus(command.loan_amount, command.loan_fee)
    scheduled = total(each.amount for each in command.instalments)
    if scheduled != payable:
        raise _refused(
            f"The instalments add up to {dollars(scheduled)}, "
            f"loan and fee to {dollars(payable)}; they must be equal."
        )


def _refused(sentence: str) -> Refused:
    return Refused(Refusal.SCHEDULE_DOES_NOT_ADD_UP, sentence, field="instalments")
