"""What can be done to an account, and why something cannot."""

import streamlit as st

from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.waive_fee import WaiveFee
from dashboard.components import acting
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.queries.health import Health
from dashboard.queries.rights import moves_money
from dashboard.session import SignedIn


def account_actions(
    signed_in: SignedIn, account: AccountView, operations: list[Operation], health: Health
) -> None:
    """Show the account's buttons to those who may use them."""
    if not moves_money(signed_in.roles) or not account.is_served:
        return
    obstacle = _obstacle(account, operations, health)
    no_fee = "" if account.waivable_fees else "This account has no fee that could be waived."
    with st.container(horizontal=True):
        _button("Record repayment", RecordRepayment.name, account, obstacle)
        _button("Waive fee", WaiveFee.name, account, obstacle or no_fee)


def _button(label: str, command: str, account: AccountView, obstacle: str) -> None:
    st.button(
        label,
        key=f"{command}-{account.loan_account_id}",
        disabled=bool(obstacle),
        help=obstacle or None,
        on_click=acting.open_form,
        args=(command, account),
    )


def _obstacle(account: AccountView, operations: list[Operation], health: Health) -> str:
    """Say why nothing can be changed now; empty where it can."""
    if health.read_only:
        return health.sentence
    if any(each.state == "saving" for each in operations):
        return "A change is being saved."
    if any(each.state == "unknown" for each in operations):
        return "Check first what became of the last change."
    if account.account_status == "pending_disbursement":
        return "The loan has not been paid out yet."
    if account.account_status == "written_off":
        return "The account was written off."
    return ""
