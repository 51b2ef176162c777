"""The list of pages: file, title, icon, address, who may open it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import session
from dashboard.components import acting, address, frame, in_place, pulse, reveal_text, sign_in
from dashboard.queries.rights import (
    AUDIT_ROLES,
    LETTER_ROLES,
    OVERVIEW_ROLES,
    REQUEST_ROLES,
    STAFF_READING_ROLES,
    SYSTEM_READING_ROLES,
)
from dashboard.session import SignedIn

PAGES_DIR: Final = Path(__file__).resolve().parent.parent / "pages"
APPROVALS: Final = "approvals.py"
EVERYBODY: Final = frozenset(session.ROLE_NAMES)


@dataclass(frozen=True)
class PageRow:
    """One page; a hidden one has no link of its own but opens by its address."""

    file: str
    title: str
    icon: str
    url_path: str
    roles: frozenset[str] = EVERYBODY
    hidden: bool = False


PAGES: Final = (
    PageRow("search.py", "Search", ":material/search:", "search"),
    PageRow("customer.py", "Customer", ":material/person:", "customer", hidden=True),
    PageRow(APPROVALS, "Approvals", ":material/how_to_reg:", "approvals", REQUEST_ROLES),
    PageRow("request.py", "Request", ":material/task:", "request", REQUEST_ROLES, hidden=True),
    PageRow("me.py", "My rights and limits", ":material/badge:", "me"),
    PageRow("overview.py", "Overview", ":material/monitoring:", "overview", OVERVIEW_ROLES),
    PageRow("audit.py", "Audit", ":material/policy:", "audit", AUDIT_ROLES),
    PageRow("dead_letters.py", "Dead letters", ":material/report:", "dead_letters", LETTER_ROLES),
    PageRow(
        "dead_letter.py",
        "Dead letter",
        ":material/report:",
        "dead_letter",
        LETTER_ROLES,
        hidden=True,
    ),
    PageRow("system.py", "System", ":material/monitor_heart:", "system", SYSTEM_READING_ROLES),
    PageRow("staff.py", "Staff", ":material/group:", "staff", STAFF_READING_ROLES),
)


def _page(row: PageRow, shows: Path | Callable[[], None], waiting: int = 0) -> StreamlitPage:
    """Give a row's page; how much waits there stands behind its title."""
    return st.Page(
        shows,
        title=f"{row.title} · {waiting}" if waiting else row.title,
        icon=row.icon,
        url_path=row.url_path,
        visibility="hidden" if row.hidden else "visible",
    )


def _refusal(row: PageRow) -> StreamlitPage:
    """Give the page that says, at a row's address, whose it is."""

    def refuse() -> None:
        session.require(*row.roles)

    return st.Page(
        refuse, title=row.title, icon=row.icon, url_path=row.url_path, visibility="hidden"
    )


def _home(row: PageRow, shows: Path | Callable[[], None]) -> StreamlitPage:
    """Give the page of the bare address; Streamlit takes a default page's own path away."""
    return st.Page(
        shows,
        title=row.title,
        icon=row.icon,
        url_path="home",
        default=True,
        visibility="hidden",
    )


def page(file: str) -> StreamlitPage:
    """Give the page of a file, for a link or a switch to it."""
    row = next(row for row in PAGES if row.file == file)
    return _page(row, PAGES_DIR / row.file)


def run(signed_in: SignedIn | None) -> None:
    """Draw the page at the browser's address, or the sign-in in its place."""
    if signed_in is None:
        # Every address stays registered, so that a deep link survives the sign-in.
        pages = [_home(PAGES[0], sign_in.show), *(_page(row, sign_in.show) for row in PAGES)]
        st.navigation(pages, position="hidden").run()
        return
    session.keep_alive()
    allowed = [row for row in PAGES if signed_in.has(*row.roles)]
    if not allowed:
        frame.show_nothing_to_open(signed_in)
        return
    home = _home(allowed[0], PAGES_DIR / allowed[0].file)
    pulse.begin(signed_in)
    waiting = {APPROVALS: acting.waiting(signed_in)}
    pages = [_page(row, PAGES_DIR / row.file, waiting.get(row.file, 0)) for row in allowed]
    others = [_refusal(row) for row in PAGES if row not in allowed]
    chosen = st.navigation([home, *pages, *others])
    if address.arrive(chosen.url_path):
        reveal_text.forget_texts()
    frame.show(signed_in)
    chosen.run()
    pulse.show()
    in_place.links()
