"""The overview's chart, as the browser is sent it."""

import json

from streamlit.testing.v1 import AppTest


def charted() -> None:
    """Be a page with one day of money in."""
    from dashboard.components.overview_money import money_over_time  # noqa: PLC0415 - as above
    from dashboard.queries.portfolio import DayTotal  # noqa: PLC0415 - as above
    from proto.values import CalendarDate, Money  # noqa: PLC0415 - a script of its own

    day = DayTotal(
        date=CalendarDate("2026-11-03"), transaction_type="REPAYMENT", amount=Money(7_562_43)
    )
    money_over_time([day], is_by_day=True)


def test_the_chart_writes_money_and_dates_as_the_desk_does() -> None:
    """At its axes and beside the pointer."""
    (chart,) = AppTest.from_function(charted, default_timeout=60).run().get("plotly_chart")
    drawn = json.loads(chart.proto.spec)
    (bars,), layout = drawn["data"], drawn["layout"]
    assert bars["customdata"] == [["3 Nov 2026", "$7,562.43"]]
    assert bars["hovertemplate"] == "%{customdata[0]}<br>%{customdata[1]}<extra></extra>"
    assert layout["xaxis"]["tickformat"] == "%-d %b %Y"
    assert layout["yaxis"]["tickformat"] == "$,.0f"
