"""Deciding a request: a comment, the passphrase, one last sentence; or why it is not yours."""

from typing import Final, Literal

import streamlit as st

from dashboard import request_words, services, session
from dashboard.commands.decide_request import (
    CancelRequest,
    DecideRequest,
    Decision,
    ResubmitRequest,
    ReturnRequest,
)
from dashboard.components import acting
from dashboard.components.opening import link_to
from dashboard.components.taking_back import note_of, reason_of, take_back_form
from dashboard.formats import inert
from dashboard.ledger_client import LedgerRefused
from dashboard.operation import Operation
from dashboard.queries.approvals import RequestView
from dashboard.queries.rights import decides_requests
from dashboard.session import SignedIn
from dashboard.signing_keys import CannotSign
from proto import servicing_pb2 as servicing

COMMENT_MIN: Final = 10
COMMENT_MAX: Final = 500
TOO_SHORT: Final = f"Write a comment of at least {COMMENT_MIN} characters: it stays in the books."
_TROUBLE: Final = "decision-trouble"


def request_decision(
    signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse, obstacle: str
) -> None:
    """Show what the reader can do about the request now."""
    if shown.status == "pending" and decides_requests(signed_in.roles):
        if shown.HasField("decision_refusal"):
            st.info(inert(shown.decision_refusal.sentence), icon=":material/block:")
        else:
            _decide(signed_in, view, shown, obstacle)
    if shown.requested_by == signed_in.staff_id and shown.status in {"pending", "returned"}:
        _own(signed_in, view, shown, obstacle)


def _decide(
    signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse, obstacle: str
) -> None:
    # A form, because else a passphrase that the keyboard leaves by the button which shows it
    # would not be sent. Enter in a field decides nothing.
    with st.form(_key("decision", view), border=False, enter_to_submit=False):
        st.markdown("##### Your decision")
        comment = _key("comment", view)
        st.text_area("Comment", key=comment, max_chars=COMMENT_MAX, placeholder="No card numbers")
        has_key = _passphrase(signed_in, view)
        _trouble(view)
        last = inert(request_words.consequence(view))
        st.markdown(f"**{last}** An approval cannot be taken back.")
        if obstacle:
            st.error(inert(obstacle))
        _ways(signed_in, view, shown, off=bool(obstacle), signs=has_key)


def _passphrase(signed_in: SignedIn, view: RequestView) -> bool:
    """Ask for it where there is a key that it opens; tell whether there is."""
    if not services.signing_keys().has_key(signed_in.staff_id):
        st.warning("You have no signing key yet: make one first, then decide.")
        link_to("me.py", "Make my signing key")
        return False
    st.text_input(
        "Passphrase of your signing key",
        key=_key("passphrase", view),
        type="password",
        autocomplete="off",
        help="It opens your key for this one decision and is not kept.",
    )
    return True


def _ways(
    signed_in: SignedIn,
    view: RequestView,
    shown: servicing.ApprovalResponse,
    *,
    off: bool,
    signs: bool,
) -> None:
    """Show the three buttons."""
    what = inert(request_words.title(view.kind, view.amount))
    args = (signed_in, view, shown)
    unable = off or not signs
    with st.container(horizontal=True):
        st.form_submit_button(
            f"Approve: {what}",
            key="approve",
            type="primary",
            disabled=unable or shown.HasField("effect_refusal"),
            on_click=_sign,
            args=("approve", *args),
        )
        st.form_submit_button(
            "Reject", key="reject", disabled=unable, on_click=_sign, args=("reject", *args)
        )
        st.form_submit_button(
            "Return with the comment as a question",
            key="return",
            type="tertiary",
            disabled=off,
            on_click=_return,
            args=args,
        )


def _own(
    signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse, obstacle: str
) -> None:
    """Offer the requester to ask again or to take it back; never to decide."""
    if shown.status == "returned":
        st.markdown("##### Sent back to you")
        st.text_area("Your answer", key=_key("comment", view), max_chars=COMMENT_MAX)
    _trouble(view)
    args = (signed_in, view, shown)
    with st.container(horizontal=True):
        if shown.status == "returned":
            st.button(
                "Ask again",
                key="resubmit",
                type="primary",
                disabled=bool(obstacle),
                on_click=_resubmit,
                args=args,
            )
        take_back_form("Take the request back", view.request_id, obstacle, _cancel, args)


def _trouble(view: RequestView) -> None:
    told: tuple[str, str] = session.slot(_TROUBLE, lambda: ("", ""))
    if told[0] == view.request_id and told[1]:
        st.error(inert(told[1]), icon=":material/error:")


def _key(field: str, view: RequestView) -> str:
    return f"{field}-{view.request_id}"


def _comment(view: RequestView) -> str:
    return session.entered(_key("comment", view)).strip()


def _sign(
    outcome: Literal["approve", "reject"],
    signed_in: SignedIn,
    view: RequestView,
    shown: servicing.ApprovalResponse,
) -> None:
    """Sign what was shown and begin; the passphrase does not stay in the tab's memory."""
    passphrase = session.entered(_key("passphrase", view))
    session.clear_entered(_key("passphrase", view))
    if _is_begun(shown):
        return
    comment = _comment(view)
    if len(comment) < COMMENT_MIN:
        session.put(_TROUBLE, (view.request_id, TOO_SHORT))
        return
    try:
        decision = DecideRequest.signed(
            shown,
            outcome,
            comment,
            signed_in.staff_id,
            passphrase,
            services.signing_keys(),
            asked_for=request_words.asked_for(view),
        )
    except CannotSign as refusal:
        session.put(_TROUBLE, (view.request_id, str(refusal)))
        return
    _begin(signed_in, view, decision)


def _return(signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse) -> None:
    if _is_begun(shown):
        return
    comment = _comment(view)
    if len(comment) < COMMENT_MIN:
        session.put(_TROUBLE, (view.request_id, TOO_SHORT))
        return
    returned = ReturnRequest(
        request_id=view.request_id,
        seen_version=shown.request_version,
        loan_account_id=shown.loan_account_id,
        asked_for=request_words.asked_for(view),
        reason=comment,
    )
    _begin(signed_in, view, returned)


def _resubmit(signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse) -> None:
    if _is_begun(shown):
        return
    again = ResubmitRequest(
        request_id=view.request_id,
        seen_version=shown.request_version,
        loan_account_id=shown.loan_account_id,
        asked_for=request_words.asked_for(view),
        comment=_comment(view),
        account_version=shown.account_version,
    )
    _begin(signed_in, view, again)


def _cancel(signed_in: SignedIn, view: RequestView, shown: servicing.ApprovalResponse) -> None:
    if _is_begun(shown):
        return
    taken_back = CancelRequest(
        request_id=view.request_id,
        seen_version=shown.request_version,
        loan_account_id=shown.loan_account_id,
        asked_for=request_words.asked_for(view),
        reason_code=reason_of(view.request_id),
        comment=note_of(view.request_id),
    )
    _begin(signed_in, view, taken_back)


def _begin(signed_in: SignedIn, view: RequestView, decision: Decision) -> None:
    session.forget(_TROUBLE)
    operations, caller = acting.operations(), acting.caller(signed_in)
    before = operations.on_request(view.request_id, caller)
    try:
        operations.begin(decision, caller, None)
    except LedgerRefused as no:
        session.put(_TROUBLE, (view.request_id, no.sentence))
        return
    for each in before:  # this takes the place of what failed
        if each.state == "refused":
            operations.dismiss(each.key, caller)
    session.clear_entered(_key("comment", view))


def _is_begun(shown: servicing.ApprovalResponse) -> bool:
    """Tell whether this is the second click: something was begun on what is shown."""
    return acting.operations().has_decided(shown.request_id, shown.request_version)


def refill(operation: Operation) -> None:
    """Enter the words of what failed; it is signed anew, having looked again."""
    command = operation.command
    if isinstance(command, Decision):
        words = str(getattr(command, "comment", "") or getattr(command, "reason", ""))
        session.enter(f"comment-{command.request_id}", words)
