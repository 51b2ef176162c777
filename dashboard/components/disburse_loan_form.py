"""The form that pays a pending loan out: exactly what was agreed."""

import streamlit as st

from dashboard.commands.disburse_loan import METHODS, DisburseLoan
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.formats import inert, money
from dashboard.session import SignedIn


def disburse_loan_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Show the agreed amount, which nobody types, and how it goes out."""
    terms = form.account.loan_terms
    agreed = terms.loan_amount if terms else None
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            f"Pays out **{inert(money(agreed))}**, as agreed."
            if agreed
            else "What was agreed is not known yet, so nothing can be paid out."
        )
        method = form_fields.choice(form, "How it goes out", "payment_method", METHODS)
        paid_out = form_fields.day(form, "Paid out on")
        reference = form_fields.reference(form)
        notes = form_fields.words(form, "notes")
    command = agreed and DisburseLoan(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        amount=agreed,
        payment_method=method,
        payment_reference=reference,
        effective_date=paid_out,
        notes=notes,
    )
    show_form(signed_in, form, command or None, right)
