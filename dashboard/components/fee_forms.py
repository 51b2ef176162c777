"""The forms that charge a fee: late or dishonour."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.commands import apply_dishonour_fee, apply_late_fee
from dashboard.commands.apply_dishonour_fee import ApplyDishonourFee
from dashboard.commands.apply_late_fee import ApplyLateFee
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.queries.accounts import AccountView
from dashboard.session import SignedIn

DAYS_MAX: Final = 3_650


def late_fee_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Charge a late fee: how much, for how many days."""
    left, right = st.columns(2, gap="medium")
    with left:
        charged = form_fields.amount(form, "Amount of the fee")
        days = _days(form)
        if not days:
            form_fields.say_fault("Days past due: at least 1; a late fee is for a late payment.")
        code = form_fields.reason(form, apply_late_fee.REASONS)
        why = form_fields.words(form)
    command = (
        charged
        and days
        and ApplyLateFee(
            loan_account_id=form.account.loan_account_id,
            seen_version=form.seen_version,
            amount=charged,
            days_past_due=days,
            reason_code=code,
            reason=why,
        )
    )
    show_form(signed_in, form, command or None, right)


def dishonour_fee_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Charge a dishonour fee: how much, for which debit."""
    left, right = st.columns(2, gap="medium")
    with left:
        charged = form_fields.amount(form, "Amount of the fee")
        returned = st.text_input(
            "Returned debit",
            form_fields.entered(form, "reference_id"),
            max_chars=form_fields.REFERENCE_CHARACTERS_MAX,
            key=form_fields.field_key(form, "reference_id"),
            placeholder="The bank's reference, if there is one",
        )
        code = form_fields.reason(form, apply_dishonour_fee.REASONS)
        why = form_fields.words(form)
    command = charged and ApplyDishonourFee(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        amount=charged,
        reference_id=(returned or "").strip(),
        reason_code=code,
        reason=why,
    )
    show_form(signed_in, form, command or None, right)


def _days(form: OpenForm) -> int:
    """Ask how late the payment is; begins with what a refused try had, else with the schedule's."""
    first = form_fields.entered(form, "days_past_due", str(_days_late(form.account)))
    key = form_fields.field_key(form, "days_past_due")
    return int(st.number_input("Days past due", 0, DAYS_MAX, min(int(first), DAYS_MAX), key=key))


def _days_late(account: AccountView) -> int:
    """Begin with the days that the schedule says."""
    today = formats.today(datetime.now(UTC))
    since = account.overdue_since(today)
    return 0 if since is None else (today - since).days
