"""What was done about a dead letter: by whom, when, and where each step leads."""

from typing import Final

import streamlit as st

from dashboard import formats, request_words, services
from dashboard.components import letter_words
from dashboard.components.opening import link_to, open_chosen
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge, code, inert
from dashboard.queries.letters import LetterStep, RequestOutline
from dashboard.queries.staff_names import staff_names

COLUMNS: Final = (
    Column("When", whole=True),
    Column("What"),
    Column("By"),
    Column("Leads to"),
    Column("Request"),
)


def letter_resolution(steps: list[LetterStep]) -> None:
    """Say by which event the letter was resolved, and lead to the transaction."""
    for step in steps:
        if step.kind == "resolved":
            _closed(step)
        if step.kind == "corrected":
            st.success(
                f"Resolved by a compensating event: payment.correction.v1 {code(step.event_id)},"
                f" transaction {code(step.transaction_id or '')}.",
                icon=":material/task_alt:",
            )
            link_to(
                "customer.py",
                "Open the correction on the account",
                account=step.loan_account_id or "",
                transaction=step.transaction_id or "",
            )


def _closed(step: LetterStep) -> None:
    who = staff_names(services.database(), {str(step.by)})[str(step.by)]
    why = inert(request_words.reason(step.reason_code or ""))
    st.success(
        f"Closed without a posting by {inert(who)}, {formats.day_and_clock(step.at)}: {why}.",
        icon=":material/task_alt:",
    )


def letter_history(steps: list[LetterStep], requests: dict[str, RequestOutline]) -> None:
    """Show the steps, oldest first."""
    st.markdown("#### What was done about it", anchors=False)
    if not steps:
        st.markdown("Nothing yet.")
        return
    decided = {each.decided_by for each in requests.values()}
    people = {str(each) for each in ({step.by for step in steps} | decided) if each}
    names = staff_names(services.database(), people)
    rows = [_row(step, requests.get(step.request_id or ""), names) for step in steps]
    opened = records_table("Steps", COLUMNS, rows, key="letter-steps")
    if opened:
        open_chosen(opened)


def _what(step: LetterStep) -> str:
    told = letter_words.STEPS.get(step.kind, step.kind)
    return f"{told}: {request_words.reason(step.reason_code)}" if step.reason_code else told


def _row(step: LetterStep, request: RequestOutline | None, names: dict[str, str]) -> Row:
    leads, where, badges = "", "", tuple[Badge, ...]()
    if step.kind == "corrected":
        leads = step.transaction_id or ""
        where = f"transaction:{step.loan_account_id or ''}::{leads}"
    elif step.kind == "correction_asked":
        leads = (request.request_number if request else "") or step.request_id or ""
        where = f"request:{step.request_id}"
    if request is not None:
        badges = (request_words.status(request.status),)
    return Row(
        (
            Cell(text=formats.day_and_clock(step.at), tip=formats.exact(step.at)),
            Cell(text=_what(step), tip=step.event_id),
            Cell(text=names.get(step.by, step.by)),
            Cell(text=leads, opens=where),
            Cell(badges=badges),
        ),
        marked=step.kind == "corrected",
    )
