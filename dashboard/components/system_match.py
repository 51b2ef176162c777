"""The Data Match score, and where the screens show what the ledger does not hold."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard import event_words, formats, session
from dashboard.components.opening import open_chosen
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.system_parts import bound, heading
from dashboard.formats import code
from dashboard.queries.system import MismatchView, Score

COLUMNS: Final = (
    Column("Account"),
    Column("Field"),
    Column("On the screens"),
    Column("In the ledger"),
    Column("Differ since"),
    Column("Seen last", whole=True),
)
_TABLE: Final = "system-mismatches"
_TO_OPEN: Final = "system-account"


def system_match(scores: Mapping[str, Score], found: Sequence[MismatchView], count: int) -> None:
    """Show the scores and what differs, `count` fields in all."""
    sampled, whole = scores.get("sampled"), scores.get("portfolio")
    heading("Data Match", sampled.at if sampled else None)
    with st.container(horizontal=True):
        _score("Accounts checked last", sampled)
        _score("Whole portfolio", whole)
    if whole is not None:
        quiet(_whole(whole))
    quiet(f"Check every account now: {code('python -m projector verify')}")
    if found:
        rows = [_row(each) for each in found]
        st.markdown(f"Fields that differ from the ledger: {count:,}.")
        records_table("Mismatches", COLUMNS, rows, key=_TABLE, on_opened=_open)
        bound(len(rows), count, "The newest")
    elif sampled or whole:
        st.markdown("No account differs from the ledger.")
    else:
        st.markdown("No account was compared yet.")


def open_account() -> None:
    """Go to the account that was opened, if one was."""
    chosen = session.slot(_TO_OPEN, str)
    session.forget(_TO_OPEN)
    if chosen:
        open_chosen(chosen)


def _open() -> None:
    opened = session.sent(_TABLE, "opened")
    if opened:
        session.put(_TO_OPEN, opened)


def _score(label: str, score: Score | None) -> None:
    if score is None or not score.checked:
        st.metric(label, "None yet", border=True, width="content")
        return
    figure = formats.percent(score.matched, score.checked)
    told = f"{score.matched:,} of {score.checked:,} match"
    st.metric(
        label, figure, told, delta_color="off", delta_arrow="off", border=True, width="content"
    )


def _whole(score: Score) -> str:
    at = formats.day_and_clock(score.at)
    if not score.is_done:
        done = score.checked + score.external
        return f"The whole portfolio is being checked: {done:,} of about {score.total:,}, {at}."
    return (
        f"The whole portfolio was checked {at}: {score.missing:,} missing on the screens,"
        f" {score.external:,} of no ledger of ours."
    )


def _row(each: MismatchView) -> Row:
    opens = f"account:{each.loan_account_id}:{each.customer_id}"
    since = event_words.of(each.since_event_type) if each.since_event_type else "Its version"
    return Row(
        (
            Cell(text=each.loan_account_id, opens=opens),
            Cell(text=each.field, code=True),
            Cell(text=each.mirror_value),
            Cell(text=each.ledger_value),
            Cell(text=f"{since} {each.since_event_id}"),
            Cell(text=formats.day_and_clock(each.seen_at), tip=formats.exact(each.seen_at)),
        ),
        marked=True,
    )
