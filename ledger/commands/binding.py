"""What a request binds: the command as it will be executed, and the account as it was seen.

The command's canonical body leaves out who approves it, under which key and upon which
version: the approval supplies those. Its free texts stand in it as ciphertext.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from ledger.commands.command import AccountCommand, Sealed
from ledger.domain.loan import Loan
from ledger.domain.money import dollars
from proto import codec
from proto.values import Code, read_value

_SUPPLIED: Final = frozenset({"approved_by", "expected_version"})
_LATER: Final = frozenset({"recovered", "unpaid_fees"})
_FLAGS: Final = {True: "yes", False: "no"}


class Difference(Struct, frozen=True):
    """Something about an account that is not any more what the requester saw."""

    field: str
    requested: str
    now: str


def command_body(command: AccountCommand) -> str:
    """Write a command's canonical body; its texts must be ciphertext already."""
    fields = {
        name: getattr(command, name) for name in command.__struct_fields__ if name not in _SUPPLIED
    }
    fields["texts"] = {name: str(text) for name, text in command.texts.items()}
    fields["command"] = type(command).__name__
    return codec.canonical(fields).decode()


def fields_of(body: str) -> dict[str, Any]:
    """Give the fields of a canonical body, its command's name among them."""
    fields: dict[str, Any] = msgspec.json.decode(body)
    return fields


def hash_of(body: str) -> str:
    """Give the hex SHA-256 of a canonical body."""
    return hashlib.sha256(body.encode()).hexdigest()


def read_command(
    body: str, kinds: Iterable[type[AccountCommand]], *, approved_by: str
) -> AccountCommand:
    """Read exactly what was bound, to be executed by its approver."""
    fields = fields_of(body)
    name = fields.pop("command")
    kind = next(each for each in kinds if each.__name__ == name)
    fields["approved_by"] = approved_by
    command = msgspec.convert(fields, kind, dec_hook=_read)
    sealed = {name: Sealed(text) for name, text in command.texts.items()}
    return msgspec.structs.replace(command, texts=sealed)


def _read(kind: type, value: object) -> object:
    """Read a value as it was written; a code may have dots, which the wire would cut."""
    return Code(str(value)) if kind is Code else read_value(kind, value)


def snapshot_of(loan: Loan) -> str:
    """Write the account as it stands: all that a requester decides upon, and the version."""
    instalments = {
        f"instalment {each.payment_number}": {
            "status": each.status,
            "paid": str(each.paid),
            "remaining": str(each.remaining),
        }
        for each in loan.instalments
    }
    return codec.canonical(
        {
            "version": loan.version,
            "balances": {
                "principal": str(loan.principal),
                "interest": str(loan.interest),
                "fees": str(loan.fee_balance),
                "overpayment": str(loan.overpayment),
                "recovered": str(loan.recovered),
                "unpaid_fees": _unpaid(loan),
            },
            "flags": {
                "account_status": loan.status,
                "is_in_arrears": _FLAGS[loan.ageing.is_in_arrears],
            },
            "instalments": instalments,
        }
    ).decode()


def _unpaid(loan: Loan) -> str:
    """Name the fees that are owed: one may have taken the place of another of its amount."""
    kinds = ((fee, fee.transaction_type.replace("_", " ").lower()) for fee in loan.fees)
    owed = (
        f"{kind} {fee.transaction_id} {dollars(fee.unpaid)}" for fee, kind in kinds if fee.unpaid
    )
    return ", ".join(owed) or "none"


def differences(seen: str, now: str) -> tuple[Difference, ...]:
    """Compare two snapshots field by field; the version alone is no difference."""
    before, after = _flat(seen), _flat(now)
    for field in _LATER - before.keys():  # it was asked before these were bound
        del after[field]
    return tuple(
        Difference(field, before.get(field, "not there"), after.get(field, "not there"))
        for field in dict.fromkeys((*before, *after))
        if before.get(field) != after.get(field)
    )


def _flat(snapshot: str) -> dict[str, str]:
    read: Mapping[str, Mapping[str, object]] = msgspec.json.decode(snapshot)
    flat = {**read["balances"], **read["flags"]}
    for name, parts in read["instalments"].items():
        flat[name] = _instalment(parts)
    return {field: str(value) for field, value in flat.items()}


def _instalment(parts: object) -> str:
    read = msgspec.convert(parts, dict[str, str])
    return f"{read['status']}, paid {read['paid']}, remaining {read['remaining']}"
