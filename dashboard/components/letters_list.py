"""The list of dead letters: a search and filters that stand in the address, pages by the server."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import letter_words
from dashboard.components.address_fields import one_of, text_of
from dashboard.components.opening import open_chosen
from dashboard.components.pager import Pager
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.queries.letters import (
    LetterCursor,
    LetterFilter,
    LetterRow,
    error_kinds,
    letters_page,
)
from dashboard.queries.rights import LETTER_ROLES
from dashboard.session import SignedIn
from proto.search_tokens import LENGTHS

COLUMNS: Final = (
    Column("Since"),
    Column("Event"),
    Column("Error"),
    Column("Sender"),
    Column("Given up by"),
    Column("Deliveries", right=True),
    Column("Status"),
)
ANY: Final = "Any"
REFRESH_SECONDS: Final = 10
_PAGES: Final = "letter-pages"


def letters_list(signed_in: SignedIn) -> None:
    """Show the filters and the page of letters that they leave."""
    chosen = _filters(signed_in)
    if chosen.reference and len(chosen.reference) not in LENGTHS:
        st.markdown(f"A reference has {LENGTHS.start} to {LENGTHS.stop - 1} characters.")
        return
    _page(chosen)


@st.fragment(run_every=REFRESH_SECONDS)
def _page(chosen: LetterFilter) -> None:
    """Show the page as it stands now; runs again by itself, so that no age stands still."""
    signed_in = session.require(*LETTER_ROLES)
    pages = Pager[LetterCursor](_PAGES, chosen)
    page = letters_page(
        services.database(),
        signed_in.roles,
        services.search_token_key(),
        chosen,
        pages.after,
    )
    if not page.rows:
        _nothing(chosen)
        return
    opened = _table(page.rows)
    pages.turn(page.following, page.count, "dead letter")
    if opened:
        open_chosen(f"letter:{opened}")


def _filters(signed_in: SignedIn) -> LetterFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reference = text_of(
            "Reference",
            "reference",
            characters_max=200,
            width=340,
            placeholder="Payment reference, account, customer, event id",
        )
        words = {code: badge.word for code, badge in letter_words.STATUSES.items()}
        statuses = {"": ANY, **words}
        status = one_of("Status", "status", statuses, width=150)
        kinds = {each: each for each in error_kinds(services.database(), signed_in.roles)}
        kind = one_of("Error", "error", {"": ANY, **kinds}, width=220, may_be_other=True)
    return LetterFilter(reference=reference, status=status, error_kind=kind)


def _table(rows: Sequence[LetterRow]) -> str:
    now = datetime.now(UTC)
    return records_table("Dead letters", COLUMNS, [_row(each, now) for each in rows], key="letters")


def _row(row: LetterRow, now: datetime) -> Row:
    return Row(
        (
            Cell(text=formats.with_age(row.moved_at, now), tip=formats.exact(row.moved_at)),
            Cell(text=row.event_type or "No type", tip=row.letter_id, opens=row.letter_id),
            Cell(text=row.error or row.error_kind),
            Cell(text=row.sender),
            Cell(text=letter_words.given_up_by(row)),
            Cell(text=str(row.deliveries) if row.deliveries else formats.DASH),
            Cell(badges=(letter_words.status(row),)),
        ),
        marked=row.status == "open",
    )


def _nothing(chosen: LetterFilter) -> None:
    if chosen.reference:
        st.markdown(
            "No dead letter holds this reference as a whole word. Look for it as the sender"
            " wrote it, or by the account or the event's id."
        )
    elif chosen.is_set:
        st.markdown("No dead letter matches. Clear a filter to see more.")
    else:
        st.markdown("There is no dead letter: every event that came was applied.")
