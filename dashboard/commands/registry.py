"""Every command of the desk by name, and how one is kept until its outcome is known."""

import json
from typing import Final, get_origin

import msgspec
from msgspec import structs

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.add_note import AddNote, AmendNote
from dashboard.commands.answers import Balances
from dashboard.commands.apply_dishonour_fee import ApplyDishonourFee
from dashboard.commands.apply_late_fee import ApplyLateFee
from dashboard.commands.ask_rebuild import AskRebuild
from dashboard.commands.change import Change
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.decide_request import (
    CancelRequest,
    DecideRequest,
    ResubmitRequest,
    ReturnRequest,
)
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.disburse_loan import DisburseLoan
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.commands.make_adjustment import MakeAdjustment
from dashboard.commands.mark_verified import MarkVerified
from dashboard.commands.query_item import QueryItem
from dashboard.commands.record_recovery import RecordRecovery
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.refund_overpayment import RefundOverpayment
from dashboard.commands.replay_letter import ReplayLetter
from dashboard.commands.request_approval import RequestApproval
from dashboard.commands.resolve_letter import ResolveLetter
from dashboard.commands.reverse_transaction import ReverseTransaction
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_read_only import SetReadOnly
from dashboard.commands.set_roles import SetRoles
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


SMALL: Final[dict[str, type[Change]]] = {
    command.name: command
    for command in (
        AddNote,
        AmendNote,
        AskRebuild,
        CreateStaff,
        DisableStaff,
        EnableStaff,
        GiveStartPassword,
        MarkVerified,
        QueryItem,
        ReplayLetter,
        ResolveLetter,
        RevokeKey,
        SetLimits,
        SetReadOnly,
        SetRoles,
    )
}
"""What is no change of an account; kept and retried as those are."""


def parameters_of(command: Change) -> dict[str, str]:
    """Write a command's fields as strings, for the store; what has parts as JSON."""
    plain = msgspec.to_builtins(command, enc_hook=write_value)
    return {
        name: json.dumps(value) if isinstance(value, list | tuple | dict) else str(value)
        for name, value in plain.items()
        if value is not None
    }


def command_from(name: str, parameters: dict[str, str]) -> Change:
    """Rebuild a command from the store, equal to the first in every field."""
    kinds: dict[str, type[Change]] = {**COMMANDS, **DECISIONS, **SMALL}
    has_parts = {
        each.name for each in structs.fields(kinds[name]) if get_origin(each.type) in {tuple, dict}
    }
    plain = {
        field: json.loads(value) if field in has_parts else value
        for field, value in parameters.items()
    }
    return msgspec.convert(plain, kinds[name], dec_hook=read_value, strict=False)


def asked_for(request: RequestApproval) -> tuple[str, AccountCommand | None]:
    """Give the name of the change that is asked for, and what its form had, where it is kept."""
    field = request.question().WhichOneof("command")
    kind = next(each for each in COMMANDS.values() if getattr(each, "preview_field", "") == field)
    if not request.entered:
        return kind.name, None
    return kind.name, msgspec.json.decode(request.entered, type=kind, dec_hook=read_value)


def balances_written(balances: Balances | None) -> dict[str, str]:
    """Write the balances that a command leads to as strings, for the store."""
    plain = msgspec.to_builtins(balances, enc_hook=write_value) if balances else {}
    return {name: str(value) for name, value in plain.items()}


def balances_read(stored: dict[str, str]) -> Balances | None:
    """Read them back; None where none were promised."""
    if not stored:
        return None
    return msgspec.convert(stored, Balances, dec_hook=read_value, strict=False)
