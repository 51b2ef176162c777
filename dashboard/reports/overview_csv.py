"""The overview as files: each figure and table exactly as it is shown for the period.

No figure here is of a person but those of staff, so that every role of the overview may
take the same file away.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from dashboard.csv_files import CsvFile, csv_file
from dashboard.queries.portfolio import DayTotal, MatchScore
from dashboard.queries.portfolio_rows import TAKEN_BACK
from dashboard.reports.money_in import by_step, last_day, money_in
from dashboard.reports.receivables import BUCKETS, Receivables
from dashboard.reports.staff_work import Work
from dashboard.reports.waived_fees import by_reason, in_words
from dashboard.reports.written_off import written_off
from proto.values import Money

TIES_TO: Final = "the reports of the overview, figure by figure"

PERIOD: Final = ("first_day", "last_day")


class Shown(Struct, frozen=True, kw_only=True):
    """What the overview shows: the portfolio as it stands, and the sums of the period."""

    days: tuple[date, date]
    today: date
    owed: Receivables
    this_month: list[DayTotal]
    totals: list[DayTotal]
    score: MatchScore | None = None


def figures_csv(shown: Shown) -> CsvFile:
    """Write the figures at the top; each with the days that it is of."""
    today, month = (shown.today, shown.today), (shown.today.replace(day=1), shown.today)
    today_in = [each for each in shown.this_month if each.date.as_date() == shown.today]
    score = shown.score
    told: list[tuple[str, tuple[date, date], object]] = [
        ("active_accounts", today, shown.owed.accounts),
        ("receivables", today, shown.owed.outstanding),
        ("receivables_in_arrears", today, shown.owed.in_arrears),
        ("collected_today", today, money_in(today_in)),
        ("collected_this_month", month, money_in(shown.this_month)),
        ("collected_in_the_period", shown.days, money_in(shown.totals)),
        ("written_off", shown.days, written_off(shown.totals)),
        ("waived", shown.days, Money(sum(by_reason(shown.totals).values()))),
        ("data_match_accounts_matched", today, score.matched if score else None),
        ("data_match_accounts_checked", today, score.checked if score else None),
    ]
    return csv_file(
        ("figure", *PERIOD, "value"), [(name, *days, each) for name, days, each in told]
    )


def money_in_csv(totals: Iterable[DayTotal], step: str) -> CsvFile:
    """Write what came in by day, week or month, as the chart has it."""
    rows = [(on, last_day(on, step), cents) for on, cents in by_step(totals, step).items()]
    return csv_file((*PERIOD, "money_in"), rows)


def ageing_csv(shown: Shown) -> CsvFile:
    """Write how many accounts owe what, by how late they are."""
    rows = [
        (shown.today, name, BUCKETS.get(name, name), each.accounts, each.outstanding)
        for name, each in shown.owed.buckets.items()
    ]
    return csv_file(("day", "bucket", "past_due", "accounts", "owing"), rows)


def waivers_csv(shown: Shown) -> CsvFile:
    """Write what was waived, by reason, and what of it was taken back."""
    rows = [
        (*shown.days, "" if code == TAKEN_BACK else code, in_words(code), cents)
        for code, cents in by_reason(shown.totals).items()
    ]
    return csv_file((*PERIOD, "reason_code", "reason", "waived"), rows)


def staff_csv(days: tuple[date, date], worked: Iterable[Work], names: Mapping[str, str]) -> CsvFile:
    """Write what each staff member did."""
    rows = [
        (
            *days,
            each.staff_id,
            names.get(each.staff_id, ""),
            each.events,
            each.postings,
            each.received,
            each.waived,
        )
        for each in worked
    ]
    columns = (*PERIOD, "staff_id", "staff_member", "events", "postings", "received", "waived")
    return csv_file(columns, rows)
