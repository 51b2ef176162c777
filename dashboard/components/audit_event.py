"""One event of the audit trail: what it is, whether it is proven, its body, its review."""

import json
from typing import Any, Final

import streamlit as st

from dashboard import audit_proof, event_words, formats, services, session
from dashboard.commands.mark_verified import MarkVerified
from dashboard.commands.query_item import QueryItem
from dashboard.commands.review_mark import ReviewMark
from dashboard.components import acting, sending
from dashboard.components.audit_table import REVIEW_BADGES
from dashboard.components.quiet import quiet
from dashboard.components.reveal_text import is_revealed, reveal_text
from dashboard.components.whose import customer_line
from dashboard.ledger_answers import LedgerFault, LedgerRefused
from dashboard.operation import Operation
from dashboard.queries.audit import AuditEvent
from dashboard.queries.audit_reasons import reason_in
from dashboard.queries.staff_names import staff_names
from dashboard.session import SignedIn

NOTE_CHARACTERS_MIN: Final = 10
NOTE_CHARACTERS_MAX: Final = 500
SEALED: Final = frozenset({"sealed_texts", "sealedTexts"})
"""What the field of sealed texts is called: requests write theirs in camel case."""
_TOO_SHORT: Final = "review-too-short"
_RETRIED: Final = "review-retried"


def unreadable_event(event_id: str, flaw: str) -> None:
    """Say that what is stored under an id is not what any ledger wrote, and why."""
    st.error(
        f"Tampered: what is stored as {formats.inert(event_id)} cannot be read as an event of"
        f" the ledger: {formats.inert(flaw)}.",
        icon=":material/gpp_bad:",
    )


def audit_event_panel(signed_in: SignedIn, event: AuditEvent, mirrored_to: int) -> None:
    """Show the event; what a reader does here is recorded under their name.

    `mirrored_to` is the trail's newest position before the event was read.
    """
    _facts(event)
    customer_line(signed_in, event.customer_id, event.loan_account_id or "")
    _proof(signed_in, event, mirrored_to)
    is_retried = session.slot(_RETRIED, str) == event.event_id
    first = "Review" if is_retried else "Body"
    body, texts, review = st.tabs(["Body", "Texts", "Review"], default=first)
    with body:
        read = _body(event)
        shown = json.dumps(read, indent=2, ensure_ascii=False) if read else event.body
        shown = formats.named_turns(shown)
        st.code(shown, language=None, wrap_lines=True)
        quiet("Shown indented; what is stored and hashed has no white space.")
    with texts:
        _texts(signed_in, event)
    with review:
        _review(signed_in, event)


def _facts(event: AuditEvent) -> None:
    who = {str(each) for each in (event.actor, event.approved_by, event.reviewed_by) if each}
    names = staff_names(services.database(), who)
    told = {
        "What": event_words.of(event.event_type),
        "When": formats.day_and_clock(event.recorded_at),
        "By": names.get(event.actor, event.actor),
        "Approved by": names.get(event.approved_by or "", event.approved_by or ""),
        "Amount": formats.money(event.amount) if event.amount is not None else "",
        "Reason": event_words.why(event.reason_code or "", reason_in(event.body)),
    }
    ids = {
        "Recorded at": formats.exact(event.recorded_at),
        "Reason code": event.reason_code or "",
        "Account": event.loan_account_id or "",
        "Request": event.request_id or "",
        "Event id": event.event_id,
        "Position": f"{event.position}",
        "Version": f"{event.ver}",
        "Subject": event.subject_id,
        "Hash": event.hash,
        "Hash before": event.prev,
    }
    lines = [f"**{name}** {formats.inert(text)}" for name, text in told.items() if text]
    lines += [f"**{name}** {formats.code(text)}" for name, text in ids.items() if text]
    st.markdown("  \n".join(lines))


def _proof(signed_in: SignedIn, event: AuditEvent, mirrored_to: int) -> None:
    """Say whether the event is what the ledger recorded, as of now."""
    try:
        found = audit_proof.check(
            services.ledger(),
            acting.caller(signed_in),
            event,
            services.ledger_keys(),
            mirrored_to,
        )
    except LedgerFault:
        st.warning("The ledger does not answer, so the event cannot be checked now.")
        return
    except LedgerRefused as no:
        st.warning(f"The event cannot be checked: {formats.inert(no.sentence)}")
        return
    lines = "  \n".join(formats.inert(each) for each in found.holds)
    if lines:
        st.success(lines, icon=":material/verified:")
    if not found.is_sound:
        st.error(formats.inert(found.flaw), icon=":material/gpp_bad:")


def _texts(signed_in: SignedIn, event: AuditEvent) -> None:
    """Open the sealed texts when asked to, never by themselves."""
    if not _body(event).keys() & SEALED:
        st.markdown("Nobody wrote anything on this event.")
        return
    purpose = ""
    if not is_revealed(event.event_id):
        purpose = _purpose(event.event_id)
        quiet("Who read what, when and what for is recorded in the ledger.")
    reveal_text(signed_in, event.event_id, purpose, "Show the texts")


def _purpose(event_id: str) -> str:
    key = f"purpose-{event_id}"
    typed = st.text_input("What you read it for", key=key, max_chars=200, live="300ms")
    return (typed or "").strip()


def _body(event: AuditEvent) -> dict[str, Any]:
    """Read the body; one that somebody has made unreadable holds nothing."""
    try:
        read = json.loads(event.body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _review(signed_in: SignedIn, event: AuditEvent) -> None:
    """Show how it was marked, and take a mark from somebody other than who acted."""
    with st.container():  # also without a mark: what stands below keeps its place, and the focus
        _mark(event)
    if event.actor == signed_in.staff_id:
        st.markdown("You did this yourself; somebody else in compliance reviews it.")
        return
    st.text_area("Note", key=_key(event.event_id), max_chars=NOTE_CHARACTERS_MAX, placeholder="Why")
    quiet(f"At least {NOTE_CHARACTERS_MIN} characters.")
    health = services.health()
    off, why = health.read_only, health.sentence if health.read_only else None
    with st.container(horizontal=True):
        for kind, label in ((MarkVerified, "Mark as verified"), (QueryItem, "Query")):
            st.button(
                label,
                type="primary" if kind is MarkVerified else "secondary",
                disabled=off,
                help=why,
                on_click=_send,
                args=(signed_in, kind, event.event_id),
            )
    if session.slot(_TOO_SHORT, str) == event.event_id:
        st.error(f"Write a note of at least {NOTE_CHARACTERS_MIN} characters.")
    place = f"event:{event.event_id}"
    sending.trouble(signed_in, place, refill)
    if sending.is_done(signed_in, place):
        st.success("Recorded. The list follows in a moment.", icon=":material/check:")


def _mark(event: AuditEvent) -> None:
    badge = REVIEW_BADGES.get(event.review_status or "")
    if badge and event.reviewed_at:
        who = event.reviewed_by or ""
        name = formats.inert(staff_names(services.database(), {who}).get(who, who))
        st.badge(badge.word, color=badge.colour)
        quiet(f"by {name}, {formats.day_and_clock(event.reviewed_at)}")


def _key(event_id: str) -> str:
    return f"note-{event_id}"


def _send(signed_in: SignedIn, kind: type[ReviewMark], event_id: str) -> None:
    session.require("compliance")
    session.forget(_TOO_SHORT)
    written = session.entered(_key(event_id)).strip()
    if len(written) < NOTE_CHARACTERS_MIN:
        session.put(_TOO_SHORT, event_id)
        return
    sending.send(signed_in, kind(event_id=event_id, note=written))


def refill(_signed_in: SignedIn, operation: Operation) -> None:
    """Write the note that failed into its field again."""
    command = operation.command
    if isinstance(command, ReviewMark):
        session.put(_RETRIED, command.event_id)
        session.enter(_key(command.event_id), command.note)
        sending.hold(operation)
