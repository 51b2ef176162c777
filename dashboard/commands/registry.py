"""Every command of the desk by name, and how one is kept until its outcome is known."""

from typing import Final

import msgspec

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Balances
from dashboard.commands.apply_dishonour_fee import ApplyDishonourFee
from dashboard.commands.apply_late_fee import ApplyLateFee
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.decide_request import (
    CancelRequest,
    DecideRequest,
    ResubmitRequest,
    ReturnRequest,
)
from dashboard.commands.disburse_loan import DisburseLoan
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.commands.make_adjustment import MakeAdjustment
from dashboard.commands.record_recovery import RecordRecovery
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.refund_overpayment import RefundOverpayment
from dashboard.commands.request_approval import RequestApproval
from dashboard.commands.reverse_transaction import ReverseTransaction
from dashboard.commands.undo_write_off import UndoWriteOff
from dashboard.commands.waive_fee import WaiveFee
from dashboard.commands.write_off import WriteOff
from proto.values import read_value, write_value

Command = AccountCommand

COMMANDS: Final[dict[str, type[AccountCommand]]] = {
    command.name: command
    for command in (
        ApplyDishonourFee,
        ApplyLateFee,
        CorrectPayment,
        DisburseLoan,
        IssueCorrection,
        MakeAdjustment,
        RecordRecovery,
        RecordRepayment,
        RefundOverpayment,
        RequestApproval,
        ReverseTransaction,
        UndoWriteOff,
        WaiveFee,
        WriteOff,
    )
}

DECISIONS: Final[dict[str, type[AccountCommand]]] = {
    command.name: command
    for command in (DecideRequest, ReturnRequest, ResubmitRequest, CancelRequest)
}
"""What is done about a request; kept and retried as the changes of accounts are."""


def parameters_of(command: Command) -> dict[str, str]:
    """Write a command's fields as strings, for the store."""
    plain = msgspec.to_builtins(command, enc_hook=write_value)
    return {name: str(value) for name, value in plain.items() if value is not None}


def command_from(name: str, parameters: dict[str, str]) -> Command:
    """Rebuild a command from the store, equal to the first in every field."""
    return msgspec.convert(
        parameters, (COMMANDS | DECISIONS)[name], dec_hook=read_value, strict=False
    )


def balances_written(balances: Balances | None) -> dict[str, str]:
    """Write the balances that a command leads to as strings, for the store."""
    plain = msgspec.to_builtins(balances, enc_hook=write_value) if balances else {}
    return {name: str(value) for name, value in plain.items()}


def balances_read(stored: dict[str, str]) -> Balances | None:
    """Read them back; None where none were promised."""
    if not stored:
        return None
    return msgspec.convert(stored, Balances, dec_hook=read_value, strict=False)
