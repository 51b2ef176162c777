"""What came in by day, week or month: as a chart, and as a table for keyboard and reader."""

from datetime import date
from typing import Final

import plotly.express as px
import streamlit as st
from plotly.graph_objects import Figure

from dashboard import formats, session
from dashboard.components.address_fields import step_of
from dashboard.components.overview_rows import DAYS, choose
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.queries.portfolio import DayTotal
from dashboard.reports.money_in import MONTH, STEPS, by_step, last_day
from proto.values import Money

CENTS: Final = 100
CHART_PIXELS: Final = 260
NAMED_BARS_MAX: Final = 7
COLUMNS: Final = (Column("When", whole=True), Column("Money in", right=True))
_CHART: Final = "money-in"
_DRAWN: Final = "money-in-drawn"


def money_over_time(totals: list[DayTotal], *, is_by_day: bool) -> str:
    """Show what came in by day, week or month; of a long period, by month. Gives which."""
    steps = list(STEPS) if is_by_day else [MONTH]
    step = step_of("Repayments by", "step", {each: each.capitalize() for each in steps})
    sums = by_step(totals, step)
    if not sums:
        st.markdown("Nothing came in in this period.")
        return step
    chart, table = st.tabs(["Chart", "Table"], key="money", bind="query-params")
    if chart.open:
        with chart:
            _chart(sums, step)
    if table.open:
        with table:
            _table(sums, step)
    return step


def _chart(sums: dict[date, Money], step: str) -> None:
    key = f"{_CHART}-{session.slot(_DRAWN, int)}"
    st.plotly_chart(
        _drawn(sums, step),
        key=key,
        config={"displayModeBar": False},
        on_select=lambda: _bar(key, step),
        selection_mode="points",
    )
    quiet("Choose a bar to see its rows.")


def _drawn(sums: dict[date, Money], step: str) -> Figure:
    """Draw the bars; dates and money are written as everywhere else, the colour is the theme's."""
    chart = px.bar(
        x=list(sums),
        y=[int(each) / CENTS for each in sums.values()],
        labels={"x": "", "y": ""},
        custom_data=[
            [_told(each, step) for each in sums],
            [formats.money(each) for each in sums.values()],
        ],
        height=CHART_PIXELS,
    )
    chart.update_layout(margin={"t": 8, "b": 8, "l": 8, "r": 8}, clickmode="event+select")
    chart.update_traces(hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>")
    chart.update_yaxes(tickformat="$,.0f")
    chart.update_xaxes(tickformat="%b %Y" if step == MONTH else "%-d %b %Y")
    if len(sums) <= NAMED_BARS_MAX:  # else a bar by itself stands between two moments of its day
        chart.update_xaxes(tickvals=list(sums))
    return chart


def _bar(key: str, step: str) -> None:
    """Open the rows of the bar that was chosen; the chart is drawn anew, with none chosen."""
    points = session.picked(key)
    if points:
        choose(_rows_of(date.fromisoformat(str(points[0]["x"])[:10]), step))
        session.put(_DRAWN, session.slot(_DRAWN, int) + 1)


def _table(sums: dict[date, Money], step: str) -> None:
    """Tell the same, newest first."""
    rows = [
        Row(
            (
                Cell(text=_told(begins, step), opens=_rows_of(begins, step)),
                Cell(text=formats.money(sums[begins])),
            )
        )
        for begins in reversed(sums)
    ]
    opened = records_table(f"Repayments by {step}", COLUMNS, rows, key="money-table")
    if opened:
        choose(opened)


def _told(begins: date, step: str) -> str:
    ends = last_day(begins, step)
    return (
        formats.day(begins) if ends == begins else f"{formats.day(begins)} to {formats.day(ends)}"
    )


def _rows_of(begins: date, step: str) -> str:
    return f"{DAYS}{begins}_{last_day(begins, step)}"
