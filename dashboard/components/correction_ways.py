"""From a payment to its correction, and from a correction back to its dead letter."""

from typing import Final

import streamlit as st

from dashboard import services
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.components import acting
from dashboard.components.correction_draft import keep_draft, of_payment
from dashboard.components.opening import link_to
from dashboard.queries.rights import corrects_payments
from dashboard.queries.transaction_event import TransactionEvent, TransactionEventInFull
from dashboard.session import SignedIn

PAYMENTS: Final = frozenset({"REPAYMENT", "CORRECTION"})
"""What the ledger corrects; it decides, the panel only leaves out the rest."""


def correction_ways(signed_in: SignedIn, found: TransactionEvent) -> None:
    """Offer to correct a payment, and lead back to the letter that it corrects."""
    if not corrects_payments(signed_in.roles) or not isinstance(found, TransactionEventInFull):
        return
    if found.message_id:
        link_to("dead_letter.py", "Open the dead letter that it corrects", message=found.message_id)
    if found.type in PAYMENTS and not found.reversed_by:
        health = services.health()
        st.button(
            "Correct this payment",
            key=f"correct-{found.transaction_id}",
            disabled=health.read_only,
            help=health.sentence if health.read_only else "It takes a supervisor's approval.",
            on_click=_open_form,
            args=(signed_in, found),
        )


def _open_form(signed_in: SignedIn, found: TransactionEventInFull) -> None:
    account = acting.account_now(signed_in, found.loan_account_id)
    if account is None:
        return
    keep_draft(of_payment(found))
    begun = CorrectPayment(
        loan_account_id=found.loan_account_id,
        seen_version=account.ver or 0,
        transaction_id=found.transaction_id,
        amount=found.amount,
        effective_date=str(found.effective_date),
        payment_reference=found.payment_reference or "",
        approved_by=signed_in.staff_id,
        reason_code="wrong_amount",
        reason="",
    )
    acting.open_form(CorrectPayment.name, account, begun)
