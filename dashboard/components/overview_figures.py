"""The overview's figures: tiles, ageing, waivers by reason, staff."""

from datetime import datetime
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.components.overview_rows import (
    ACCOUNTS,
    BUCKET,
    MATCH,
    REASON,
    STAFF,
    choose,
    leads_to,
)
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.queries.health import Health
from dashboard.queries.portfolio import DayTotal, MatchScore, StaffSum
from dashboard.queries.staff_names import staff_names
from dashboard.reports.money_in import money_in
from dashboard.reports.overview_csv import Shown
from dashboard.reports.receivables import BUCKETS, Receivables
from dashboard.reports.staff_work import staff_work
from dashboard.reports.waived_fees import by_reason, in_words
from dashboard.reports.written_off import written_off
from proto.values import Money

_STYLE: Final = Path(__file__).with_suffix(".css")
_NO_REASON = "no reason"


def _money(amount: Money) -> str:
    return formats.money(amount).replace("$", r"\$")


def as_of(health: Health, moved_at: datetime | None, now: datetime) -> None:
    """Say of when the figures are and, where that is long ago, how long; its tip is exact."""
    shown_at = health.shown_as_of(now)
    old = (now - shown_at).total_seconds() > formats.STALE_SECONDS
    aged = f", {formats.age(shown_at, now)}" if old else ""
    moved = f"; an account last changed {formats.exact(moved_at)}" if moved_at else ""
    quiet(f"As of {formats.day_and_clock(shown_at)}{aged}", f"{formats.exact(shown_at)}{moved}")


def tiles(shown: Shown) -> None:
    """Show what stands now, came in today and this month, and what the period moved."""
    owed, this_month, totals = shown.owed, shown.this_month, shown.totals
    today_in = [each for each in this_month if each.date.as_date() == shown.today]
    waived = Money(sum(by_reason(totals).values()))
    told = (
        ("Active accounts", f"{owed.accounts:,}", ACCOUNTS),
        ("Receivables", _money(owed.outstanding), ACCOUNTS),
        ("Collected today", _money(money_in(today_in)), "collected-today"),
        ("Collected this month", _money(money_in(this_month)), "collected-month"),
        ("Collected in period", _money(money_in(totals)), "collected"),
        ("Written off", _money(written_off(totals)), "written-off"),
        ("Waived", _money(waived), "waived"),
    )
    st.html(_STYLE)
    with st.container(key="tiles"):
        places = st.columns(len(told) + 1)
    for place, (label, figure, rows) in zip(places, told, strict=False):
        with place.container(border=True, gap="xsmall"):
            st.metric(label, figure)
            leads_to(rows, label)
    with places[len(told)].container(border=True, gap="xsmall"):
        _match(shown.score)


def _match(score: MatchScore | None) -> None:
    """Show how true the screens are."""
    known = score is not None and score.checked
    share = formats.percent(score.matched, score.checked) if score else ""
    told = f"{score.matched:,} of {score.checked:,}, {formats.clock(score.at)}" if score else None
    st.metric("Data Match score", share if known else formats.NOT_KNOWN, help=told)
    leads_to(MATCH, "Data Match score")


def ageing(owed: Receivables) -> None:
    """Show who owes what, by how late they are."""
    st.markdown("#### Ageing")
    rows = [
        Row(
            (
                Cell(text=BUCKETS.get(name, name), opens=f"{BUCKET}{name}"),
                Cell(text=f"{each.accounts:,}"),
                Cell(text=formats.money(each.outstanding)),
                Cell(text=formats.percent(int(each.outstanding), int(owed.outstanding))),
            )
        )
        for name, each in owed.buckets.items()
    ]
    columns = (
        Column("Past due"),
        Column("Accounts", right=True),
        Column("Owing", right=True),
        Column("Share", right=True),
    )
    opened = records_table("Ageing", columns, rows, key="ageing")
    if opened:
        choose(opened)


def waivers(totals: list[DayTotal]) -> None:
    """Show the waivers by reason."""
    st.markdown("#### Waivers by reason")
    sums = by_reason(totals)
    if not sums:
        st.markdown("No fee was waived in this period.")
        return
    columns = (Column("Reason"), Column("Waived", right=True))
    rows = [
        Row(
            (
                Cell(
                    text=in_words(code) or _NO_REASON,
                    opens=f"{REASON}{code}",
                ),
                Cell(text=formats.money(cents)),
            )
        )
        for code, cents in sums.items()
    ]
    opened = records_table("Waivers by reason", columns, rows, key="waivers")
    if opened:
        choose(opened)


def staff(days: list[StaffSum]) -> None:
    """Show what each staff member did."""
    st.markdown("#### Staff")
    worked = staff_work(days)
    if not worked:
        st.markdown("Nobody did anything in this period.")
        return
    names = staff_names(services.database(), {each.staff_id for each in worked})
    columns = (
        Column("Staff member"),
        Column("Events", right=True),
        Column("Postings", right=True),
        Column("Received", right=True),
        Column("Waived", right=True),
    )
    rows = [
        Row(
            (
                Cell(
                    text=names.get(each.staff_id, each.staff_id),
                    tip=each.staff_id,
                    opens=f"{STAFF}{each.staff_id}",
                ),
                Cell(text=f"{each.events:,}"),
                Cell(text=f"{each.postings:,}"),
                Cell(text=formats.money(each.received)),
                Cell(text=formats.money(each.waived)),
            )
        )
        for each in worked
    ]
    quiet("A reversal is taken off what its own maker received or waived.")
    opened = records_table("Staff", columns, rows, key="staff-work")
    if opened:
        choose(opened)
