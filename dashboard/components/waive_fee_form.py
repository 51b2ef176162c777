"""The form that waives a fee: which one, how much, why, and what that does."""

from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.commands.waive_fee import REASONS, WaiveFee
from dashboard.components import acting
from dashboard.components.acting import OpenForm
from dashboard.components.form_preview import FieldKeys, preview_of, show_buttons, show_preview
from dashboard.formats import money
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.queries.accounts import AccountView, FeeView
from dashboard.session import SignedIn
from proto.values import Money

ANY_FEE: Final = ""
NOTE_CHARACTERS_MAX: Final = 500
NOTE_KEY: Final = "waive-note"


def waive_fee_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Show the form's fields, and beside them what they lead to."""
    account = form.account
    before = form.entered if isinstance(form.entered, WaiveFee) else None
    fee_id = _fee(signed_in, account, before)
    if any(each.transaction_id == fee_id and each.unpaid == 0 for each in account.fees):
        st.markdown("This fee was paid already: what you waive goes to principal.")
    left, right = st.columns(2, gap="medium")
    with left:
        amount_key = f"waive-amount-{account.loan_account_id}-{fee_id}"
        most = _most(account, fee_id)
        first = before.amount if before and before.target_transaction_id == fee_id else most
        typed = st.text_input(
            f"Amount, at most {money(most)}", str(first), key=amount_key, live="200ms"
        )
        codes = list(REASONS)
        reason = st.selectbox(
            "Reason",
            codes,
            index=codes.index(before.reason_code) if before else 0,
            format_func=lambda code: REASONS[code],
        )
        notes = st.text_input(
            "Note",
            before.notes if before else "",
            max_chars=NOTE_CHARACTERS_MAX,
            live="500ms",
            key=NOTE_KEY,
            placeholder="Why, in your words; no card numbers",
        )
    amount = formats.typed_money(typed or "")
    command = None
    if amount is not None:
        command = WaiveFee(
            loan_account_id=account.loan_account_id,
            amount=amount,
            seen_version=form.seen_version,
            approved_by=signed_in.staff_id,
            target_transaction_id=fee_id,
            reason_code=reason or "other",
            notes=(notes or "").strip(),
        )
    preview = preview_of(signed_in, command)
    with right:
        show_preview(preview)
    show_buttons(signed_in, command, preview, FieldKeys(amount_key, {"notes": NOTE_KEY}))


def _fee(signed_in: SignedIn, account: AccountView, before: WaiveFee | None) -> str:
    """Let one fee be chosen, or the unpaid fees together."""
    fees = {each.transaction_id: each for each in account.waivable_fees}
    options = [*map(str, fees), ANY_FEE] if account.figures.fees else list(map(str, fees))
    if not _can_name_a_fee(signed_in):
        options = [ANY_FEE]
    wanted = before.target_transaction_id if before else None
    chosen = st.selectbox(
        "Fee",
        options or [ANY_FEE],
        index=options.index(wanted) if wanted in options else 0,
        format_func=lambda key: _told(fees[key]) if key in fees else _told_balance(account),
    )
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
    charged = formats.day(formats.in_sydney(fee.charged_at).date()) if fee.charged_at else ""
    state = "unpaid" if fee.unpaid == fee.waivable else f"{money(fee.unpaid)} unpaid"
    told = (
        f"{formats.transaction_type(fee.type)} {money(fee.waivable)}",
        state if fee.unpaid else "already paid",
        charged,
    )
    return " · ".join(part for part in told if part)


def _told_balance(account: AccountView) -> str:
    return f"Unpaid fees together, oldest first: {money(account.figures.fees)}"
