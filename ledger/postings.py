"""Event to debit and credit legs: the whole bookkeeping on one screen.

Only what is posted here moves the general ledger; the balances of a loan are the same
figures seen from the customer's side, so both must tie to the cent.
"""

from typing import Final, assert_never

from ledger.domain.chart import Account
from ledger.domain.entry import Entry, legs
from proto.events import FeeApplied, FeeWaived, LoanDisbursed, PostingEvent, RepaymentRecorded

FEE_INCOME: Final = {
    "ESTABLISHMENT_FEE": Account.ESTABLISHMENT_FEE_INCOME,
    "LATE_FEE": Account.LATE_FEE_INCOME,
    "DISHONOUR_FEE": Account.DISHONOUR_FEE_INCOME,
}


def entry_of(event_id: str, event: PostingEvent) -> Entry:
    """Give the entry that an event posts; moves above zero are debits."""
    customer_side = (
        (Account.PRINCIPAL, event.principal_delta),
        (Account.INTEREST, event.interest_delta),
        (Account.FEES, event.fee_delta),
        (Account.OVERPAYMENTS, -event.overpayment_delta),
    )
    match event:
        case LoanDisbursed():
            other_side = (Account.CASH, -event.principal_delta)
        case FeeApplied():
            other_side = (FEE_INCOME[event.transaction_type], -event.fee_delta)
        case RepaymentRecorded():
            other_side = (Account.CASH, event.amount)
        case FeeWaived():
            other_side = (Account.FEE_WAIVERS, event.amount)
        case _:
            assert_never(event)
    return Entry(event_id, legs(*customer_side, other_side))
