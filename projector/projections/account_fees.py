"""The fees of an account of our ledger: what of each was charged, paid and waived."""

from collections.abc import Iterable

from projector.happening import Stored
from projector.projections.exact import plus
from proto.codec import stored_money, to_mongo
from proto.events import FeeChange, FeeShare
from proto.values import Money


def with_shares(
    account: Stored,
    *,
    paid: tuple[FeeShare, ...] = (),
    waived: tuple[FeeShare, ...] = (),
    returned: tuple[FeeShare, ...] = (),
) -> Stored:
    """Spread shares over the fees; what is returned was paid and is now waived."""
    changes = [
        FeeChange(transaction_id=each.transaction_id, paid_delta=each.amount) for each in paid
    ]
    changes += [
        FeeChange(transaction_id=each.transaction_id, waived_delta=each.amount) for each in waived
    ]
    changes += [
        FeeChange(
            transaction_id=each.transaction_id,
            paid_delta=Money(-each.amount),
            waived_delta=each.amount,
        )
        for each in returned
    ]
    return with_changes(account, changes, "")


def with_changes(account: Stored, changes: Iterable[FeeChange], kind: str) -> Stored:
    """Change fees by what a posting says; one that is not there is begun, of its kind."""
    told = list(changes)
    if not told:
        return account
    fees: dict[str, Stored] = {fee["transactionId"]: fee for fee in account.get("fees", ())}
    for each in told:
        fee = fees.get(each.transaction_id) or _begun(each, kind)
        fees[each.transaction_id] = {
            **fee,
            "amount": plus(fee["amount"], each.amount_delta),
            "paid": plus(fee.get("paid"), each.paid_delta),
            "waived": plus(fee.get("waived"), each.waived_delta),
        }
    return {**account, "fees": list(fees.values())}


def given_up(account: Stored) -> Stored:
    """Write off what is unpaid of every fee."""
    fees = [{**fee, "writtenOff": to_mongo(_unpaid(fee))} for fee in account.get("fees", ())]
    return {**account, "fees": fees} if fees else account


def restored(account: Stored) -> Stored:
    """Take the write-off back: what was unpaid then is unpaid again."""
    fees = [
        {name: value for name, value in fee.items() if name != "writtenOff"}
        for fee in account.get("fees", ())
    ]
    return {**account, "fees": fees} if fees else account


def _unpaid(fee: Stored) -> Money:
    parts = (stored_money(fee[name]) for name in ("paid", "waived") if name in fee)
    return Money(stored_money(fee["amount"]) - sum(parts))


def _begun(change: FeeChange, kind: str) -> Stored:
    return {
        "transactionId": str(change.transaction_id),
        "type": kind,
        "amount": to_mongo(Money(0)),
    }
