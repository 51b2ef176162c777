"""What can be done to an account, and why something cannot."""

from typing import Final

import streamlit as st

from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.waive_fee import WaiveFee
from dashboard.components import acting
from dashboard.known_accounts import Known
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.queries.health import Health
from dashboard.queries.rights import moves_money
from dashboard.session import SignedIn

CLOSED_TO_MONEY: Final = {
    "pending_disbursement": "The loan has not been paid out yet: nothing can be recorded on it.",
    "written_off": "The account was written off: nothing can be recorded on it.",
}
"""States in which no money is taken; said on the page, not only where the pointer is."""


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
    obstacle = _obstacle(account, operations, health)
    has_fee = bool(account.waivable_fees or account.figures.fees)
    no_fee = "" if has_fee else "This account has no fee that could be waived."
    with st.container(horizontal=True):
        _button("Record repayment", RecordRepayment.name, account, obstacle)
        _button("Waive fee", WaiveFee.name, account, obstacle or no_fee)
    if account.account_status in CLOSED_TO_MONEY:
        st.markdown(CLOSED_TO_MONEY[account.account_status])


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
    return CLOSED_TO_MONEY.get(account.account_status, "")
