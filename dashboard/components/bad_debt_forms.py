"""The forms about debts that are given up: write-off, its undo, recovery. All are requests."""

import streamlit as st

from dashboard.commands import record_recovery, undo_write_off, write_off
from dashboard.commands.record_recovery import RecordRecovery
from dashboard.commands.undo_write_off import UndoWriteOff
from dashboard.commands.write_off import WriteOff
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.formats import inert, money
from dashboard.session import SignedIn


def write_off_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Ask to give up the whole balance."""
    owing = form.account.figures.total_outstanding
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"The whole balance, **{inert(money(owing))}**, is given up as bad debt.")
        code = form_fields.reason(form, write_off.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = owing and WriteOff(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        amount=owing,
        approved_by=signed_in.staff_id,
        reason_code=code,
        reason=why,
    )
    show_form(signed_in, form, command or None, right)


def undo_write_off_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Ask to take a write-off back."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("The balance that was written off stands again.")
        code = form_fields.reason(form, undo_write_off.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = UndoWriteOff(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        approved_by=signed_in.staff_id,
        reason_code=code,
        reason=why,
    )
    show_form(signed_in, form, command, right)


def recovery_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Ask to record money that came in after a write-off."""
    left, right = st.columns(2, gap="medium")
    with left:
        recovered = form_fields.amount(form, "Amount that came in")
        reference = form_fields.reference(form)
        code = form_fields.reason(form, record_recovery.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = recovered and RecordRecovery(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        amount=recovered,
        payment_reference=reference,
        approved_by=signed_in.staff_id,
        reason_code=code,
        reason=why,
    )
    show_form(signed_in, form, command or None, right)
