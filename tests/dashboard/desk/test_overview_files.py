"""The overview's files hold what is shown, no person, and nothing that a spreadsheet runs."""

import csv
import io
from datetime import date

import pytest

from dashboard.components.own_rights_table import READING
from dashboard.csv_files import CsvFile, csv_file
from dashboard.queries.portfolio import BucketView, DayTotal, MatchScore, PortfolioView
from dashboard.queries.rights import NotAllowed, require_audit_export, require_overview_export
from dashboard.reports.overview_csv import (
    Shown,
    ageing_csv,
    figures_csv,
    money_in_csv,
    staff_csv,
    waivers_csv,
)
from dashboard.reports.receivables import receivables
from dashboard.reports.staff_work import Work
from proto.values import CalendarDate, Instant, Money

TODAY = date(2026, 11, 20)
PORTFOLIO = PortfolioView(
    buckets={
        "current": BucketView(accounts=2, outstanding=Money(900_00)),
        "default": BucketView(accounts=1, outstanding=Money(50_00)),
    }
)
TOTALS = [
    DayTotal(date=CalendarDate("2026-11-02"), transaction_type="REPAYMENT", amount=Money(10_00)),
    DayTotal(date=CalendarDate("2026-11-20"), transaction_type="REPAYMENT", amount=Money(30_00)),
    DayTotal(
        date=CalendarDate("2026-11-20"),
        transaction_type="REVERSAL",
        original_type="REPAYMENT",
        amount=Money(45_00),
    ),
    DayTotal(
        date=CalendarDate("2026-11-03"),
        transaction_type="FEE_WAIVER",
        reason_code="courtesy",
        amount=Money(5_00),
    ),
    DayTotal(
        date=CalendarDate("2026-11-03"),
        transaction_type="FEE_WAIVER",
        reason_code="=HYPERLINK(1)",
        amount=Money(1_00),
    ),
    DayTotal(
        date=CalendarDate("2026-11-04"),
        transaction_type="REVERSAL",
        original_type="FEE_WAIVER",
        reason_code="posting_error",
        amount=Money(2_00),
    ),
]
SHOWN = Shown(
    days=(date(2026, 11, 1), TODAY),
    today=TODAY,
    owed=receivables(PORTFOLIO),
    this_month=TOTALS,
    totals=TOTALS,
    score=MatchScore(at=Instant.parse("2026-11-20T00:00:00Z"), checked=3, matched=2),
)


def rows(file: CsvFile) -> list[dict[str, str]]:
    """Read a file as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


def test_the_figures_are_those_on_the_screen_with_their_days() -> None:
    """Below zero too: a figure is ours and stays a number."""
    told = {each["figure"]: each for each in rows(figures_csv(SHOWN))}
    assert {name: each["value"] for name, each in told.items()} == {
        "active_accounts": "3",
        "receivables": "950.00",
        "receivables_in_arrears": "50.00",
        "collected_today": "-15.00",
        "collected_this_month": "-5.00",
        "collected_in_the_period": "-5.00",
        "written_off": "0.00",
        "waived": "4.00",
        "data_match_accounts_matched": "2",
        "data_match_accounts_checked": "3",
    }
    assert (told["waived"]["first_day"], told["waived"]["last_day"]) == ("2026-11-01", "2026-11-20")
    assert told["collected_today"]["first_day"] == "2026-11-20"


def test_each_table_is_its_rows() -> None:
    """Repayments by week, ageing by bucket, waivers by reason, and each staff member's work."""
    weeks = [tuple(each.values()) for each in rows(money_in_csv(TOTALS, "week"))]
    assert weeks == [
        ("2026-11-02", "2026-11-08", "10.00"),
        ("2026-11-16", "2026-11-22", "-15.00"),
    ]
    owing = {each["bucket"]: (each["accounts"], each["owing"]) for each in rows(ageing_csv(SHOWN))}
    assert owing["current"] == ("2", "900.00")
    assert owing["early_arrears"] == ("0", "0.00")
    waived = [
        (each["reason_code"], each["reason"], each["waived"]) for each in rows(waivers_csv(SHOWN))
    ]
    assert waived == [
        ("courtesy", "Courtesy", "5.00"),
        ("'=HYPERLINK(1)", "'=hyperlink(1)", "1.00"),
        ("", "Taken back", "-2.00"),
    ]
    work = Work("staff-x", 3, 2, waived=Money(5_00), received=Money(0))
    told = rows(staff_csv(SHOWN.days, [work], {"staff-x": "@Sarah"}))
    assert (told[0]["staff_member"], told[0]["events"], told[0]["waived"]) == (
        "'@Sarah",
        "3",
        "5.00",
    )


def test_a_file_of_nothing_has_its_headings() -> None:
    """It opens, and says what would stand there."""
    assert csv_file(("a", "b"), []).content.decode("utf-8-sig") == "a,b\r\n"


@pytest.mark.parametrize("role", ["support", "supervisor", "compliance", "analyst", "admin"])
def test_exports_are_for_the_roles_of_the_table(role: str) -> None:
    """Dashboards: all but support; audits: compliance alone; the page of rights says the same."""
    may = {
        require_overview_export: role != "support",
        require_audit_export: role == "compliance",
    }
    for check, allowed in may.items():
        if allowed:
            check(frozenset({role}))
        else:
            with pytest.raises(NotAllowed):
                check(frozenset({role}))
    told = (
        role in READING["Export the portfolio's figures"],
        role in READING["Export the audit trail"],
    )
    assert told == tuple(may.values())
