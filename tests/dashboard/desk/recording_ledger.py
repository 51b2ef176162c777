"""A ledger on a real port that records every call and answers as it was told."""

from collections import deque
from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import status_pb2  # type: ignore[import-untyped]  # it has no stubs
from grpc_status import rpc_status

from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing

LEDGER = "billie.ledger.v1.AccountingLedgerService"
STAFF = "billie.servicing.v1.StaffService"
PREVIEWS = "billie.servicing.v1.PreviewService"
LOANS = "billie.servicing.v1.LoanService"
OPERATIONS = "billie.servicing.v1.OperationsService"
APPROVALS = "billie.servicing.v1.ApprovalService"
NOTES = "billie.servicing.v1.NoteService"
REVIEWS = "billie.servicing.v1.ReviewService"
Answer = Callable[[Any, grpc.ServicerContext], Message]


class Call:
    """One call as it arrived."""

    def __init__(self, rpc: str, request: Any, context: grpc.ServicerContext) -> None:  # noqa: ANN401 - any message
        self.rpc = rpc
        self.request = request
        self.seconds_left = context.time_remaining()
        self.metadata = dict(context.invocation_metadata())


def says_no(
    code: grpc.StatusCode, detail: servicing.RefusalDetail | None = None, text: str = ""
) -> Answer:
    """An answer that is a status, with a refusal's details where there are any."""

    def answer(_request: object, context: grpc.ServicerContext) -> Message:
        if detail is None:
            context.abort(code, text)
        packed = any_pb2.Any()
        packed.Pack(detail)
        status = status_pb2.Status(code=code.value[0], message=text, details=[packed])
        context.abort_with_status(rpc_status.to_status(status))

    return answer


def posted(
    total_after: str = "190.00", account_version: int = 9, fee_after: str = "0.00"
) -> Answer:
    """The answer to a command that was carried out."""

    def answer(_request: object, _context: grpc.ServicerContext) -> Message:
        transaction = ledger.Transaction(
            transaction_id="TX-1",
            principal_after=total_after,
            interest_after="0.00",
            fee_after=fee_after,
            total_after=total_after,
            account_version=account_version,
        )
        return ledger.TransactionResponse(transaction=transaction)

    return answer


def promised(
    _request: servicing.PreviewRequest, _context: grpc.ServicerContext
) -> servicing.PreviewResponse:
    """The answer to every preview: the fee of $10.00 goes, and nothing else."""
    before = servicing.Balances(
        principal="200.00",
        interest="0.00",
        fees="45.00",
        overpayment="0.00",
        total_outstanding="245.00",
        account_status="active",
        account_version=7,
    )
    after = servicing.Balances()
    after.CopyFrom(before)
    after.fees, after.total_outstanding, after.account_version = "35.00", "235.00", 9
    return servicing.PreviewResponse(allowed=True, before=before, after=after, actor_limit="50.00")


def decided(
    request: servicing.DecideApprovalRequest, _context: grpc.ServicerContext
) -> servicing.ApprovalResponse:
    """The answer to a decision that was taken."""
    return servicing.ApprovalResponse(request_id=request.request_id, status="approved")


def needs_approval(
    request: servicing.PreviewRequest, context: grpc.ServicerContext
) -> servicing.PreviewResponse:
    """The answer to a preview of what takes somebody else's approval."""
    response = promised(request, context)
    response.allowed = False
    response.refusal.reason = "APPROVAL_REQUIRED"
    response.refusal.sentence = "This takes somebody else's approval. Ask for it."
    return response


def requested(_request: Message, _context: grpc.ServicerContext) -> Message:
    """The answer to a request that was made."""
    return servicing.ApprovalResponse(request_id="REQ-1", status="pending")


def yes(_request: Message, _context: grpc.ServicerContext) -> Message:
    """The answer to a small change that was made: empty, whatever its type."""
    return servicing.NoteResponse()


COMMANDS: dict[str, tuple[str, type[Message]]] = {
    "RecordRepayment": (LEDGER, ledger.RecordRepaymentRequest),
    "WaiveFee": (LEDGER, ledger.WaiveFeeRequest),
    "ApplyLateFee": (LEDGER, ledger.ApplyLateFeeRequest),
    "ApplyDishonourFee": (LEDGER, ledger.ApplyDishonourFeeRequest),
    "MakeAdjustment": (LEDGER, ledger.MakeAdjustmentRequest),
    "WriteOff": (LEDGER, ledger.WriteOffRequest),
    "DisburseLoan": (LEDGER, ledger.DisburseLoanRequest),
    "ReverseTransaction": (LOANS, servicing.ReverseTransactionRequest),
    "RefundOverpayment": (LOANS, servicing.RefundOverpaymentRequest),
    "UndoWriteOff": (LOANS, servicing.UndoWriteOffRequest),
    "RecordRecovery": (LOANS, servicing.RecordRecoveryRequest),
    "Request": (APPROVALS, servicing.RequestApprovalRequest),
    "Cancel": (APPROVALS, servicing.CancelApprovalRequest),
    "Disable": (STAFF, servicing.DisableStaffRequest),
    "GiveStartPassword": (STAFF, servicing.GiveStartPasswordRequest),
    "SetRoles": (STAFF, servicing.SetRolesRequest),
    "SetLimits": (STAFF, servicing.SetLimitsRequest),
    "Create": (STAFF, servicing.CreateStaffRequest),
    "AddNote": (NOTES, servicing.AddNoteRequest),
    "MarkVerified": (REVIEWS, servicing.MarkVerifiedRequest),
    "OpenLetter": (OPERATIONS, servicing.OpenLetterRequest),
    "ReplayLetter": (OPERATIONS, servicing.ReplayLetterRequest),
    "ResolveLetter": (OPERATIONS, servicing.ResolveLetterRequest),
    "AskRebuild": (OPERATIONS, servicing.AskRebuildRequest),
}
"""What changes something: the service that it belongs to, and its request."""

SMALL = {STAFF, NOTES, REVIEWS}
OTHERS: dict[str, Answer] = {rpc: yes for rpc, (service, _) in COMMANDS.items() if service in SMALL}


class RecordingLedger:
    """Serves what the desk calls; what is scripted comes first, then the usual answer."""

    def __init__(self, port: int, *, extended_fields: bool = True) -> None:
        self.address = f"127.0.0.1:{port}"
        self.calls: list[Call] = []
        self.script: deque[Answer] = deque()
        self.extended_fields = extended_fields
        self.balances: dict[str, ledger.GetBalanceResponse] = {}
        """What it tells of accounts; one that is not here it does not know."""
        self.preview: Answer = promised
        self._server: grpc.Server | None = None

    def start(self) -> None:
        """Listen."""
        self._server = grpc.server(
            futures.ThreadPoolExecutor(4), options=(("grpc.so_reuseport", 0),)
        )
        services = (LEDGER, LOANS, APPROVALS, OPERATIONS, STAFF, NOTES, REVIEWS)
        served: dict[str, dict[str, Any]] = {each: {} for each in services}
        for rpc, (service, request_type) in COMMANDS.items():
            served[service][rpc] = self._handler(rpc, request_type)
        balance = self._handler("GetBalance", ledger.GetBalanceRequest, self._balance)
        served[LEDGER]["GetBalance"] = balance
        previews = {
            "GetCapabilities": grpc.unary_unary_rpc_method_handler(
                self._capabilities,
                servicing.GetCapabilitiesRequest.FromString,
                servicing.GetCapabilitiesResponse.SerializeToString,
            ),
            "Preview": self._handler(
                "Preview",
                servicing.PreviewRequest,
                self._preview,
            ),
        }
        approvals = {
            "Approve": self._handler("Approve", servicing.DecideApprovalRequest, decided),
        }
        handlers = (
            *(grpc.method_handlers_generic_handler(*each) for each in served.items()),
            grpc.method_handlers_generic_handler(APPROVALS, approvals),
            grpc.method_handlers_generic_handler(
                PREVIEWS, previews if self.extended_fields else {}
            ),
        )
        self._server.add_generic_rpc_handlers(handlers)
        self._server.add_insecure_port(self.address)
        self._server.start()

    def stop(self) -> None:
        """Stop at once; calls in hand are cut off."""
        if self._server is not None:
            self._server.stop(None).wait()

    def commands(self) -> list[Call]:
        """List the calls that would have changed something."""
        return [each for each in self.calls if each.rpc in COMMANDS]

    def _handler(self, rpc: str, request_type: type[Message], usual: Answer | None = None) -> Any:  # noqa: ANN401 - grpc's own
        def serve(request: Message, context: grpc.ServicerContext) -> Message:
            self.calls.append(Call(rpc, request, context))
            is_change = usual is None or usual is decided
            if is_change and self.script:
                return self.script.popleft()(request, context)
            return (usual or OTHERS.get(rpc) or posted())(request, context)

        return grpc.unary_unary_rpc_method_handler(
            serve, request_type.FromString, lambda message: message.SerializeToString()
        )

    def _preview(self, request: servicing.PreviewRequest, context: grpc.ServicerContext) -> Message:
        return self.preview(request, context)

    def _balance(self, request: ledger.GetBalanceRequest, context: grpc.ServicerContext) -> Message:
        if self.script:
            return self.script.popleft()(request, context)
        known = self.balances.get(request.loan_account_id)
        if known is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such account")
        return known

    def _capabilities(
        self, request: servicing.GetCapabilitiesRequest, context: grpc.ServicerContext
    ) -> servicing.GetCapabilitiesResponse:
        self.calls.append(Call("GetCapabilities", request, context))
        return servicing.GetCapabilitiesResponse(
            rpcs=["billie.servicing.v1.PreviewService/Preview"], extended_fields=True
        )
