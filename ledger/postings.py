"""Event to debit and credit legs: the whole bookkeeping on one screen.

Only what is posted here moves the general ledger; the balances of a loan are the same
figures seen from the customer's side, so both must tie to the cent.
"""

from typing import Final, assert_never

from ledger.domain.chart import Account
from ledger.domain.entry import Entry, legs
from proto.events import (
    AccountWrittenOff,
    AdjustmentMade,
    FeeApplied,
    FeeWaived,
    InterestAccrued,
    LoanDisbursed,
    OverpaymentRefunded,
    PaymentCorrected,
    PaymentReversed,
    PostingEvent,
    RecoveryRecorded,
    RepaymentRecorded,
    WriteOffUndone,
)

FEE_INCOME: Final = {
    "ESTABLISHMENT_FEE": Account.ESTABLISHMENT_FEE_INCOME,
    "LATE_FEE": Account.LATE_FEE_INCOME,
    "DISHONOUR_FEE": Account.DISHONOUR_FEE_INCOME,
}

OTHER_SIDE: Final = {
    **FEE_INCOME,
    "DISBURSEMENT": Account.CASH,
    "REPAYMENT": Account.CASH,
    "CORRECTION": Account.CASH,
    "REFUND": Account.CASH,
    "FEE_WAIVER": Account.FEE_WAIVERS,
    "ADJUSTMENT": Account.ADJUSTMENTS,
    "WRITE_OFF": Account.BAD_DEBT,
    "WRITE_OFF_UNDO": Account.BAD_DEBT,
    "INTEREST": Account.INTEREST_INCOME,
}
"""Transaction type to the account that balances what the customer's side moves."""


def entry_of(event_id: str, event: PostingEvent) -> Entry:
    """Give the entry that an event posts; moves above zero are debits."""
    customer_side = (
        (Account.PRINCIPAL, event.principal_delta),
        (Account.INTEREST, event.interest_delta),
        (Account.FEES, event.fee_delta),
        (Account.OVERPAYMENTS, -event.overpayment_delta),
    )
    balance = -sum(amount for _, amount in customer_side)
    match event:
        case RecoveryRecorded():  # nothing is owed any more: the money is income
            other_side = [(Account.CASH, event.amount), (Account.RECOVERY_INCOME, -event.amount)]
        case PaymentReversed(original_transaction_type="RECOVERY"):
            other_side = [(Account.CASH, -event.amount), (Account.RECOVERY_INCOME, event.amount)]
        case PaymentReversed():
            lost = (Account.BAD_DEBT, event.written_off)  # the loan is written off: none is owed
            counter = OTHER_SIDE[event.original_transaction_type]
            other_side = [(counter, balance - event.written_off), lost]
        case RepaymentRecorded() | PaymentCorrected():
            other_side = [(Account.CASH, event.amount)]
        case FeeWaived():
            other_side = [(Account.FEE_WAIVERS, event.amount)]
        case OverpaymentRefunded():
            other_side = [(Account.CASH, -event.amount)]
        case AccountWrittenOff():
            other_side = [(Account.BAD_DEBT, event.amount)]
        case WriteOffUndone():
            other_side = [(Account.BAD_DEBT, -event.amount)]
        case LoanDisbursed() | FeeApplied() | AdjustmentMade() | InterestAccrued():
            other_side = [(OTHER_SIDE[event.transaction_type], balance)]
        case _:
            assert_never(event)
    return Entry(event_id, legs(*customer_side, *other_side))
