"""Draws the form that is open, in a dialog over the page."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.commands.apply_dishonour_fee import ApplyDishonourFee
from dashboard.commands.apply_late_fee import ApplyLateFee
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.disburse_loan import DisburseLoan
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.commands.make_adjustment import MakeAdjustment
from dashboard.commands.record_recovery import RecordRecovery
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.refund_overpayment import RefundOverpayment
from dashboard.commands.reverse_transaction import ReverseTransaction
from dashboard.commands.undo_write_off import UndoWriteOff
from dashboard.commands.waive_fee import WaiveFee
from dashboard.commands.write_off import WriteOff
from dashboard.components import acting, address
from dashboard.components.acting import OpenForm
from dashboard.components.bad_debt_forms import recovery_form, undo_write_off_form, write_off_form
from dashboard.components.balance_forms import adjustment_form, refund_form, reversal_form
from dashboard.components.correction_forms import correct_payment_form, issue_correction_form
from dashboard.components.disburse_loan_form import disburse_loan_form
from dashboard.components.fee_forms import dishonour_fee_form, late_fee_form
from dashboard.components.record_repayment_form import record_repayment_form
from dashboard.components.waive_fee_form import waive_fee_form
from dashboard.formats import inert
from dashboard.queries.rights import corrects_payments, moves_money
from dashboard.session import SignedIn

Form = Callable[[SignedIn, OpenForm], None]

FORMS: Final[dict[str, tuple[str, Form]]] = {
    DisburseLoan.name: ("Pay out", disburse_loan_form),
    RecordRepayment.name: ("Record repayment on", record_repayment_form),
    WaiveFee.name: ("Waive fee on", waive_fee_form),
    ApplyLateFee.name: ("Charge late fee on", late_fee_form),
    ApplyDishonourFee.name: ("Charge dishonour fee on", dishonour_fee_form),
    MakeAdjustment.name: ("Adjust", adjustment_form),
    ReverseTransaction.name: ("Reverse a transaction of", reversal_form),
    RefundOverpayment.name: ("Refund overpayment of", refund_form),
    WriteOff.name: ("Write off", write_off_form),
    UndoWriteOff.name: ("Undo write-off of", undo_write_off_form),
    RecordRecovery.name: ("Record recovery on", recovery_form),
    CorrectPayment.name: ("Correct a payment on", correct_payment_form),
    IssueCorrection.name: ("Issue a correction on", issue_correction_form),
}
CORRECTIONS: Final = frozenset({CorrectPayment.name, IssueCorrection.name})


def show_open_form(signed_in: SignedIn) -> None:
    """Show the open form, if one is; called once a run, at the page's end."""
    form = acting.opened_form()
    if form is None:
        return
    may = corrects_payments if form.command in CORRECTIONS else moves_money
    if not may(signed_in.roles) or address.is_left(form):  # the role may be gone meanwhile
        acting.close_form()
        return
    title, fields = FORMS[form.command]

    def body() -> None:
        now_open = acting.opened_form()
        if now_open is None:
            st.rerun()
        else:
            fields(signed_in, now_open)

    heading = f"{title} {inert(form.account.number)}"
    st.dialog(heading, width="medium", on_dismiss=acting.close_form)(body)()
