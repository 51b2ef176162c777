"""Commands on the one loan, each in a word."""

# ruff: noqa: ANN401 - fields of commands are of many kinds
from typing import Any

import pytest

from ledger.commands.apply_late_fee import ApplyLateFee
from ledger.commands.command import Command
from ledger.commands.make_adjustment import MakeAdjustment
from ledger.commands.record_repayment import RecordRepayment
from ledger.commands.reverse_transaction import ReverseTransaction
from ledger.commands.waive_fee import WaiveFee
from ledger.errors import Refusal, Refused
from proto.events import PostingEvent
from proto.values import Key, Money
from tests.ledger.one_loan import ACCOUNT, APPROVER, OneLoan

MINE: dict[str, Any] = {"loan_account_id": ACCOUNT}
APPROVED: dict[str, Any] = {**MINE, "approved_by": APPROVER}


def repay(cents: int, **fields: Any) -> Command:
    """Pay."""
    return RecordRepayment(amount=Money(cents), **MINE, **fields)


def late_fee(cents: int) -> Command:
    """Charge a late fee."""
    return ApplyLateFee(amount=Money(cents), days_past_due=1, **MINE)


def waive(cents: int, target: str = "") -> Command:
    """Waive fees, or one that was perhaps paid."""
    return WaiveFee(amount=Money(cents), target_transaction_id=Key(target), **APPROVED)


def adjust(principal: int = 0, fees: int = 0) -> Command:
    """Change balances."""
    return MakeAdjustment(principal_delta=Money(principal), fee_delta=Money(fees), **APPROVED)


def reverse(posted: PostingEvent | None, **fields: Any) -> Command:
    """Take a transaction back."""
    assert posted is not None
    return ReverseTransaction(transaction_id=posted.transaction_id, **APPROVED, **fields)


def refusal(loan: OneLoan, command: Command) -> Refusal:
    """Give the reason for which a command is refused."""
    with pytest.raises(Refused) as refused:
        loan.do(command)
    return refused.value.reason
