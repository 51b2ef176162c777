"""Questions about the books as a whole, answered from the general ledger's running totals.

Days are business dates of Sydney; a posting counts on the day on which it was recorded.
"""

from collections.abc import Callable
from datetime import date

from google.protobuf.timestamp_pb2 import Timestamp

from ledger.arrears import Arrears
from ledger.domain.business_day import business_date
from ledger.domain.chart import Account
from ledger.errors import Refusal, Refused
from ledger.general_ledger import Column, Customers, GeneralLedger
from ledger.overview import Overview
from ledger.rpc import answers, fields
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb
from proto.values import Instant, Money


class TotalsQueries:
    """Trial balance, portfolio, reconciliation."""

    def __init__(self, overview: Overview, now: Callable[[], Instant]) -> None:
        self._overview, self._now = overview, now

    def _day(self, field: str, text: str, *, required: bool = False) -> date:
        """Read a day that has begun; today where none was given."""
        today = business_date(self._now())
        given = fields.calendar_date(field, text, required=required)
        day = given.as_date() if given else today
        if day > today:
            raise Refused(
                Refusal.INVALID_DATE,
                f"{field} {day} is still to come. Use {today} or earlier.",
                field=field,
            )
        return day

    def trial_balance(
        self, request: servicing_pb.TrialBalanceRequest
    ) -> servicing_pb.TrialBalanceResponse:
        """What every account of the chart stands at when a day ends; both sides are equal."""
        day = self._day("as_of_date", request.as_of_date)

        def balances(ledger: GeneralLedger, _arrears: Arrears) -> dict[Account, int]:
            return ledger.balances(day)

        books = self._overview.ask(balances)
        return servicing_pb.TrialBalanceResponse(
            as_of_date=day.isoformat(),
            lines=[_line(account, cents) for account, cents in books.items()],
            total_debit=_money(sum(cents for cents in books.values() if cents > 0)),
            total_credit=_money(-sum(cents for cents in books.values() if cents < 0)),
        )

    def portfolio(
        self, request: ledger_pb.GetPortfolioSummaryRequest
    ) -> ledger_pb.PortfolioSummaryResponse:
        """What all customers together owe when a day ends, by the general ledger."""
        day = self._day("as_of_date", request.as_of_date)

        def sums(ledger: GeneralLedger, _arrears: Arrears) -> tuple[dict[Account, int], Customers]:
            return ledger.balances(day), ledger.customers(day)

        books, customers = self._overview.ask(sums)
        receivables = (Account.PRINCIPAL, Account.FEES, Account.INTEREST)
        return ledger_pb.PortfolioSummaryResponse(
            as_of_date=day.isoformat(),
            total_active_accounts=customers.active_accounts,
            principal_receivable=_money(books[Account.PRINCIPAL]),
            fees_receivable=_money(books[Account.FEES]),
            total_receivables=_money(sum(books[account] for account in receivables)),
            generated_at=answers.timestamp(self._now()),
            interest_receivable=_money(books[Account.INTEREST]),
        )

    def reconciliation(
        self, request: ledger_pb.GetGLReconciliationRequest
    ) -> ledger_pb.GLReconciliationResponse:
        """What moved in a period, and whether the accounts of the customers say the same."""
        first = self._day("period_start", request.period_start, required=True)
        last = self._day("period_end", request.period_end, required=True)
        if first > last:
            raise fields.invalid("period_end", "must not be before period_start.")

        def period(ledger: GeneralLedger, _arrears: Arrears) -> "_Period":
            return _Period(ledger, first, last)

        return self._overview.ask(period).response(answers.timestamp(self._now()))


class _Period:
    """The figures of one period, taken from the running totals at one moment."""

    def __init__(self, ledger: GeneralLedger, first: date, last: date) -> None:
        self._first, self._last = first, last
        self._closing = ledger.balances(last)
        self._moved = ledger.movements(first, last)
        self._customers = ledger.customers(last)

    def _movement(self, account: Account) -> int:
        return sum(cents for (moved, _), cents in self._moved.items() if moved is account)

    def _movements(self, account: Account) -> ledger_pb.AccountMovements:
        opening = self._closing[account] - self._movement(account)
        return ledger_pb.AccountMovements(
            account_code=account.code,
            account_name=account.title,
            opening_balance=_money(opening),
            closing_balance=_money(self._closing[account]),
            **{column.value: _money(self._moved.get((account, column), 0)) for column in Column},
        )

    def response(self, generated_at: Timestamp) -> ledger_pb.GLReconciliationResponse:
        """Write them. Income is a credit, so its sign is turned."""
        income = {
            account: -self._movement(account)
            for account in (
                Account.ESTABLISHMENT_FEE_INCOME,
                Account.LATE_FEE_INCOME,
                Account.DISHONOUR_FEE_INCOME,
            )
        }
        waived = self._movement(Account.FEE_WAIVERS)
        return ledger_pb.GLReconciliationResponse(
            period_start=self._first.isoformat(),
            period_end=self._last.isoformat(),
            principal_receivable=self._movements(Account.PRINCIPAL),
            fees_receivable=self._movements(Account.FEES),
            interest_receivable=self._movements(Account.INTEREST),
            establishment_fee_income=_money(income[Account.ESTABLISHMENT_FEE_INCOME]),
            late_fee_income=_money(income[Account.LATE_FEE_INCOME]),
            dishonour_fee_income=_money(income[Account.DISHONOUR_FEE_INCOME]),
            fee_waivers=_money(waived),
            net_fee_income=_money(sum(income.values()) - waived),
            bad_debt_expense=_money(self._movement(Account.BAD_DEBT)),
            interest_income=_money(-self._movement(Account.INTEREST_INCOME)),
            recovery_income=_money(-self._movement(Account.RECOVERY_INCOME)),
            overpayment_liability=_money(-self._closing[Account.OVERPAYMENTS]),
            integrity_check=self._integrity(),
            generated_at=generated_at,
        )

    def _integrity(self) -> ledger_pb.IntegrityCheck:
        books, customers = self._closing, self._customers
        return ledger_pb.IntegrityCheck(
            principal_match=books[Account.PRINCIPAL] == customers.principal,
            fee_match=books[Account.FEES] == customers.fees,
            customer_principal_sum=_money(customers.principal),
            customer_fee_sum=_money(customers.fees),
            portfolio_principal=_money(books[Account.PRINCIPAL]),
            portfolio_fees=_money(books[Account.FEES]),
        )


def _line(account: Account, cents: int) -> servicing_pb.TrialBalanceLine:
    return servicing_pb.TrialBalanceLine(
        account_code=account.code,
        account_name=account.title,
        debit=_money(max(cents, 0)),
        credit=_money(max(-cents, 0)),
    )


def _money(cents: int) -> str:
    return str(Money(cents))
