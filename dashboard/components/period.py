"""A choice of dates that stands in the address: a named period, or two dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.address_fields import day_of, one_of

CHOSEN: Final = "dates"
ANY: Final = "any"
THIS_MONTH: Final = "month"
TODAY: Final = "today"
USUAL: Final = "30-days"
DAYS: Final = {"7-days": 7, USUAL: 30, "90-days": 90, "365-days": 365}
PERIODS: Final = {
    TODAY: "Today",
    **{code: f"Last {days} days" for code, days in DAYS.items()},
    THIS_MONTH: "This month",
    ANY: "Any time",
    CHOSEN: "Chosen dates",
}
"""The codes that the address holds, and their words."""


def period() -> tuple[date | None, date | None]:
    """Ask for a period; gives its first and last day, None where it has no end."""
    chosen = one_of("Period", "period", PERIODS, USUAL, width=160)
    if chosen == CHOSEN:
        return day_of("From", "from"), day_of("To", "to")
    return days_of(chosen, formats.today(datetime.now(UTC)))


def period_asked() -> dict[str, str]:
    """Give what the address says of the period, for a link to another page's."""
    asked = {name: str(st.query_params.get(name, "")) for name in ("period", "from", "to")}
    return {name: value for name, value in asked.items() if value}


def days_of(name: str, today: date) -> tuple[date | None, date | None]:
    """Give the first and last day of a named period; today counts as one of its days."""
    if name == THIS_MONTH:
        return today.replace(day=1), today
    if name == TODAY:
        return today, today
    if name in DAYS:
        return today - timedelta(days=DAYS[name] - 1), today
    return None, None
