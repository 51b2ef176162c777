"""Calls an rpc of the rights table by its name, and reads the cell that the answer stands for."""

from typing import Any, Final

import grpc
from google.protobuf.message import Message

from proto import accounting_ledger_pb2, servicing_pb2
from tests.ledger_caller import Caller, refusal_of

SERVICES: Final = {
    service.name: service
    for module in (accounting_ledger_pb2, servicing_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
}


ASKED: Final = {
    "WaiveFee": "waive_fee",
    "MakeAdjustment": "make_adjustment",
    "WriteOff": "write_off",
    "ReverseTransaction": "reverse_transaction",
    "RefundOverpayment": "refund_overpayment",
    "UndoWriteOff": "undo_write_off",
    "RecordRecovery": "record_recovery",
    "CorrectPayment": "correct_payment",
    "IssueCorrection": "issue_correction",
}
"""Rpc to its field in a request for approval."""


def reason_of(caller: Caller, rpc: str, request: Message) -> str:
    """Call an rpc by its name, and give why it was refused."""
    name, _, method = rpc.partition("/")
    path = f"/{SERVICES[name].full_name}/{method}"
    streams = SERVICES[name].methods_by_name[method].server_streaming
    make = caller.channel.unary_stream if streams else caller.channel.unary_unary
    call: Any = make(path, request_serializer=type(request).SerializeToString)
    try:
        answer = call(request, metadata=caller.metadata(), timeout=45)
        if streams:
            next(answer, None)
    except grpc.RpcError as error:
        return refusal_of(error).reason or str(error.code())
    return ""


def cell_of(reason: str) -> str:
    """Give the cell that a refusal, or none, stands for."""
    return {"NO_RIGHT": "-", "APPROVAL_REQUIRED": "R"}.get(reason, "✓")
