"""An account as of another time: its statement of a period, its balances then."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final

from ledger.domain.balances_at import Balances, Posted, balances_at
from ledger.domain.history import as_posting
from ledger.domain.money import ZERO, dollars, minus, negative, plus, total
from ledger.domain.statement_lines import Line, lines
from ledger.errors import Refusal, Refused
from ledger.rpc import answers, fields
from ledger.rpc.queries import Queries
from ledger.states import event_of
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb
from proto.events import (
    FeeApplied,
    InterestAccrued,
    PaymentCorrected,
    PaymentReversed,
    PostingEvent,
    RecoveryRecorded,
    RepaymentRecorded,
)
from proto.values import Instant, Money

_FEE_TYPES: Final = frozenset({"ESTABLISHMENT_FEE", "LATE_FEE", "DISHONOUR_FEE"})
_MONEY_IN_TYPES: Final = frozenset({"REPAYMENT", "CORRECTION", "RECOVERY"})


class StatementQueries:
    """Reads that go through an account's whole history."""

    def __init__(self, queries: Queries, now: Callable[[], Instant]) -> None:
        self._queries, self._now = queries, now

    def _posted(self, account_id: str) -> Iterator[Posted]:
        for entry in self._queries.history(account_id):
            yield Posted(
                entry.version, Instant.parse(entry.recorded_at), as_posting(event_of(entry))
            )

    def balance_at(self, request: servicing_pb.GetBalanceAtRequest) -> ledger_pb.GetBalanceResponse:
        """What was owed: as known at an instant, as effective on a date, or both.

        As known: by what had been recorded then, whatever has come since. As effective: by
        what counts from that date on or before, with what was known; without `known_at`
        that is everything known today.
        """
        loan = self._queries.loan(request.loan_account_id)
        known_at = _instant("known_at", request) if request.HasField("known_at") else None
        effective_on = fields.calendar_date("effective_on", request.effective_on)
        if known_at is not None and known_at < loan.created_at:
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger did not know the account {loan.account_id} at {known_at}.",
                field="known_at",
            )
        now = self._now()
        at = balances_at(
            self._posted(loan.account_id),
            known_at=known_at,
            effective_on=effective_on,
            annual_rate_ppm=loan.annual_rate_ppm,
        )
        return _balance(loan.account_id, at, known_at or now)

    def statement(self, request: ledger_pb.GetStatementRequest) -> ledger_pb.StatementResponse:
        """What happened in a period, by effective date, with the debt after each line.

        `payments_received` is the money that came in and was not taken back, overpayments
        included; a line's payment is what it took off the debt.
        """
        loan = self._queries.loan(request.loan_account_id)
        first = fields.calendar_date("period_start", request.period_start, required=True)
        last = fields.calendar_date("period_end", request.period_end, required=True)
        if first > last:
            raise fields.invalid("period_end", "must not be before period_start.")
        posted = [each.posting for each in self._posted(loan.account_id) if each.posting]
        day_before = max(first, loan.opened_date).as_date() - timedelta(days=1)
        in_order = lines(posted, loan.annual_rate_ppm, (day_before, last.as_date()))
        opening = total(each.delta for each in in_order if each.day < first)
        within = [each for each in in_order if first <= each.day <= last]
        closing = plus(opening, *(each.delta for each in within))
        events = [each.posting for each in within]
        return ledger_pb.StatementResponse(
            loan_account_id=loan.account_id,
            account_number=loan.account_number,
            customer_id=loan.customer_id,
            period_start=first,
            period_end=last,
            disbursed_principal=str(loan.disbursed),
            establishment_fee=str(loan.loan_fee),
            total_repayable=str(loan.total_payable),
            opening_balance=str(max(opening, ZERO)),
            fees_charged=str(total(map(_fee_charged, events))),
            payments_received=str(total(map(_money_in, events))),
            closing_balance=str(max(closing, ZERO)),
            lines=_told(opening, within),
            generated_at=answers.timestamp(self._now()),
        )


def _instant(field: str, request: servicing_pb.GetBalanceAtRequest) -> Instant:
    try:
        return Instant.of(request.known_at.ToDatetime())
    except (ValueError, OverflowError):
        raise fields.invalid(field, "must be an instant on the calendar.") from None


def _balance(account_id: str, at: Balances, as_of: Instant) -> ledger_pb.GetBalanceResponse:
    return ledger_pb.GetBalanceResponse(
        loan_account_id=account_id,
        principal_balance=str(at.principal),
        fee_balance=str(at.fees),
        total_outstanding=str(plus(at.principal, at.interest, at.fees)),
        as_of=answers.timestamp(as_of),
        interest_balance=str(at.interest),
        account_version=at.version,
    )


def _told(balance: Money, within: Iterable[Line]) -> list[ledger_pb.StatementLine]:
    """Tell each posting and the debt after it.

    A payment that counts from before a fee that it paid makes no debt below zero: until the
    fee's day the rest of it is owed to the customer.
    """
    told = []
    for each in within:
        before, balance = balance, plus(balance, each.delta)
        moved = minus(max(balance, ZERO), max(before, ZERO))
        line = ledger_pb.StatementLine(
            date=each.day,
            transaction_id=each.posting.transaction_id,
            description=_description(each.posting, minus(moved, each.delta)),
            balance=str(max(balance, ZERO)),
        )
        if moved > 0:
            line.charge = str(moved)
        elif moved < 0:
            line.payment = str(negative(moved))
        told.append(line)
    return told


def _description(posting: PostingEvent, owed_back: Money) -> str:
    name = "Interest" if isinstance(posting, InterestAccrued) else posting.description
    if not owed_back:
        return name
    moved = dollars(Money(abs(owed_back)))
    kept = "kept as owed to you" if owed_back > 0 else "of what was owed to you"
    return f"{name}; {moved} {kept}"


def _fee_charged(posting: PostingEvent) -> Money:
    """What a posting charged in fees; a fee that was taken back counts against it."""
    if isinstance(posting, FeeApplied):
        return posting.fee_delta
    if isinstance(posting, PaymentReversed) and posting.original_transaction_type in _FEE_TYPES:
        return negative(posting.amount)
    return ZERO


def _money_in(posting: PostingEvent) -> Money:
    """What came in from the customer; a payment that was taken back counts against it."""
    if isinstance(posting, RepaymentRecorded | PaymentCorrected | RecoveryRecorded):
        return posting.amount
    if (
        isinstance(posting, PaymentReversed)
        and posting.original_transaction_type in _MONEY_IN_TYPES
    ):
        return negative(posting.amount)
    return ZERO
