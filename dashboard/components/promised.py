"""An account as one's own changes leave it, before the screens show them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from dashboard.commands.answers import Balances
from dashboard.operation import Operation
from dashboard.queries.accounts import AccountView, BalancesView
from proto.documents import AccountStatus

_STATUSES: Final[dict[str, AccountStatus]] = {
    "active": "active",
    "in_arrears": "in_arrears",
    "paid_off": "paid_off",
}


def as_promised(account: AccountView, operations: Sequence[Operation]) -> AccountView:
    """Show the balances that a pending change leads to, until the projection shows them.

    As soon as the projection is beyond what the change was made on, it is the truth. The
    version is that of the ledger's answer, so that one's own change makes no next form stale.
    """
    for each in operations:
        is_ahead = each.is_pending and not each.is_shown_by(account)
        unmoved = (account.ver or 0) <= each.seen_version or each.account_version
        if is_ahead and unmoved and each.after is not None:
            version = None if account.ver is None else max(account.ver, each.account_version)
            answered = msgspec.structs.replace(account, ver=version)
            return promised(answered, each.after)
    return account


def promised(account: AccountView, after: Balances) -> AccountView:
    """Show an account with the balances that a change leads to."""
    balances = msgspec.structs.replace(
        account.balances or BalancesView(),
        principal=after.principal,
        interest=after.interest,
        fees=after.fees,
        overpayment=after.overpayment,
        total_outstanding=after.total,
    )
    status = _STATUSES.get(after.account_status, account.account_status)
    return msgspec.structs.replace(account, balances=balances, account_status=status)
