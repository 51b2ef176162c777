"""What a posting of our ledger makes of an account's balances and fees."""

from typing import assert_never

from bson import Decimal128

from projector.happening import Stored
from proto.codec import stored_money, to_mongo
from proto.events import (
    FeeApplied,
    FeeShare,
    FeeWaived,
    LoanDisbursed,
    PostingEvent,
    RepaymentRecorded,
)
from proto.values import Money


def posted(account: Stored, event: PostingEvent) -> Stored:
    """Give the account with the balances that the posting left, and its fees."""
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
    new = {**account, "balances": balances}
    match event:
        case LoanDisbursed():
            return new
        case FeeApplied():
            return {**new, "fees": [*account.get("fees", ()), _fee(event)]}
        case RepaymentRecorded():
            balances["totalPaid"] = _plus(balances.get("totalPaid"), event.amount)
            return _with_fees(new, paid=event.fee_shares)
        case FeeWaived():
            return _with_fees(new, waived=event.fee_shares, returned=event.returned_shares)
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


def _with_fees(
    account: Stored,
    *,
    paid: tuple[FeeShare, ...] = (),
    waived: tuple[FeeShare, ...] = (),
    returned: tuple[FeeShare, ...] = (),
) -> Stored:
    """Spread the shares over the fees; what is returned was paid and is now waived."""
    if not paid and not waived and not returned:
        return account
    fees = {fee["transactionId"]: fee for fee in account.get("fees", ())}
    moves = [("paid", share, 1) for share in paid]
    moves += [("waived", share, 1) for share in (*waived, *returned)]
    moves += [("paid", share, -1) for share in returned]
    for field, share, sign in moves:
        fee = fees[share.transaction_id]
        amount = _plus(fee.get(field), Money(sign * share.amount))
        fees[share.transaction_id] = {**fee, field: amount}
    return {**account, "fees": list(fees.values())}


def _plus(stored: Decimal128 | None, amount: Money) -> Decimal128:
    before = stored_money(stored) if stored is not None else Money(0)
    total: Decimal128 = to_mongo(Money(before + amount))
    return total
