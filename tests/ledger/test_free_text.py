"""No card number enters the books, by whichever field of whichever command."""

from typing import Any, Final

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from ledger.server import capabilities
from proto import accounting_ledger_pb2, servicing_pb2
from proto.accounting_ledger_pb2 import WaiveFeeRequest
from tests.builders import LedgerProcess, new_key, refusal_of

CARD: Final = "4111 1111 1111 1111"

HOLDS_NO_TEXT: Final = {"billie.servicing.v1.OperationsService/RunEndOfDay"}
"""Asks for the right first."""

NEVER_KEPT: Final = {"approved_by", "decided_at", "policy", "key_id"}
"""Compared with who acts, or with what the ledger itself says, and refused when it differs."""

_METHODS: Final = {
    f"{service.full_name}/{method.name}": method
    for file in (accounting_ledger_pb2.DESCRIPTOR, servicing_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
}

_PLAIN: Final = {
    "opened_date": "2026-01-01",
    "payment_frequency": "weekly",
    "event_id": "LA-1:1",
    "letter_id": "1700000000000-0",
    "staff_id": "nobody",
    "username": "nobody",
    "decided_at": "2026-01-01T00:00:00.000000Z",
    "priority": "normal",
    "comment": "looks in order to me",
    "reason_code": "",
    "effective_date": "",
    "annual_rate": "",
    "fee_delta": "",
}
"""What a field holds that is not in question; for the others, see `_filled`."""


_COUNTS: Final = {"account_version", "days_past_due"}
"""Fields that must not be zero."""

_BYTES: Final = {
    "signature": 64,
    "comment_salt": 16,
    "public_key": 32,
    "proof": 64,
    "reader_key": 32,
}
"""How long a field of bytes is."""


def _is_text(field: FieldDescriptor) -> bool:
    return field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated


def _fields() -> list[tuple[str, str]]:
    """Give every command's rpc with every field of it that holds text."""
    return [
        (rpc, field.name)
        for rpc, method in sorted(_METHODS.items())
        if rpc in set(capabilities()) - HOLDS_NO_TEXT
        and "idempotency_key" in method.input_type.fields_by_name
        for field in method.input_type.fields
        if _is_text(field) and field.name not in NEVER_KEPT
    ]


def _filled(method: MethodDescriptor) -> Any:  # noqa: ANN401 - a message of any type
    """Build a request in which each field is well formed."""
    message: Any = GetMessageClass(method.input_type)()
    for field in method.input_type.fields:
        if field.name == "idempotency_key":
            setattr(message, field.name, new_key())
        elif field.name == "command":
            message.command.waive_fee.CopyFrom(WaiveFeeRequest(loan_account_id="LA-none"))
            message.command.waive_fee.waiver_amount = "1.00"
            message.command.waive_fee.reason = "as agreed"
        elif field.name == "reason_code" and method.containing_service.name == "StaffService":
            message.reason_code = "other"
        elif field.name == "roles":
            message.roles.append("support")
        elif field.name == "instalments":
            message.instalments.add(payment_number=1, due_date="2026-02-01", amount="1.00")
        elif _is_text(field):
            is_money = field.name.endswith(("amount", "fee", "delta"))
            setattr(message, field.name, _PLAIN.get(field.name, "1.00" if is_money else "x-1"))
        elif field.type == field.TYPE_BYTES:
            setattr(message, field.name, bytes(_BYTES[field.name]))
        elif field.name == "account_version" or (
            field.type == field.TYPE_INT32 and not field.is_repeated
        ):
            setattr(message, field.name, 1)
    return message


@pytest.mark.parametrize(("rpc", "name"), _fields())
def test_a_card_number_is_refused_with_the_fields_name(
    ledger: LedgerProcess, rpc: str, name: str
) -> None:
    """Free texts and references as what they are, ids and amounts as malformed."""
    support = ledger.caller("staff-support")
    request = _filled(_METHODS[rpc])
    setattr(request, name, CARD)
    channel: Any = support.channel
    call = channel.unary_unary(f"/{rpc}", request_serializer=type(request).SerializeToString)
    with pytest.raises(grpc.RpcError) as refused:
        call(request, metadata=support.metadata())
    detail = refusal_of(refused.value)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert detail.field == name


@pytest.mark.parametrize("name", ["payment_id", "payment_reference", "payment_method", "notes"])
def test_digits_alone_are_a_card_number_in_a_reference(ledger: LedgerProcess, name: str) -> None:
    """Also without spaces, and in what looks like an id."""
    digits: dict[str, Any] = {name: CARD.replace(" ", "")}
    with pytest.raises(grpc.RpcError) as refused:
        ledger.caller("staff-support").repay("LA-none", "1.00", **digits)
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == ("CARD_NUMBER", name)
