"""What a request for a correction asks for: the payment as it should have been, and of what."""

import streamlit as st

from dashboard import formats, session
from dashboard.components.opening import link_to
from dashboard.formats import code, inert, wire_money
from dashboard.queries.rights import corrects_payments
from proto import servicing_pb2 as servicing
from proto.values import CalendarDate


def what_is_corrected(command: servicing.PreviewRequest) -> None:
    """Tell the payment to be posted, and what it stands for; of another request, nothing."""
    kind = command.WhichOneof("command")
    asked: servicing.IssueCorrectionRequest | servicing.CorrectPaymentRequest
    if kind == "issue_correction":
        asked, of = command.issue_correction, command.issue_correction.original_message_id
        told = f"for the message {code(of)}, which could not be posted"
    elif kind == "correct_payment":
        asked, of = command.correct_payment, command.correct_payment.transaction_id
        told = f"in place of the transaction {code(of)}, which is taken back"
    else:
        return
    amount = inert(formats.money(wire_money(asked.amount)))
    day = CalendarDate(asked.effective_date) if asked.effective_date else None
    since = f" as of **{inert(formats.day(day))}**" if day else ""
    if kind == "correct_payment" and not day:
        since = " as of the same day as before"
    reference = f", reference {code(asked.payment_reference)}" if asked.payment_reference else ""
    st.markdown(f"Posts a payment of **{amount}**{since}{reference}, {told}.")
    signed_in = session.current()
    if kind == "issue_correction" and signed_in and corrects_payments(signed_in.roles):
        link_to("dead_letter.py", "Open the dead letter", message=of)
