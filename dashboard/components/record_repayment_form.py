"""The form that records a repayment: how much, how and when it came, and what that does."""

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.commands.record_repayment import METHODS, RecordRepayment
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import FieldKeys, preview_of, show_buttons, show_preview
from dashboard.formats import money
from dashboard.queries.accounts import AccountView
from dashboard.session import SignedIn

REFERENCE_CHARACTERS_MAX: Final = 100
NOTE_CHARACTERS_MAX: Final = 500
NOTE_KEY: Final = "repayment-note"
REFERENCE_KEY: Final = "repayment-reference"
BACKDATED: Final = timedelta(days=30)


def record_repayment_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Show the form's fields, and beside them what they lead to."""
    account = form.account
    before = form.entered if isinstance(form.entered, RecordRepayment) else None
    amount_key = f"repayment-amount-{account.loan_account_id}"
    left, right = st.columns(2, gap="medium")
    with left:
        typed = st.text_input(
            f"Amount, {money(account.figures.total_outstanding)} owing",
            str(before.amount) if before else _usual(account),
            key=amount_key,
            live="200ms",
        )
        codes = list(METHODS)
        method = st.selectbox(
            "How it came",
            codes,
            index=codes.index(before.payment_method) if before else 0,
            format_func=lambda code: METHODS[code],
        )
        today = formats.today(datetime.now(UTC))
        received = st.date_input(
            "Received on", today, min_value=today - BACKDATED, max_value=today, format="DD/MM/YYYY"
        )
        reference = st.text_input(
            "Payment reference",
            before.payment_reference if before else "",
            max_chars=REFERENCE_CHARACTERS_MAX,
            live="500ms",
            key=REFERENCE_KEY,
            placeholder="As the bank wrote it",
        )
        notes = st.text_input(
            "Note",
            before.notes if before else "",
            max_chars=NOTE_CHARACTERS_MAX,
            live="500ms",
            key=NOTE_KEY,
            placeholder="Optional; no card numbers",
        )
    amount = formats.typed_money(typed or "")
    command = None
    if amount is not None:
        is_today = received is None or received == today
        command = RecordRepayment(
            loan_account_id=account.loan_account_id,
            amount=amount,
            seen_version=form.seen_version,
            payment_method=method or "other",
            payment_reference=(reference or "").strip(),
            effective_date="" if is_today else str(received),
            notes=(notes or "").strip(),
        )
    preview = preview_of(signed_in, command)
    with right:
        show_preview(preview)
    texts = {"notes": NOTE_KEY, "payment_reference": REFERENCE_KEY}
    show_buttons(signed_in, command, preview, FieldKeys(amount_key, texts))


def _usual(account: AccountView) -> str:
    """Begin with the next payment: that is what mostly comes in."""
    coming = account.next_instalment
    due = coming.still_due if coming else None
    return str(due) if due else ""
