"""What can be done to an account, and why something cannot."""

from typing import Final

import streamlit as st
from msgspec import Struct

from dashboard import session
from dashboard.commands.apply_dishonour_fee import ApplyDishonourFee
from dashboard.commands.apply_late_fee import ApplyLateFee
from dashboard.commands.disburse_loan import DisburseLoan
from dashboard.commands.make_adjustment import MakeAdjustment
from dashboard.commands.record_recovery import RecordRecovery
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.refund_overpayment import RefundOverpayment
from dashboard.commands.reverse_transaction import ReverseTransaction
from dashboard.commands.undo_write_off import UndoWriteOff
from dashboard.commands.waive_fee import WaiveFee
from dashboard.commands.write_off import WriteOff
from dashboard.components import acting
from dashboard.known_accounts import Known
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.queries.health import Health
from dashboard.queries.rights import moves_money
from dashboard.session import SignedIn

CLOSED_TO_MONEY: Final = {
    "pending_disbursement": "The loan is not paid out yet: nothing else can be recorded before.",
    "written_off": "The account was written off: only its undo or a recovery can be asked for.",
}
"""States in which no money is taken; said on the page, not only where the pointer is."""

OPEN: Final = frozenset({"active", "in_arrears"})
PENDING: Final = frozenset({"pending_disbursement"})
WRITTEN_OFF: Final = frozenset({"written_off"})


class Action(Struct, frozen=True):
    """A button: its label, its form, and the states of an account in which it is shown."""

    label: str
    command: str
    statuses: frozenset[str]


MORE: Final = (
    Action("Pay out the loan", DisburseLoan.name, PENDING),
    Action("Charge late fee", ApplyLateFee.name, OPEN),
    Action("Charge dishonour fee", ApplyDishonourFee.name, OPEN),
    Action("Adjust", MakeAdjustment.name, OPEN),
    Action("Reverse a transaction", ReverseTransaction.name, OPEN | {"paid_off"}),
    Action("Refund overpayment", RefundOverpayment.name, OPEN | {"paid_off"}),
    Action("Ask for write-off", WriteOff.name, OPEN),
    Action("Ask to undo the write-off", UndoWriteOff.name, WRITTEN_OFF),
    Action("Record recovery", RecordRecovery.name, WRITTEN_OFF),
)
"""What is needed less often, behind one button."""


def account_actions(
    signed_in: SignedIn,
    account: AccountView,
    operations: list[Operation],
    health: Health,
    known: Known,
) -> None:
    """Show the account's buttons to those who may use them, or why there are none."""
    if not known.is_served:
        st.info(known.sentence, icon=":material/visibility:")
        return
    if not moves_money(signed_in.roles):
        return
    obstacle = _obstacle(operations, health)
    has_fee = bool(account.waivable_fees or account.figures.fees)
    no_fee = "" if has_fee else "This account has no fee that could be waived."
    closed = CLOSED_TO_MONEY.get(account.account_status, "")
    with st.container(horizontal=True):
        _button("Record repayment", RecordRepayment.name, account, obstacle or closed)
        _button("Waive fee", WaiveFee.name, account, obstacle or closed or no_fee)
        _more(account, obstacle)
    if closed:
        st.markdown(closed)


def _button(
    label: str,
    command: str,
    account: AccountView,
    obstacle: str,
) -> None:
    st.button(
        label,
        key=f"{command}-{account.loan_account_id}",
        disabled=bool(obstacle),
        help=obstacle or None,
        on_click=acting.open_form,
        args=(command, account),
    )


def _obstacle(operations: list[Operation], health: Health) -> str:
    """Say why nothing can be changed now; empty where it can."""
    if health.read_only:
        return health.obstacle
    if any(each.state == "saving" for each in operations):
        return "A change is being saved."
    if any(each.state == "unknown" for each in operations):
        return "Check first what became of the last change."
    return ""


def _more(account: AccountView, obstacle: str) -> None:
    """Show the rest behind one button; the ledger says what needs somebody's approval."""
    offered = [each for each in MORE if account.account_status in each.statuses]
    if not account.figures.overpayment:
        offered = [each for each in offered if each.command != RefundOverpayment.name]
    if not offered:
        return
    labels = {each.command: each.label for each in offered}
    key = f"more-{account.loan_account_id}"
    st.menu_button(
        "More",
        list(labels),
        key=key,
        format_func=lambda command: labels[command],
        disabled=bool(obstacle),
        help=obstacle or None,
        on_click=_open_chosen,
        args=(key, account),
    )


def _open_chosen(key: str, account: AccountView) -> None:
    acting.open_form(session.entered(key), account)
