"""The forms that set figures right: adjustment, refund, reversal."""

from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.commands import make_adjustment, refund_overpayment, reverse_transaction
from dashboard.commands.make_adjustment import MakeAdjustment
from dashboard.commands.refund_overpayment import RefundOverpayment
from dashboard.commands.reverse_transaction import ReverseTransaction
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.components.quiet import quiet
from dashboard.formats import money
from dashboard.queries.declared import COUNT_MAX
from dashboard.queries.transactions import TransactionFigures, TransactionFilter, transactions
from dashboard.session import SignedIn

REVERSIBLE: Final = (
    "REPAYMENT",
    "CORRECTION",
    "LATE_FEE",
    "DISHONOUR_FEE",
    "FEE_WAIVER",
    "ADJUSTMENT",
    "REFUND",
    "RECOVERY",
)
"""What the ledger takes back; it decides, the form only leaves out the rest."""
OFFERED_MAX: Final = 100

PRINCIPAL = "Change of principal, -10.00 takes away"
FEES = "Change of fees, -10.00 takes away"


def adjustment_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Set principal or fees right, up or down."""
    left, right = st.columns(2, gap="medium")
    with left:
        principal = form_fields.change(form, PRINCIPAL, "principal_delta")
        fees = form_fields.change(form, FEES, "fee_delta")
        code = form_fields.reason(form, make_adjustment.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = None
    if principal is not None and fees is not None and (principal or fees):
        command = MakeAdjustment(
            loan_account_id=form.account.loan_account_id,
            seen_version=form.seen_version,
            principal_delta=principal,
            fee_delta=fees,
            approved_by=signed_in.staff_id,
            reason_code=code,
            reason=why,
        )
    show_form(signed_in, form, command, right)


def refund_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Pay back what was paid too much."""
    owed = form.account.figures.overpayment
    left, right = st.columns(2, gap="medium")
    with left:
        refunded = form_fields.amount(form, f"Amount, at most {money(owed)}", str(owed or ""))
        reference = form_fields.reference(form, "Reference of the refund")
        code = form_fields.reason(form, refund_overpayment.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = refunded and RefundOverpayment(
        loan_account_id=form.account.loan_account_id,
        seen_version=form.seen_version,
        amount=refunded,
        payment_reference=reference,
        approved_by=signed_in.staff_id,
        reason_code=code,
        reason=why,
    )
    show_form(signed_in, form, command or None, right)


def reversal_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Take a transaction back."""
    left, right = st.columns(2, gap="medium")
    with left:
        chosen = _transaction(signed_in, form)
        code = form_fields.reason(form, reverse_transaction.REASONS)
        why = form_fields.words(form, is_needed=True)
    command = None
    if chosen is not None:
        command = ReverseTransaction(
            loan_account_id=form.account.loan_account_id,
            seen_version=form.seen_version,
            transaction_id=chosen.transaction_id,
            amount=chosen.amount,
            approved_by=signed_in.staff_id,
            reason_code=code,
            reason=why,
        )
    show_form(signed_in, form, command, right)


def _transaction(signed_in: SignedIn, form: OpenForm) -> TransactionFigures | None:
    """Let one of the newest that can be reversed be chosen."""
    page = transactions(
        services.database(),
        signed_in.roles,
        form.account.loan_account_id,
        TransactionFilter(types=REVERSIBLE),
        page_rows=OFFERED_MAX,
    )
    found = {str(each.transaction_id): each for each in page.rows}
    ids = list(found)
    before = form_fields.entered(form, "transaction_id")
    chosen = st.selectbox(
        "Transaction",
        ids,
        index=ids.index(before) if before in ids else None,
        placeholder="Choose one" if ids else "There is none that can be reversed",
        format_func=lambda key: _told(found[key]),
        key=form_fields.field_key(form, "transaction_id"),
    )
    if page.following is not None:
        more = "+" if page.count >= COUNT_MAX else ""
        quiet(f"The newest {OFFERED_MAX} of {page.count:,}{more} stand here.")
    return found.get(chosen or "")


def _told(each: TransactionFigures) -> str:
    """Tell a transaction so that no two are told alike: the browser sends back the words."""
    when = formats.day(each.effective_date)
    told = f"{formats.transaction_type(each.type)} {money(each.amount)} · {when}"
    return f"{told} · {each.transaction_id}"
