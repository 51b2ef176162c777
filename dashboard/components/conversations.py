"""A customer's conversations: one is chosen, with its transcript, checks, board and decision."""

from datetime import UTC, datetime
from typing import Final

import msgspec
import streamlit as st

from dashboard import formats, services, session
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.transcript import transcript_lines
from dashboard.formats import Badge, inert
from dashboard.queries.conversations import (
    CONVERSATIONS_MAX,
    ConversationOutline,
    ConversationView,
    Freshness,
    Transcript,
    conversations_of,
    transcript,
)
from dashboard.session import SignedIn

FRESHNESS: Final[dict[Freshness, Badge]] = {
    "active": Badge("Active", "green"),
    "paused": Badge("Paused", "blue"),
    "soft_end": Badge("Soft end", "yellow"),
    "hard_end": Badge("Hard end", "gray"),
}
"""How fresh an undecided conversation is, and the colour beside the word."""

DECIDED: Final = {
    "approved": Badge("Approved", "green"),
    "declined": Badge("Declined", "red"),
    "referred": Badge("Referred", "orange"),
    "hard_end": Badge("Hard end", "gray"),
}
CHECKS: Final = {
    "identityRisk": "Identity risk",
    "serviceability": "Serviceability",
    "fraudCheck": "Fraud check",
    "accountConduct": "Account conduct",
    "postIdentityRisk": "After the identity check",
    "creditAssessmentComplete": "Credit assessment",
}
CHOSEN: Final = "conversation"
PAGE: Final = "transcript-page"
CHECK_COLUMNS: Final = (Column("Check"), Column("Finding"), Column("Value"))
BOARD_COLUMNS: Final = (Column("Date", whole=True), Column("Agent"), Column("Notice"))


def conversations(signed_in: SignedIn, customer_id: str) -> None:
    """Show the conversations of a customer."""
    now = datetime.now(UTC)
    found = conversations_of(services.database(), signed_in.roles, customer_id)
    if not found:
        st.markdown("No conversation with this customer is known.")
        return
    named = {str(each.conversation_id): each for each in found}
    chosen = st.selectbox(
        "Conversation",
        list(named),
        format_func=lambda key: told(named[key], now),
        key=f"{CHOSEN}-{customer_id}",
    )
    if len(found) == CONVERSATIONS_MAX:
        quiet(f"The {CONVERSATIONS_MAX} newest are listed.")
    page_key = f"{PAGE}-{chosen}"
    page = session.slot(page_key, lambda: 1)
    shown = transcript(services.database(), signed_in.roles, customer_id, chosen, page)
    if shown is not None:
        _conversation(shown, page_key, now)


def told(each: ConversationOutline, now: datetime) -> str:
    """Tell a conversation in one line of the list, no two alike: the browser sends back words."""
    when = formats.day_and_clock(each.last_at) if each.last_at else formats.NOT_KNOWN
    about = each.purpose if isinstance(each.purpose, str) else ""
    parts = [when, state_badge(each, now).word, about, each.conversation_id]
    return " · ".join(part for part in parts if part)


def state_badge(each: ConversationOutline, now: datetime) -> Badge:
    """Say what was decided, or how fresh an undecided one is."""
    if not each.is_decided:
        return FRESHNESS[each.freshness(now)]
    return DECIDED.get(each.status, Badge(each.status.replace("_", " ").capitalize(), "gray"))


def _conversation(shown: Transcript, page_key: str, now: datetime) -> None:
    conversation = shown.conversation
    badge = state_badge(conversation, now)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":{badge.colour}-badge[{inert(badge.word)}]", width="content")
        if conversation.last_at:
            aged = formats.age(conversation.last_at, now)
            quiet(f"last message {aged}", formats.exact(conversation.last_at))
        quiet(formats.plural(shown.lines, "message"))
    _decision(conversation)
    _turn(shown, page_key)
    if conversation.utterances:
        transcript_lines(
            conversation.utterances, key=f"transcript-{conversation.conversation_id}-{shown.page}"
        )
    else:
        st.markdown("Nothing has been said in it.")
    _checks(conversation)
    _board(conversation)


def _decision(conversation: ConversationView) -> None:
    detail = conversation.decision_detail
    if conversation.final_decision:
        reason = f": {inert(_plain(detail.reason))}" if detail and detail.reason else "."
        st.markdown(f"**{inert(conversation.final_decision.capitalize())}**{reason}")
    if detail and detail.blocked_until:
        st.markdown(f"Blocked until {inert(_plain(detail.blocked_until))}.")
    facts = [inert(_plain(each.fact)) for each in conversation.facts if each.fact]
    if facts:
        quiet(" · ".join(facts))


def _turn(shown: Transcript, page_key: str) -> None:
    """Offer the older and newer pages of a long transcript."""
    if shown.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, page in (("Earlier", shown.page + 1), ("Later", shown.page - 1)):
            st.button(
                f"{label} messages",
                key=f"{page_key}-{label}",
                disabled=not 1 <= page <= shown.pages,
                on_click=session.put,
                args=(page_key, page),
            )
        quiet(f"part {shown.pages - shown.page + 1} of {shown.pages}")


def _checks(conversation: ConversationView) -> None:
    rows = [
        Row((Cell(text=CHECKS.get(name, name)), Cell(text=_words(finding)), Cell(text=value)))
        for name, outcome in conversation.assessments.items()
        for finding, value in _findings(outcome)
    ]
    if rows:
        st.markdown("##### Assessments", anchors=False)
        key = f"checks-{conversation.conversation_id}"
        records_table("Assessments", CHECK_COLUMNS, rows, key=key)


def _findings(outcome: object) -> list[tuple[str, str]]:
    if not isinstance(outcome, dict):
        return [("", _plain(outcome))]
    return [(str(name), _plain(each)) for name, each in outcome.items() if name != "timestamp"]


def _board(conversation: ConversationView) -> None:
    rows = [
        Row(
            (
                Cell(text=formats.day_and_clock(each.timestamp) if each.timestamp else ""),
                Cell(text=each.topic or each.agent_name, tip=each.agent_name),
                Cell(text=_plain(each.content)),
            )
        )
        for each in reversed(conversation.noticeboard)
    ]
    if rows:
        st.markdown("##### Notice board", anchors=False)
        key = f"board-{conversation.conversation_id}"
        records_table("Notice board", BOARD_COLUMNS, rows, key=key)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plain(value: object) -> str:
    """Write whatever a feed sent in one line."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, [], {}) else msgspec.json.encode(value, enc_hook=str).decode()
