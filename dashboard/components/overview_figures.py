"""The overview's figures: tiles, money in over time, ageing, waivers by reason, staff."""

from datetime import date

import plotly.express as px
import streamlit as st

from dashboard import formats, services
from dashboard.components.overview_rows import BUCKET, leads_to
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.queries.portfolio import DayTotal, MatchScore, StaffDay
from dashboard.queries.staff_names import staff_names
from dashboard.reports.money_in import STEPS, by_step, money_in
from dashboard.reports.receivables import BUCKETS, Receivables
from dashboard.reports.staff_work import staff_work
from dashboard.reports.waived_fees import by_reason
from dashboard.reports.written_off import written_off
from proto.values import Money

CENTS = 100
CHART_PIXELS = 260
TILE_PIXELS = 200


def _money(amount: Money) -> str:
    return formats.money(amount).replace("$", r"\$")


def tiles(
    owed: Receivables,
    this_month: list[DayTotal],
    totals: list[DayTotal],
    score: MatchScore | None,
    today: date,
) -> None:
    """Show what stands now, came in today and this month, and what the period moved."""
    today_in = [each for each in this_month if each.date.as_date() == today]
    waived = Money(sum(by_reason(totals).values()))
    told = (
        ("Active accounts", f"{owed.accounts:,}", "accounts"),
        ("Receivables", _money(owed.outstanding), "accounts"),
        ("Collected today", _money(money_in(today_in)), "collected-today"),
        ("Collected this month", _money(money_in(this_month)), "collected-month"),
        ("Collected in the period", _money(money_in(totals)), "collected"),
        ("Written off", _money(written_off(totals)), "written-off"),
        ("Waived", _money(waived), "waived"),
    )
    with st.container(horizontal=True):
        for label, figure, rows in told:
            with st.container(border=True, width=TILE_PIXELS):
                st.metric(label, figure)
                leads_to(rows, label)
        with st.container(border=True, width=TILE_PIXELS):
            _match(score)


def _match(score: MatchScore | None) -> None:
    """Show how true the screens are."""
    known = score is not None and score.checked
    share = formats.percent(score.matched, score.checked) if score else ""
    st.metric("Data Match score", share if known else formats.NOT_KNOWN)
    quiet(
        f"{score.matched:,} of {score.checked:,}, {formats.clock(score.at)}"
        if score
        else "Nothing was compared yet."
    )


def money_chart(totals: list[DayTotal]) -> None:
    """Show what came in by day, week or month."""
    step = st.segmented_control(
        "Repayments by", list(STEPS), default="Day", required=True, key="step", bind="query-params"
    )
    sums = by_step(totals, step or "Day")
    if not sums:
        st.markdown("Nothing came in in this period.")
        return
    chart = px.bar(
        x=list(sums),
        y=[int(each) / CENTS for each in sums.values()],
        labels={"x": "", "y": "Money in, A$"},
        height=CHART_PIXELS,
    )
    chart.update_layout(margin={"t": 8, "b": 8, "l": 8, "r": 8})
    st.plotly_chart(chart, key="money-in", config={"displayModeBar": False})


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
        st.query_params["rows"] = opened


def waivers(totals: list[DayTotal]) -> None:
    """Show the waivers by reason."""
    st.markdown("#### Waivers by reason")
    sums = by_reason(totals)
    if not sums:
        st.markdown("No fee was waived in this period.")
        return
    columns = (Column("Reason"), Column("Waived", right=True))
    rows = [Row((Cell(text=name), Cell(text=formats.money(cents)))) for name, cents in sums.items()]
    records_table("Waivers by reason", columns, rows, key="waivers")


def staff(days: list[StaffDay]) -> None:
    """Show what each staff member did."""
    st.markdown("#### Staff")
    worked = staff_work(days)
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
                Cell(text=names.get(each.staff_id, each.staff_id), tip=each.staff_id),
                Cell(text=f"{each.events:,}"),
                Cell(text=f"{each.postings:,}"),
                Cell(text=formats.money(each.received)),
                Cell(text=formats.money(each.waived)),
            )
        )
        for each in worked
    ]
    records_table("Staff", columns, rows, key="staff-work")
