"""What is shown on the overview, to take away: a file for each of its tables."""

from collections.abc import Callable

import streamlit as st

from dashboard import services
from dashboard.components.csv_export import save_csv
from dashboard.csv_files import CsvFile
from dashboard.queries.portfolio import StaffSum
from dashboard.queries.rights import require_overview_export
from dashboard.queries.staff_names import staff_names
from dashboard.reports.overview_csv import (
    Shown,
    ageing_csv,
    figures_csv,
    money_in_csv,
    staff_csv,
    waivers_csv,
)
from dashboard.reports.staff_work import staff_work


def overview_exports(roles: frozenset[str], shown: Shown, step: str, sums: list[StaffSum]) -> None:
    """Offer the files; each holds what stands on the screen, for its period."""

    def staff() -> CsvFile:
        worked = staff_work(sums)
        names = staff_names(services.database(), {each.staff_id for each in worked})
        return staff_csv(shown.days, worked, names)

    files: dict[str, Callable[[], CsvFile]] = {
        "Figures": lambda: figures_csv(shown),
        f"Repayments by {step}": lambda: money_in_csv(shown.totals, step),
        "Ageing": lambda: ageing_csv(shown),
        "Waivers by reason": lambda: waivers_csv(shown),
        "Staff": staff,
    }
    first, last = shown.days
    with st.popover("Export CSV", icon=":material/download:"):
        for label, make in files.items():
            name = f"{label.lower().replace(' ', '-')}-{first}-{last}"
            save_csv(label, name, _content(roles, make))


def _content(roles: frozenset[str], make: Callable[[], CsvFile]) -> Callable[[], bytes]:
    def content() -> bytes:
        require_overview_export(roles)
        return make().content

    return content
