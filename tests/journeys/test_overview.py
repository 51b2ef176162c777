"""The overview's totals are the ledger's own, to the cent."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pymongo.database import Database

from dashboard.formats import money, today
from dashboard.queries.portfolio import (
    DAYS_MAX,
    day_totals,
    is_by_day,
    period_totals,
    portfolio_now,
    staff_sums,
)
from dashboard.queries.portfolio_rows import PostingRow, postings_of, work_of
from dashboard.queries.rights import NotAllowed
from dashboard.reports.money_in import STEPS, by_step, money_in
from dashboard.reports.money_in import TYPES as MONEY_IN
from dashboard.reports.receivables import receivables
from dashboard.reports.staff_work import staff_work
from dashboard.reports.waived_fees import TYPES as WAIVERS
from dashboard.reports.waived_fees import by_reason
from dashboard.reports.written_off import TYPES as WRITE_OFFS
from dashboard.reports.written_off import written_off
from embedded import keys
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from proto.servicing_pb2_grpc import JournalServiceStub
from proto.values import Money
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.told_times import Took

pytestmark = pytest.mark.browser

PAID: Final = re.compile("^(Recovery|Repayment)$")
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
    assert written_off(totals) > 0


def test_each_persons_work_is_their_events_in_the_journal(
    read_models: ReadModels, books: Books
) -> None:
    """Nobody's event is missing or counted twice."""
    long_ago = date(2020, 1, 1)
    days = staff_sums(read_models, ANALYST, long_ago, today(datetime.now(UTC)))
    worked = {each.staff_id: each.events for each in staff_work(days)}
    assert worked == books.events_by_actor()


def test_a_long_period_is_the_sum_of_its_days(read_models: ReadModels) -> None:
    """Read by the month or by the day, the totals are the same; so are those cut mid-month."""
    last = today(datetime.now(UTC))
    for first in (date(2000, 1, 1), last - timedelta(days=DAYS_MAX + 20)):
        by_month = period_totals(read_models, ANALYST, first, last)
        by_day = day_totals(read_models, ANALYST, first, last)
        assert not is_by_day(first, last)
        assert money_in(by_month) == money_in(by_day) > 0
        assert by_reason(by_month) == by_reason(by_day)
        assert written_off(by_month) == written_off(by_day) > 0


def every_posting(
    read_models: ReadModels, types: tuple[str, ...], reason: str | None = None
) -> list[PostingRow]:
    """Turn every page of the rows behind a figure of the last year."""
    rows: list[PostingRow] = []
    after = None
    while True:
        page = postings_of(read_models, ANALYST, types, *a_year(), after, reason)
        rows += page.rows
        if page.following is None:
            return rows
        after = page.following


def test_the_rows_behind_a_figure_add_up_to_it(read_models: ReadModels) -> None:
    """Money in, waivers of each reason and write-offs, page by page, to the cent."""
    totals = day_totals(read_models, ANALYST, *a_year())
    rows = every_posting(read_models, MONEY_IN)
    taken = [each for each in rows if each.type == "REVERSAL"]
    assert sum(each.amount for each in rows) - 2 * sum(each.amount for each in taken) == (
        money_in(totals)
    )
    for reason, waived in by_reason(totals).items():
        assert sum(each.amount for each in every_posting(read_models, WAIVERS, reason)) == waived
    moved = {"WRITE_OFF": 1, "WRITE_OFF_UNDO": -1}
    given_up = every_posting(read_models, WRITE_OFFS)
    assert sum(each.amount * moved[each.type] for each in given_up) == written_off(totals)


def test_the_rows_behind_a_persons_line_add_up_to_it(read_models: ReadModels) -> None:
    """Each day's work of one person, and no one else's."""
    for each in staff_work(staff_sums(read_models, ANALYST, *a_year())):
        events, after = 0, None
        while True:
            page = work_of(read_models, ANALYST, each.staff_id, *a_year(), after)
            events += sum(row.count for row in page.rows)
            after = page.following
            if after is None:
                break
        assert events == each.events


def test_every_figure_leads_to_its_rows(
    product: Running,
    context: BrowserContext,
    read_models: ReadModels,
    took: Took,
) -> None:
    """A tile, a bar, a bucket, a reason and a person open what they are made of."""
    began = time.monotonic()
    given_up = money(written_off(day_totals(read_models, ANALYST, *a_year())))
    desk = Desk(product, context)
    desk.open("/overview")
    desk.sign_in("analyst")
    page = desk.page
    written = page.get_by_test_id("stMetric").filter(has_text="Written off")
    expect(written).to_contain_text(given_up, timeout=PATIENCE_MS)
    tiles = page.get_by_role("button", name="Show rows")
    opens(page, tiles.nth(5), "Write-offs", "Aged debt")
    opens(page, tiles.nth(7), "Data Match score", "as the ledger's events make them")
    opens(page, page.get_by_role("button", name=re.compile("^62 days")), "Accounts", "Default")
    opens(page, page.get_by_role("button", name="Duplicate charge"), "Fee waivers", "$50.00")
    opens(page, page.get_by_role("button", name="Tom Okafor"), "What Tom Okafor did", "requested")
    page.get_by_role("button", name="Export CSV").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Waivers by reason").last.click()
    told = saving.value.path().read_text("utf-8-sig").splitlines()
    assert told[0] == "first_day,last_day,reason_code,reason,waived"
    assert any(line.endswith("duplicate_charge,Duplicate charge,50.00") for line in told)
    page.keyboard.press("Escape")
    opens(page, page.locator(".barlayer .point path").last, "Money in", PAID)
    took("analyst", time.monotonic() - began)


def opens(page: Page, figure: Locator, title: str, told: str | re.Pattern[str]) -> None:
    """Choose a figure, see its rows, and close them."""
    figure.click(force=title == "Money in")  # a bar is under the chart's own layer
    dialog = page.get_by_role("dialog").filter(has_text=title)
    expect(dialog.get_by_text(told).first).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_overview_is_not_for_support(read_models: ReadModels) -> None:
    """The query itself refuses the role."""
    with pytest.raises(NotAllowed):
        portfolio_now(read_models, frozenset({"support"}))
