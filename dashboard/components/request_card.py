"""A request: what it is and how it stands; once it is decided, by whom, and its receipt."""

from datetime import datetime

import streamlit as st

from dashboard import formats, request_words, services, session
from dashboard.commands import decide_request
from dashboard.components import acting
from dashboard.components.opening import link_to
from dashboard.components.quiet import quiet
from dashboard.components.whose import customer_line
from dashboard.formats import code, inert
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.queries.approvals import RequestView
from dashboard.session import SignedIn
from proto import servicing_pb2 as servicing


def request_heading(signed_in: SignedIn, view: RequestView, now: datetime) -> None:
    """Name the request and say who asked, why and since when."""
    badge = request_words.status(view.status)
    urgency = request_words.priority(view.priority)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = inert(request_words.asked_for(view))
        st.markdown(f"### {told} :{badge.colour}-badge[{badge.word}]", anchors=False)
    by = "you" if view.requested_by == signed_in.staff_id else view.requested_by_name
    who = inert(by or view.requested_by or formats.NOT_KNOWN)
    asked = view.requested_at
    when = formats.with_age(asked, now) if asked else ""
    why = f" Reason: **{inert(request_words.reason(view.reason))}**." if view.reason else ""
    st.markdown(
        f"Asked for by **{who}**, {when}.{why} Priority :{urgency.colour}-badge[{urgency.word}]"
    )
    customer_line(signed_in, view.customer_id, view.loan_account_id or "")
    due = f" · expires {formats.day_and_clock(view.expires_at)}" if view.expires_at else ""
    quiet(f"{code(view.number)}{due if view.status == 'pending' else ''}")


def look(signed_in: SignedIn, request_id: str) -> servicing.ApprovalResponse | None:
    """Ask the ledger how the request stands for the reader; say so where it cannot be asked."""
    if services.health().ledger_lost:
        st.warning("The ledger does not answer: what the request would do cannot be told now.")
        return None
    try:
        return decide_request.look(services.ledger(), acting.caller(signed_in), request_id)
    except LedgerRefused as no:
        st.info(inert(no.sentence))
    except LedgerFault as fault:
        st.warning(f"{inert(fault.sentence)} It cannot be decided now.")
    return None


def split_up(view: RequestView, shown: servicing.ApprovalResponse | None) -> None:
    """Warn of a request that passes a limit with others: as of now, where the ledger answers."""
    if view.structuring if shown is None else shown.structuring:
        st.warning(
            "Split up: together with other requests of the same person on this customer within"
            " a day it passes a limit. Look at the related requests."
        )


def request_result(signed_in: SignedIn, view: RequestView) -> None:
    """Show what became of a request that somebody decided, and offer the receipt."""
    if view.status not in {"approved", "rejected"} or view.decided_at is None:
        return
    who = inert(view.decided_by_name or view.decided_by or formats.NOT_KNOWN)
    badge = request_words.status(view.status)
    st.markdown(
        f":{badge.colour}-badge[{badge.word}] by **{who}**,"
        f" {formats.day_and_clock(view.decided_at)}"
    )
    entry = view.ledger_event_id or next((step.event_id for step in reversed(view.steps)), "")
    posted = f" · transaction {code(view.transaction_id)}" if view.transaction_id else ""
    quiet(f"Audit entry {code(entry)}{posted}")
    if signed_in.has("compliance"):
        link_to("audit.py", "Open the audit entry", event=entry)
    _receipt(signed_in, view)


def _receipt(signed_in: SignedIn, view: RequestView) -> None:
    def ask() -> str:
        client, caller = services.ledger(), acting.caller(signed_in)
        return decide_request.receipt(client, caller, view.request_id)

    try:
        written = session.slot(f"receipt-{view.request_id}", ask)
    except (LedgerRefused, LedgerFault) as trouble:
        quiet(f"No receipt now: {inert(trouble.sentence)}")
        return
    st.download_button(
        "Download the receipt",
        written,
        file_name=f"receipt-{view.number}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Anybody can check it without this desk: see docs/verify_receipt.py.",
    )
