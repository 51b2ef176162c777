"""The form that records a repayment: how much, how and when it came, and what that does."""

import streamlit as st

from dashboard.commands.record_repayment import METHODS, REASONS, RecordRepayment
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.formats import money
from dashboard.queries.accounts import AccountView
from dashboard.session import SignedIn


def record_repayment_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Show the form's fields, and beside them what they lead to."""
    account = form.account
    left, right = st.columns(2, gap="medium")
    with left:
        owing = money(account.figures.total_outstanding)
        amount = form_fields.amount(form, f"Amount, {owing} owing", _usual(account))
        method = form_fields.choice(form, "How it came", "payment_method", METHODS)
        code = form_fields.reason(form, REASONS)
        received = form_fields.day(form, "Received on")
        reference = form_fields.reference(form)
        notes = form_fields.words(form, "notes")
    command = amount and RecordRepayment(
        loan_account_id=account.loan_account_id,
        amount=amount,
        seen_version=form.seen_version,
        payment_method=method,
        payment_reference=reference,
        effective_date=received,
        reason_code=code,
        notes=notes,
    )
    show_form(signed_in, form, command or None, right)


def _usual(account: AccountView) -> str:
    """Begin with the next payment: that is what mostly comes in."""
    coming = account.next_instalment
    due = coming.still_due if coming else None
    return str(due) if due else ""
