"""What a posting of our ledger makes of an account's balances, fees and status."""

from typing import assert_never

from projector.happening import Stored
from projector.projections import account_status
from projector.projections.account_fees import given_up, restored, with_changes, with_shares
from projector.projections.exact import plus
from proto.codec import to_mongo
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
from proto.values import Money


def posted(account: Stored, event: PostingEvent) -> Stored:
    """Give the account with the balances that the posting left, its fees and its status."""
    balances = {
        **account.get("balances", {}),
        "principal": to_mongo(event.principal_after),
        "interest": to_mongo(event.interest_after),
        "fees": to_mongo(event.fee_after),
        "overpayment": to_mongo(event.overpayment_after),
        "currentBalance": to_mongo(event.total_after),
        "totalOutstanding": to_mongo(event.total_after),
        "asOf": to_mongo(event.transaction_at),
    }
    paid = _paid(event)
    if paid:
        balances["totalPaid"] = plus(balances.get("totalPaid"), paid)
    new = {**account, "balances": balances}
    return account_status.after_posting(_with_fees(new, event), event)


def _paid(event: PostingEvent) -> Money:
    """Give the change of what the customer has paid in all; a recovery pays no debt."""
    match event:
        case RepaymentRecorded() | PaymentCorrected():
            return event.amount
        case PaymentReversed():
            return event.paid_delta
        case _:
            return Money(0)


def _with_fees(  # noqa: PLR0911 - one line a kind of posting
    account: Stored, event: PostingEvent
) -> Stored:
    match event:
        case FeeApplied():
            return {**account, "fees": [*account.get("fees", ()), _fee(event)]}
        case RepaymentRecorded() | PaymentCorrected() | InterestAccrued():
            return with_shares(account, paid=event.fee_shares)
        case FeeWaived():
            return with_shares(
                account,
                paid=event.settled_shares,
                waived=event.fee_shares,
                returned=event.returned_shares,
            )
        case AdjustmentMade() | PaymentReversed():
            changed = with_changes(account, event.fee_changes, str(event.transaction_type))
            # What a reversal brings back of a written-off account is written off as well.
            return given_up(changed) if account["accountStatus"] == "written_off" else changed
        case AccountWrittenOff():
            return given_up(account)
        case WriteOffUndone():
            return restored(account)
        case LoanDisbursed() | RecoveryRecorded() | OverpaymentRefunded():
            return account
        case _:
            assert_never(event)


def _fee(event: FeeApplied) -> Stored:
    return {
        "transactionId": str(event.transaction_id),
        "type": str(event.transaction_type),
        "amount": to_mongo(event.fee_delta),
        "paid": to_mongo(Money(0)),
        "waived": to_mongo(Money(0)),
        "chargedAt": to_mongo(event.transaction_at),
    }
