"""The overview's totals are the ledger's own, to the cent."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from pymongo.database import Database

from dashboard.formats import today
from dashboard.queries.portfolio import day_totals, portfolio_now, staff_days
from dashboard.queries.rights import NotAllowed
from dashboard.reports.money_in import STEPS, by_step, money_in
from dashboard.reports.receivables import receivables
from dashboard.reports.staff_work import staff_work
from dashboard.reports.waived_fees import by_reason
from dashboard.reports.written_off import written_off
from embedded import keys
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from proto.servicing_pb2_grpc import JournalServiceStub
from proto.values import Money

pytestmark = pytest.mark.browser

ANALYST: Final = frozenset({"analyst"})
ReadModels = Database[dict[str, Any]]


class Books:
    """The ledger, asked in the system's name."""

    def __init__(self, product: Running) -> None:
        key = keys.private_key(Path(product.keys_dir), "command-line")
        now = datetime.now(UTC)
        token = mint(key, issuer="command-line", actor_id="system", session_id="test", now=now)
        self._metadata = ((METADATA_KEY, f"Bearer {token}"),)
        channel = grpc.insecure_channel(product.ledger_address)
        self._ledger, self._journal = (
            AccountingLedgerServiceStub(channel),
            JournalServiceStub(channel),
        )

    def summary(self) -> ledger.PortfolioSummaryResponse:
        """What all customers owe."""
        question = ledger.GetPortfolioSummaryRequest()
        return self._ledger.GetPortfolioSummary(question, metadata=self._metadata)

    def reconciled(self, first: date, last: date) -> ledger.GLReconciliationResponse:
        """What moved in a period."""
        question = ledger.GetGLReconciliationRequest(period_start=str(first), period_end=str(last))
        return self._ledger.GetGLReconciliation(question, metadata=self._metadata)

    def events_by_actor(self) -> dict[str, int]:
        """Count the journal's events, one by one."""
        counts: dict[str, int] = {}
        after = 0
        while True:
            question = servicing.ReadJournalRequest(from_position=after, limit=1000)
            page = self._journal.ReadJournal(question, metadata=self._metadata).entries
            if not page:
                return counts
            for each in page:
                counts[each.actor] = counts.get(each.actor, 0) + 1
            after = page[-1].position


@pytest.fixture
def books(product: Running) -> Books:
    """The running product's ledger."""
    return Books(product)


def a_year() -> tuple[date, date]:
    """Give the days of the last year."""
    last = today(datetime.now(UTC))
    return last - timedelta(days=399), last


def test_accounts_and_receivables_are_the_portfolio_summary(
    read_models: ReadModels, books: Books
) -> None:
    """The buckets together are every active account and all that is owed."""
    owed, summary = receivables(portfolio_now(read_models, ANALYST)), books.summary()
    assert owed.accounts == summary.total_active_accounts
    assert str(owed.outstanding) == summary.total_receivables


def test_money_in_is_what_the_receivables_lost_to_repayments(
    read_models: ReadModels, books: Books
) -> None:
    """Repayments less what became an overpayment, as the general ledger moved them."""
    totals, told = day_totals(read_models, ANALYST, *a_year()), books.reconciled(*a_year())
    receivable = (told.principal_receivable, told.fees_receivable, told.interest_receivable)
    lost = -sum(Money.parse(each.repayments) for each in receivable)
    owed_back, income = Money.parse(told.overpayment_liability), Money.parse(told.recovery_income)
    assert money_in(totals) == lost + owed_back + income > 0
    for step in STEPS:
        assert sum(by_step(totals, step).values()) == money_in(totals)


def test_waivers_and_write_offs_are_the_general_ledgers(
    read_models: ReadModels, books: Books
) -> None:
    """Whatever the reason, together they are what the books lost."""
    totals, told = day_totals(read_models, ANALYST, *a_year()), books.reconciled(*a_year())
    assert str(Money(sum(by_reason(totals).values()))) == told.fee_waivers
    assert str(written_off(totals)) == told.bad_debt_expense


def test_each_persons_work_is_their_events_in_the_journal(
    read_models: ReadModels, books: Books
) -> None:
    """Nobody's event is missing or counted twice."""
    long_ago = date(2020, 1, 1)
    days = staff_days(read_models, ANALYST, long_ago, today(datetime.now(UTC)))
    worked = {each.staff_id: each.events for each in staff_work(days)}
    assert worked == books.events_by_actor()


def test_the_overview_is_not_for_support(read_models: ReadModels) -> None:
    """The query itself refuses the role."""
    with pytest.raises(NotAllowed):
        portfolio_now(read_models, frozenset({"support"}))
