"""The customer's name on their accounts in `loan-accounts`, whichever of them came first."""

from collections.abc import Iterator

from projector.happening import ACCOUNTS, CUSTOMERS, Change, Documents, Happening, Reads
from projector.projections.applicants import profile


def reads(happening: Happening) -> Reads:
    """Name the customer whose accounts follow a name; a profile without one moves none."""
    event = profile(happening)
    if event is not None and (event.first_name or event.last_name):
        return Reads(accounts_of=(event.customer_id,))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give each of the customer's accounts with the name as it stands now."""
    event = profile(happening)
    if event is None:
        return
    customer = documents.get(CUSTOMERS, event.customer_id)
    name = customer.get("fullName") if customer is not None else None
    for account_id in documents.accounts_of(event.customer_id):
        account = documents.get(ACCOUNTS, account_id)
        if account is not None and name and account.get("customerName") != name:
            yield Change(ACCOUNTS, account_id, {**account, "customerName": name})
