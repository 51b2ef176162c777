"""What follows from a command on an account by itself, whichever command it was.

A posting that counts from an earlier date changes the interest accrued since. One that leaves
nothing to pay closes the account. One that pays or un-pays an instalment makes the account
less late or later, and with that its status: SUSPENDED is in arrears.
"""

from datetime import date, timedelta

import msgspec

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.course import Course
from ledger.domain import ageing, schedule
from ledger.domain import loan as loans
from ledger.domain.allocation import share_fees
from ledger.domain.counting import Counted, counted
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan, LoanEvent
from ledger.domain.money import ZERO, minus, negative, smaller, total
from proto.events import (
    AccountClosed,
    AccountStatusChanged,
    AccountUpdated,
    AccountWrittenOff,
    AgingUpdated,
    InterestAccrued,
)
from proto.values import CENTS_MAX, CalendarDate, Code, Money

Events = tuple[LoanEvent, ...]


def following(before: Loan, told: Events, facts: Facts) -> Course:
    """Give a command's events with what follows from them."""
    course = Course(before, facts)
    course.add(*told)
    # While a loan is written off its interest stands still; the undo brings it up to date.
    through = _accrued_through(course.loan)
    if through is not None and course.loan.written_off is None:
        accrue(course, _ended(through, told, facts))
    _reopen(course, told)
    _tell_lateness(course, before)
    return course


def _accrued_through(loan: Loan) -> date | None:
    """Give the day through which interest is accrued: of a loan that was paid off before, none."""
    if loan.accrual.through is not None:
        return loan.accrual.through.as_date()
    paid_at_once = loan.annual_rate_ppm and loan.status == loans.CLOSED
    return loan.earliest_effective - timedelta(days=1) if paid_at_once else None


def _ended(through: date, told: Events, facts: Facts) -> date:
    """Give the day through which interest is due: nights that cost no cent were not told.

    With what counts from an earlier day they may have cost some.
    """
    posted = (posting for each in told if (posting := as_posting(each)))
    if any(
        not isinstance(each, InterestAccrued) and each.effective_date.as_date() < facts.today
        for each in posted
    ):
        return max(through, facts.today - timedelta(days=1))
    return through


def closes_too_early(before: Loan | None, told: Events, facts: Facts) -> bool:
    """Tell whether a loan would be paid off whose last days are not ended yet.

    Such a loan owes the interest of those days too: the end of a day passes it by.
    """
    if before is None or not before.is_running or not before.annual_rate_ppm:
        return False
    if not any(isinstance(each, AccountClosed) and each.final_balance == ZERO for each in told):
        return False
    if any(isinstance(each, AccountWrittenOff | InterestAccrued) for each in told):
        return False
    return bool(up_to_date(before, facts).events())


def up_to_date(loan: Loan, facts: Facts) -> Course:
    """Accrue interest through yesterday, as far as the ends of the days have not."""
    course, yesterday = Course(loan, facts), facts.today - timedelta(days=1)
    through = loan.accrual.through
    if through is None or through.as_date() < yesterday:
        accrue(course, yesterday)
    return course


def _reopen(course: Course, told: Events) -> None:
    """Open a paid-off loan again on which interest is due after all, for a later payment."""
    loan = course.loan
    if loan.status != loans.CLOSED or not loan.total_outstanding:
        return
    cause = next(posting for each in reversed(told) if (posting := as_posting(each)))
    course.add(
        AccountUpdated(
            account_id=loan.account_id,
            current_balance=loan.total_outstanding,
            status=loans.ACTIVE,
            triggered_by_transaction_type=cause.transaction_type,
            triggered_by_transaction_id=cause.transaction_id,
            timestamp=course.facts.at,
        )
    )


def accrue(course: Course, through: date) -> None:
    """Bring interest to what is due through a date, and with it what money had paid of it."""
    loan = course.loan
    due = _due(loan, through)
    charged = minus(due.charged, loan.accrual.charged)
    # Money that is free after all pays fees before any of it is owed to the customer.
    fee_shares = share_fees(loan.fees, minus(loan.fee_balance, due.fees))
    movement = steps.Movement(
        principal=minus(due.principal, loan.principal),
        interest=minus(due.interest, loan.interest),
        fees=minus(due.fees, loan.fee_balance),
        overpayment=minus(due.overpayment, loan.overpayment),
    )
    if movement == steps.Movement():
        return
    posted = steps.posting(
        loan,
        AccountCommand(loan_account_id=loan.account_id),
        course.facts,
        transaction_type="INTEREST",
        description=_description(charged),
        movement=movement,
        # Where principal moves, the days that were worked out are over.
        effective_on=_date(through + timedelta(days=1) if movement.principal else through),
    )
    started = loan.accrual.through
    first = started.as_date() + timedelta(days=1) if started else loan.earliest_effective
    accrued = InterestAccrued(
        **posted,
        from_date=_date(min(first, through)),
        through_date=_date(through),
        annual_rate_ppm=loan.annual_rate_ppm,
        remainder=due.remainder,
        fee_shares=fee_shares,
    )
    after = _instalments(loan, accrued)
    course.add(
        accrued,
        *steps.schedule_between(loan, after, posted, course.facts),
        steps.account_updated(loan, posted),
    )
    if course.loan.is_running:
        course.add(*steps.closed_when_paid(loan, posted, course.facts, loan.total_paid))


def _due(loan: Loan, through: date) -> Counted:
    """Count what is owed, no more than an event can tell: what it cannot is never read again."""
    events = (each.event for each in loan.postings)
    due = counted(events, loan.annual_rate_ppm, through).with_fees(loan.fee_balance)
    room = minus(Money(CENTS_MAX - 1), loan.charged)
    over = smaller(max(minus(due.charged, loan.accrual.charged, room), ZERO), due.interest)
    return msgspec.structs.replace(
        due, interest=minus(due.interest, over), charged=minus(due.charged, over)
    )


def _description(charged: Money) -> str:
    if charged > 0:
        return "Interest"
    return "Interest taken back" if charged < 0 else "Payments shared anew"


def _instalments(loan: Loan, accrued: InterestAccrued) -> schedule.Schedule:
    """Let instalments be paid, or not any more, by what principal and their fees were paid."""
    inside = {fee.transaction_id for fee in loan.fees if fee.is_scheduled}
    fees = total(s.amount for s in accrued.fee_shares if s.transaction_id in inside)
    paid = minus(fees, accrued.principal_delta)
    if paid < 0:
        return schedule.taken_back(loan.instalments, negative(paid))
    return schedule.moved(loan.instalments, paid=schedule.allocate(loan.instalments, paid))


def _tell_lateness(course: Course, before: Loan) -> None:
    """Tell how late the account is where the command changed that.

    Paying out changes nothing: should an instalment be due already, the end of the day tells.
    """
    loan, today = course.loan, course.facts.today
    if before.status == loans.PENDING_DISBURSEMENT:
        return
    late = lateness_of(loan, today)
    if late != lateness_of(before, today) or loan.is_running != before.is_running:
        tell_lateness(course, late)


def lateness_of(loan: Loan, on: date) -> ageing.Lateness:
    """Say how late a loan is on a day; before it is paid out, nothing is due."""
    instalments = () if loan.status == loans.PENDING_DISBURSEMENT else loan.instalments
    return ageing.lateness(instalments, on, is_over=loan.is_over)


def tell_lateness(course: Course, late: ageing.Lateness) -> None:
    """Tell how late an account is, unless that was told, and the status that goes with it."""
    loan, at = course.loan, course.facts.at
    if not ageing.is_told(loan.ageing, late):
        aged = AgingUpdated(
            account_id=loan.account_id,
            dpd=late.days_past_due,
            bucket=late.bucket,
            is_in_arrears=late.is_in_arrears,
            last_updated=at,
            previous_bucket=loan.ageing.bucket if loan.ageing.updated_at else Code(""),
            transition_reason=_reason(loan.ageing, late),
        )
        course.add(aged)
    status = loans.SUSPENDED if late.is_in_arrears else loans.ACTIVE
    if loan.is_running and loan.status != status:
        course.add(
            AccountStatusChanged(account_id=loan.account_id, new_status=status, changed_at=at)
        )


def _reason(told: ageing.Ageing, late: ageing.Lateness) -> str:
    """Say in a few words why the bucket changed; nothing where it did not."""
    if told.bucket == late.bucket:
        return ""
    if late.bucket == ageing.OVER:
        return "account closed"
    if told.bucket == ageing.OVER:
        return "account open again"
    return "days passed" if late.days_past_due > told.days_past_due else "instalments paid"


def _date(day: date) -> CalendarDate:
    return CalendarDate(day.isoformat())
