"""Every command of the desk by name, and how one is kept until its outcome is known."""

from typing import Final

import msgspec

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Balances
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.waive_fee import WaiveFee
from proto.values import read_value, write_value

Command = AccountCommand

COMMANDS: Final[dict[str, type[AccountCommand]]] = {
    command.name: command for command in (RecordRepayment, WaiveFee)
}


def parameters_of(command: Command) -> dict[str, str]:
    """Write a command's fields as strings, for the store."""
    plain = msgspec.to_builtins(command, enc_hook=write_value)
    return {name: str(value) for name, value in plain.items()}


def command_from(name: str, parameters: dict[str, str]) -> Command:
    """Rebuild a command from the store, equal to the first in every field."""
    return msgspec.convert(parameters, COMMANDS[name], dec_hook=read_value, strict=False)


def balances_written(balances: Balances | None) -> dict[str, str]:
    """Write the balances that a command leads to as strings, for the store."""
    plain = msgspec.to_builtins(balances, enc_hook=write_value) if balances else {}
    return {name: str(value) for name, value in plain.items()}


def balances_read(stored: dict[str, str]) -> Balances | None:
    """Read them back; None where none were promised."""
    if not stored:
        return None
    return msgspec.convert(stored, Balances, dec_hook=read_value, strict=False)
