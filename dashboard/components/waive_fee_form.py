"""The form that waives a fee: which one, how much, why, and what that does."""

from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.commands.waive_fee import REASONS, WaiveFee
from dashboard.components import acting, form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import show_form
from dashboard.formats import money
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.queries.accounts import AccountView, FeeView
from dashboard.session import SignedIn
from proto.values import Money

ANY_FEE: Final = ""


def waive_fee_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Show the form's fields, and beside them what they lead to."""
    account = form.account
    before = form.entered if isinstance(form.entered, WaiveFee) else None
    left, right = st.columns(2, gap="medium")
    with left:
        fee_id = _fee(signed_in, form, before)
        if any(each.transaction_id == fee_id and each.unpaid == 0 for each in account.fees):
            st.markdown("This fee was paid already: what you waive goes to principal.")
        amount_key = form_fields.field_key(form, f"amount-{fee_id}")
        most = _most(account, fee_id)
        first = before.amount if before and before.target_transaction_id == fee_id else most
        waived = form_fields.amount(
            form, f"Amount, at most {money(most)}", str(first), key=amount_key
        )
        code = form_fields.reason(form, REASONS)
        notes = form_fields.words(form, "notes")
    command = waived and WaiveFee(
        loan_account_id=account.loan_account_id,
        amount=waived,
        seen_version=form.seen_version,
        approved_by=signed_in.staff_id,
        target_transaction_id=fee_id,
        reason_code=code,
        notes=notes,
    )
    show_form(signed_in, form, command or None, right, amount_key=amount_key)


def _fee(signed_in: SignedIn, form: OpenForm, before: WaiveFee | None) -> str:
    """Let one fee be chosen, or the unpaid fees together.

    The browser sends back the words, which another version of the account may tell otherwise:
    then it is another picker, which begins with what was chosen.
    """
    account = form.account
    fees = {each.transaction_id: each for each in account.waivable_fees}
    options = [*map(str, fees), ANY_FEE] if account.figures.fees else list(map(str, fees))
    if not _can_name_a_fee(signed_in):
        options = [ANY_FEE]
    wanted = before.target_transaction_id if form.fee is None and before else form.fee
    chosen: str | None = st.selectbox(
        "Fee",
        options or [ANY_FEE],
        index=options.index(wanted) if wanted in options else 0,
        format_func=lambda key: _told(fees[key]) if key in fees else _told_balance(account),
        key=form_fields.field_key(form, f"fee-{form.seen_version}"),
    )
    acting.choose_fee(chosen or ANY_FEE)
    return chosen or ANY_FEE


def _can_name_a_fee(signed_in: SignedIn) -> bool:
    try:
        return services.ledger().capabilities(acting.caller(signed_in)).extended_fields
    except (LedgerFault, LedgerRefused):
        return False


def _most(account: AccountView, fee_id: str) -> Money:
    named = (each.waivable for each in account.fees if each.transaction_id == fee_id)
    return next(named, account.figures.fees or Money(0))


def _told(fee: FeeView) -> str:
    """Tell a fee so that no two are told alike: the browser sends back the words."""
    charged = formats.day(formats.in_sydney(fee.charged_at).date()) if fee.charged_at else ""
    state = "unpaid" if fee.unpaid == fee.waivable else f"{money(fee.unpaid)} unpaid"
    told = (
        f"{formats.transaction_type(fee.type)} {money(fee.waivable)}",
        charged,
        state if fee.unpaid else "already paid",
        fee.transaction_id,
    )
    return " · ".join(part for part in told if part)


def _told_balance(account: AccountView) -> str:
    return f"Unpaid fees together, oldest first: {money(account.figures.fees)}"
