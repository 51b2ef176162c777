"""The list of pages: file, title, icon, address, who may open it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import session
from dashboard.components import frame, sign_in
from dashboard.session import SignedIn

PAGES_DIR: Final = Path(__file__).resolve().parent.parent / "pages"
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
    default: bool = False

    @property
    def visibility(self) -> Literal["visible", "hidden"]:
        """In Streamlit's word."""
        return "hidden" if self.hidden else "visible"


PAGES: Final = (
    PageRow("search.py", "Search", ":material/search:", "search", default=True),
    PageRow("customer.py", "Customer", ":material/person:", "customer", hidden=True),
)


def _page(row: PageRow, shows: Path | Callable[[], None]) -> StreamlitPage:
    return st.Page(
        shows,
        title=row.title,
        icon=row.icon,
        url_path=row.url_path,
        default=row.default,
        visibility=row.visibility,
    )


def page(file: str) -> StreamlitPage:
    """Give the page of a file, for a link or a switch to it."""
    row = next(row for row in PAGES if row.file == file)
    return _page(row, PAGES_DIR / row.file)


def run(signed_in: SignedIn | None) -> None:
    """Draw the page at the browser's address, or the sign-in in its place."""
    if signed_in is None:
        # Every address stays registered, so that a deep link survives the sign-in.
        st.navigation([_page(row, sign_in.show) for row in PAGES], position="hidden").run()
        return
    session.keep_alive()
    allowed = [
        row for row in PAGES if signed_in.has(*row.roles) and (PAGES_DIR / row.file).is_file()
    ]
    if not allowed:
        frame.show_nothing_to_open(signed_in)
        return
    chosen = st.navigation([_page(row, PAGES_DIR / row.file) for row in allowed], expanded=True)
    frame.show(signed_in)
    chosen.run()
