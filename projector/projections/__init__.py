"""Projections, all pure: which of them an event goes through, in which order."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from projector.happening import Change, Documents, Happening, Reads
from projector.projections import (
    account_names,
    audit_events,
    customers,
    loan_accounts,
    staff,
    transactions,
)
from proto import events
from proto.events import Event


def reads_nothing(event: Event) -> Reads:  # noqa: ARG001 - all projections are called alike
    """Name no document: what this projection makes never stood there before."""
    return Reads()


class Projection(Struct, frozen=True):
    """What an event needs to have read, and what it makes of it."""

    reads: Callable[[Event], Reads]
    fold: Callable[[Happening, Documents], Iterator[Change]]


CUSTOMERS: Final = Projection(customers.reads, customers.fold)
ACCOUNT_NAMES: Final = Projection(account_names.reads, account_names.fold)
LOAN_ACCOUNTS: Final = Projection(loan_accounts.reads, loan_accounts.fold)
STAFF: Final = Projection(staff.reads, staff.fold)
TRANSACTIONS: Final = Projection(reads_nothing, transactions.fold)
AUDIT_EVENTS: Final = Projection(reads_nothing, audit_events.fold)

PROJECTIONS: Final[dict[str, tuple[Projection, ...]]] = {
    **dict.fromkeys(
        (
            events.CustomerChanged.type,
            events.CustomerCreated.type,
            events.CustomerUpdated.type,
            events.CustomerVerified.type,
        ),
        (CUSTOMERS, ACCOUNT_NAMES),
    ),
    **dict.fromkeys(
        (
            events.AccountCreated.type,
            events.AccountUpdated.type,
            events.AccountStatusChanged.type,
            events.AccountClosed.type,
            events.ScheduleCreated.type,
            events.ScheduleUpdated.type,
        ),
        (LOAN_ACCOUNTS, AUDIT_EVENTS),
    ),
    **dict.fromkeys(
        (
            events.LoanDisbursed.type,
            events.FeeApplied.type,
            events.RepaymentRecorded.type,
            events.FeeWaived.type,
        ),
        (LOAN_ACCOUNTS, TRANSACTIONS, AUDIT_EVENTS),
    ),
    **dict.fromkeys(
        (
            events.StaffCreated.type,
            events.StaffDisabled.type,
            events.StaffRolesSet.type,
            events.StaffLimitsSet.type,
        ),
        (STAFF, AUDIT_EVENTS),
    ),
}
"""Type on the wire to its projections, in the order in which they are folded."""

UNREAD: Final = (AUDIT_EVENTS,)
"""What an event of our ledger goes through whose type this version does not read."""

IGNORED: Final[dict[str, str]] = {}
"""Types that we read and that change no document, each with the reason."""
