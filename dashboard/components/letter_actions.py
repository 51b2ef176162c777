"""What can be done about a dead letter: publish it again, or ask for a correction."""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.commands.replay_letter import ReplayLetter
from dashboard.commands.resolve_letter import REASONS, ResolveLetter
from dashboard.components import acting, sending
from dashboard.components.correction_draft import keep_draft, of_letter
from dashboard.components.operation_state import operation_progress, operation_trouble
from dashboard.components.quiet import quiet
from dashboard.formats import inert
from dashboard.letter_entry import Entry
from dashboard.operation import Operation
from dashboard.queries import accounts
from dashboard.queries.accounts import AccountView
from dashboard.queries.health import Health
from dashboard.queries.letters import LetterRow, LetterStep
from dashboard.session import SignedIn
from proto.values import Money

_CLOSE: Final = "close-letter"


def letter_actions(
    signed_in: SignedIn,
    row: LetterRow,
    entry: Entry,
    steps: list[LetterStep],
    health: Health,
    *,
    is_asked: bool,
) -> list[Operation]:
    """Offer what can be done; give what is under way on the account that was chosen.

    Whose correction is asked for is not closed meanwhile: the ledger refuses it.
    """
    keep_draft(of_letter(row.entry_id, entry))
    is_settled = any(each.kind == "corrected" for each in steps) or row.status == "resolved"
    account, under_way = None, list[Operation]()
    if entry.is_payment and not is_settled:
        account = _account(entry)
    if account is not None:
        caller = acting.caller(signed_in)
        under_way = acting.operations().on_accounts([account], caller)[account.loan_account_id]
    pending = any(each.is_pending for each in under_way)
    with st.container(horizontal=True):
        if account is not None:
            st.button(
                "Issue a correction",
                type="primary",
                disabled=health.read_only or pending,
                help=health.sentence if health.read_only else None,
                on_click=_open_form,
                args=(signed_in, account, row, entry),
            )
        if row.status == "open" and not row.whole_bytes:
            st.button(
                "Replay",
                icon=":material/replay:",
                disabled=health.read_only,
                help="Its entry is published again as it came, once. It goes through only where"
                " what had refused it was mended since.",
                on_click=_replay,
                args=(signed_in, row.letter_id),
            )
        if row.status != "resolved" and not is_settled and not is_asked:
            _close(signed_in, row, health)
    if is_asked:
        quiet("A correction of it is asked for: until that is decided, it is not closed.")
    _say_what_cannot_be(row, entry)
    sending.trouble(signed_in, f"letter:{row.letter_id}", retry_letter)
    for each in under_way:
        operation_progress(each)
        if account is not None:
            operation_trouble(signed_in, account, each)
    return under_way


def _account(entry: Entry) -> AccountView | None:
    """Ask to which account the payment belongs: the one that it names, where there is one."""
    named = entry.payment.account_id
    found = accounts.account(services.database(), named) if named else None
    if found is not None:
        return found
    st.warning(
        f"The account {inert(named)} is not known here." if named else "It names no account."
    )
    typed = st.text_input("Account that the payment belongs to", key="letter-account", width=340)
    chosen = (typed or "").strip()
    found = accounts.account(services.database(), chosen) if chosen else None
    if chosen and found is None:
        st.markdown(f"There is no account **{inert(chosen)}**. Search above for its id.")
    return found


def _open_form(signed_in: SignedIn, account: AccountView, row: LetterRow, entry: Entry) -> None:
    """Open the form with what could be read filled in, and what could not marked."""
    payment = entry.payment
    day = payment.effective_date
    begun = IssueCorrection(
        loan_account_id=account.loan_account_id,
        seen_version=account.ver or 0,
        original_message_id=row.entry_id,
        amount=payment.amount or Money(0),
        effective_date=day.isoformat() if day else "",
        payment_reference=payment.payment_reference,
        approved_by=signed_in.staff_id,
        reason_code="wrong_date" if "effective_date" in entry.bad else "never_posted",
        reason="",
    )
    acting.open_form(IssueCorrection.name, account, begun)


def _close(signed_in: SignedIn, row: LetterRow, health: Health) -> None:
    """Offer to close a letter that needs no posting, for a reason of the list."""
    with st.popover("Close without a posting", icon=":material/task_alt:"):
        st.markdown("Nothing is posted and nothing published; the letter stays to be read.")
        key = f"{_CLOSE}-reason-{row.letter_id}"
        st.selectbox("Reason", list(REASONS), format_func=lambda code: REASONS[code], key=key)
        st.button(
            "Close the letter",
            type="primary",
            disabled=health.read_only,
            help=health.sentence if health.read_only else None,
            on_click=_close_letter,
            args=(signed_in, row, key),
        )


def _close_letter(signed_in: SignedIn, row: LetterRow, key: str) -> None:
    change = ResolveLetter(
        letter_id=row.letter_id,
        reason_code=session.entered(key) or "other",
        message_id=row.message_id,
    )
    if sending.send(signed_in, change).state == "synced":
        st.toast("The letter is being closed.")


def _say_what_cannot_be(row: LetterRow, entry: Entry) -> None:
    if row.whole_bytes:
        quiet(
            f"Of {row.whole_bytes:,} bytes only the beginning was kept: it cannot be replayed."
            " Have its sender send it anew."
        )
    elif not entry.is_payment:
        quiet("Only a payment can be corrected here. Have its sender send it anew, or replay it.")


def _replay(signed_in: SignedIn, letter_id: str) -> None:
    if sending.send(signed_in, ReplayLetter(letter_id=letter_id)).state == "synced":
        st.toast("Replay asked for. It is published again in a moment.")


def retry_letter(signed_in: SignedIn, operation: Operation) -> None:
    """Ask anew for what failed: nothing is to be entered for it."""
    if isinstance(operation.command, ReplayLetter | ResolveLetter):
        sending.hold(operation)
        sending.send(signed_in, operation.command)
