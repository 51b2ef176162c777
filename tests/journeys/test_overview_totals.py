"""Every figure of the overview is what the journal makes it, and what its rows add up to."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pymongo
import pytest
from msgspec import Struct

from dashboard.components.period import THIS_MONTH, TODAY, days_of
from dashboard.formats import today
from dashboard.queries.portfolio import (
    DAYS_MAX,
    day_totals,
    is_by_day,
    match_score,
    period_totals,
    portfolio_now,
    staff_sums,
)
from dashboard.queries.portfolio_rows import WorkRow, mismatches
from dashboard.queries.rights import NotAllowed
from dashboard.reports.money_in import STEPS, by_step, last_day, money_in
from dashboard.reports.money_in import TYPES as MONEY_IN
from dashboard.reports.receivables import BUCKETS, Receivables, receivables
from dashboard.reports.staff_work import Work, staff_work
from dashboard.reports.waived_fees import TYPES as WAIVERS
from dashboard.reports.waived_fees import by_reason
from dashboard.reports.written_off import TYPES as WRITE_OFFS
from dashboard.reports.written_off import written_off
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto.documents import AUDIT_EVENTS
from proto.values import Money
from tests.journeys import own_sums
from tests.journeys.hands import Books, ReadModels, own_account, until
from tests.journeys.overview_rows import ANALYST, Days, accounts_of, moved, owing, work
from tests.ledger.taking_back import reverse

LAST: Final = today(datetime.now(UTC))
YEAR: Final = (LAST - timedelta(days=DAYS_MAX - 1), LAST)


class Figure(Struct, frozen=True):
    """A figure as the page shows it, as the journal makes it, and as its rows add up."""

    shown: Callable[[ReadModels], object]
    journal: Callable[[own_sums.Journal], object]
    rows: Callable[[ReadModels], object]


def owed(read_models: ReadModels) -> Receivables:
    """Give what the tiles and the ageing show."""
    return receivables(portfolio_now(read_models, ANALYST))


def collected(days: Days) -> Figure:
    """Describe what came in on some days."""
    return Figure(
        lambda stored: money_in(day_totals(stored, ANALYST, *days)),
        lambda journal: journal.collected(*days),
        lambda stored: moved(stored, MONEY_IN, days),
    )


def named(period: str) -> Days:
    """Give the days of a named period."""
    first, last = days_of(period, LAST)
    assert first is not None
    assert last is not None
    return first, last


def bars(step: str) -> Figure:
    """Describe the bars of the chart; of each the rows are asked for by its own days."""

    def shown(stored: ReadModels) -> dict[date, Money]:
        return by_step(day_totals(stored, ANALYST, *YEAR), step)

    def rows(stored: ReadModels) -> dict[date, Money]:
        spans = {on: (max(on, YEAR[0]), last_day(on, step)) for on in shown(stored)}
        return {on: moved(stored, MONEY_IN, days) for on, days in spans.items()}

    return Figure(shown, lambda journal: journal.by_days(STEPS[step], *YEAR), rows)


def column(
    shown: Callable[[Work], int],
    journal: Callable[[own_sums.Entry], int],
    rows: Callable[[WorkRow], int],
) -> Figure:
    """Describe a column of the staff's table, line by line."""

    def worked(stored: ReadModels) -> list[Work]:
        return staff_work(staff_sums(stored, ANALYST, *YEAR))

    return Figure(
        lambda stored: {each.staff_id: shown(each) for each in worked(stored)},
        lambda told: told.by_actor(journal, *YEAR),
        lambda stored: {
            each.staff_id: sum(rows(row) for row in work(stored, each.staff_id, YEAR))
            for each in worked(stored)
        },
    )


def amount_of(*kinds: str) -> Callable[[WorkRow], int]:
    """Give what a row of somebody's work adds to the sum of these kinds."""

    def adds(row: WorkRow) -> int:
        if row.transaction_type in kinds:
            return row.amount or 0
        return -(row.amount or 0) if row.original_type in kinds else 0

    return adds


def differing(stored: ReadModels) -> int:
    """Count the accounts that the Data Match score says are not as the ledger has them."""
    score = match_score(stored, ANALYST)
    assert score is not None
    assert score.checked > 0
    return score.checked - score.matched


FIGURES: Final = {
    "Active accounts": Figure(
        lambda stored: owed(stored).accounts,
        lambda journal: sum(len(each) for each in journal.buckets().values()),
        lambda stored: len(accounts_of(stored)),
    ),
    "Receivables": Figure(
        lambda stored: owed(stored).outstanding,
        lambda journal: sum(sum(each) for each in journal.buckets().values()),
        lambda stored: owing(accounts_of(stored)),
    ),
    "Collected today": collected(named(TODAY)),
    "Collected this month": collected(named(THIS_MONTH)),
    "Collected in period": collected(YEAR),
    "Written off": Figure(
        lambda stored: written_off(day_totals(stored, ANALYST, *YEAR)),
        lambda journal: journal.written_off(*YEAR),
        lambda stored: moved(stored, WRITE_OFFS, YEAR),
    ),
    "Waived": Figure(
        lambda stored: own_sums.total(by_reason(day_totals(stored, ANALYST, *YEAR)).values()),
        lambda journal: sum(journal.waived(*YEAR).values()),
        lambda stored: moved(stored, WAIVERS, YEAR),
    ),
    "Data Match score": Figure(
        differing, lambda _: 0, lambda stored: len(mismatches(stored, ANALYST))
    ),
    **{f"Repayments by {step}": bars(step) for step in STEPS},
    "Ageing": Figure(
        lambda stored: {
            name: (each.accounts, each.outstanding) for name, each in owed(stored).buckets.items()
        },
        lambda journal: {
            name: (len(each), sum(each))
            for name, each in {**dict.fromkeys(BUCKETS, ()), **journal.buckets()}.items()
        },
        lambda stored: {
            name: (len(rows), owing(rows))
            for name, rows in ((each, accounts_of(stored, each)) for each in BUCKETS)
        },
    ),
    "Waivers by reason": Figure(
        lambda stored: by_reason(day_totals(stored, ANALYST, *YEAR)),
        lambda journal: journal.waived(*YEAR),
        lambda stored: {
            reason: moved(stored, WAIVERS, YEAR, reason)
            for reason in by_reason(day_totals(stored, ANALYST, *YEAR))
        },
    ),
    "Staff: Events": column(lambda each: each.events, lambda _: 1, lambda row: row.count),
    "Staff: Postings": column(
        lambda each: each.postings,
        lambda entry: bool(entry.kind),
        lambda row: row.count if row.transaction_type else 0,
    ),
    "Staff: Received": column(
        lambda each: each.received,
        lambda entry: entry.adds_to("REPAYMENT", "CORRECTION", "RECOVERY"),
        amount_of(*MONEY_IN),
    ),
    "Staff: Waived": column(
        lambda each: each.waived,
        lambda entry: entry.adds_to("FEE_WAIVER"),
        amount_of("FEE_WAIVER"),
    ),
}


@pytest.fixture(scope="module")
def stored(product: Running) -> Iterator[ReadModels]:
    """The product's MongoDB, for all of these tests."""
    with pymongo.MongoClient[dict[str, Any]](product.mongodb_url, tz_aware=True) as client:
        yield client[product.db_name]


@pytest.fixture(scope="module")
def books(product: Running) -> Iterator[Books]:
    """The running product's ledger."""
    books = Books(product)
    yield books
    books.close()


@pytest.fixture(scope="module")
def journal(product: Running, stored: ReadModels, books: Books) -> own_sums.Journal:
    """All events, with something taken back among them, once the screens know them all."""
    account_id, boss = own_account(product, stored, late_fee="15.00"), "staff-supervisor"
    for posted in (
        books.caller(boss).repay(account_id, "40.00"),
        books.caller(boss).waive(account_id, "5.00"),
    ):
        reverse(books.caller(boss), account_id, posted.transaction.transaction_id)
    read = own_sums.read(books.system)
    trail = stored[AUDIT_EVENTS.name]
    until(
        lambda: trail.count_documents({"position": {"$lte": read.position}}) == len(read.entries),
        "every event is on the screens",
    )
    return read


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_the_journal_makes_it_and_what_its_rows_add_up_to(
    stored: ReadModels, journal: own_sums.Journal, name: str
) -> None:
    """To the cent; a bar, a bucket, a reason, a person each by itself."""
    figure = FIGURES[name]
    shown = figure.shown(stored)
    assert shown == figure.journal(journal)
    assert shown == figure.rows(stored)


@pytest.mark.usefixtures("journal")
def test_what_staff_did_adds_up_to_the_figures_of_all(stored: ReadModels) -> None:
    """Received and waived, with what came back, was corrected or came in after a write-off."""
    worked, totals = (
        staff_work(staff_sums(stored, ANALYST, *YEAR)),
        day_totals(stored, ANALYST, *YEAR),
    )
    assert own_sums.total(each.received for each in worked) == money_in(totals)
    assert own_sums.total(each.waived for each in worked) == own_sums.total(
        by_reason(totals).values()
    )


@pytest.mark.usefixtures("journal")
def test_the_books_tell_the_same(stored: ReadModels, books: Books) -> None:
    """Accounts and receivables are the portfolio summary; the rest is the general ledger's."""
    caller, token = books.system.accounting, books.system.metadata()
    question = ledger.GetPortfolioSummaryRequest()
    summary = caller.GetPortfolioSummary(question, metadata=token)
    period = ledger.GetGLReconciliationRequest(period_start=str(YEAR[0]), period_end=str(YEAR[1]))
    told = caller.GetGLReconciliation(period, metadata=token)
    assert owed(stored).accounts == summary.total_active_accounts
    assert str(owed(stored).outstanding) == summary.total_receivables
    totals = day_totals(stored, ANALYST, *YEAR)
    receivable = (told.principal_receivable, told.fees_receivable, told.interest_receivable)
    lost = -sum(Money.parse(each.repayments) for each in receivable)
    owed_back, income = Money.parse(told.overpayment_liability), Money.parse(told.recovery_income)
    assert money_in(totals) == lost + owed_back + income > 0
    assert str(own_sums.total(by_reason(totals).values())) == told.fee_waivers
    assert str(written_off(totals)) == told.bad_debt_expense
    assert written_off(totals) > 0


@pytest.mark.parametrize("last", [LAST, LAST - timedelta(days=40)])
def test_a_long_period_is_the_sum_of_its_days(stored: ReadModels, last: date) -> None:
    """Read by the month or by the day, the totals are the same; so are those cut mid-month."""
    for first in (date(2000, 1, 1), last - timedelta(days=DAYS_MAX + 20)):
        by_month = period_totals(stored, ANALYST, first, last)
        by_day = day_totals(stored, ANALYST, first, last)
        assert not is_by_day(first, last)
        assert money_in(by_month) == money_in(by_day) > 0
        assert by_reason(by_month) == by_reason(by_day)
        assert written_off(by_month) == written_off(by_day)


@pytest.mark.parametrize("last", [LAST, LAST - timedelta(days=40)])
def test_a_persons_long_period_is_the_sum_of_its_days(stored: ReadModels, last: date) -> None:
    """The whole months among them are read by the month, and make no difference."""
    days = [last - timedelta(days=each) for each in range(100)]
    by_day = [each for on in days for each in staff_sums(stored, ANALYST, on, on)]
    assert staff_work(staff_sums(stored, ANALYST, days[-1], last)) == staff_work(by_day) != []


def test_the_overview_is_not_for_support(stored: ReadModels) -> None:
    """The query itself refuses the role."""
    with pytest.raises(NotAllowed):
        portfolio_now(stored, frozenset({"support"}))
