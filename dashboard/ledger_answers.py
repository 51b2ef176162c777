"""What the ledger's answers mean: one table from gRPC status to exception (ledger.md).

A rule said no (LedgerRefused), the answer to a change never came (OutcomeUnknown), or the
ledger could not be asked and nothing was changed (LedgerFault).
"""

from typing import Final, Literal, TypeVar, cast

import grpc
import structlog
from grpc_status import rpc_status

from dashboard.failures import reference
from proto import servicing_pb2 as servicing

Meaning = Literal["refused", "unknown"]

MEANINGS: Final[dict[grpc.StatusCode, tuple[Meaning, str]]] = {
    grpc.StatusCode.CANCELLED: ("unknown", "The call was cut off."),
    grpc.StatusCode.UNKNOWN: ("unknown", "The ledger failed while it worked."),
    grpc.StatusCode.INVALID_ARGUMENT: ("refused", "The ledger could not read the request."),
    grpc.StatusCode.DEADLINE_EXCEEDED: ("unknown", "The ledger did not answer in time."),
    grpc.StatusCode.NOT_FOUND: ("refused", "The ledger does not know this account."),
    grpc.StatusCode.ALREADY_EXISTS: ("refused", "This was done already."),
    grpc.StatusCode.PERMISSION_DENIED: ("refused", "You do not have the right to do this."),
    grpc.StatusCode.RESOURCE_EXHAUSTED: ("unknown", "The ledger is overloaded."),
    grpc.StatusCode.FAILED_PRECONDITION: ("refused", "A rule of the ledger forbids this."),
    grpc.StatusCode.ABORTED: ("unknown", "The ledger is busy with this account."),
    grpc.StatusCode.OUT_OF_RANGE: ("refused", "A value is outside what the ledger takes."),
    grpc.StatusCode.UNIMPLEMENTED: ("refused", "This ledger does not offer that."),
    grpc.StatusCode.INTERNAL: ("unknown", "The ledger failed while it worked."),
    grpc.StatusCode.UNAVAILABLE: ("unknown", "The ledger cannot be reached."),
    grpc.StatusCode.DATA_LOSS: ("unknown", "The ledger failed while it worked."),
    grpc.StatusCode.UNAUTHENTICATED: ("refused", "The ledger does not accept this sign-in."),
}
"""Each status: what it means of a change, and the sentence where the ledger sent none."""

_log = structlog.get_logger("dashboard.ledger")


class LedgerRefused(Exception):  # noqa: N818 - the reason is the name
    """A rule said no; nothing was changed. `sentence` is ready to be shown."""

    def __init__(
        self,
        reason: str,
        sentence: str,
        field: str = "",
        limit: str = "",
        current_version: int = 0,
        status: str = "",
    ) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.field = field
        self.limit = limit
        self.current_version = current_version
        self.status = status


class OutcomeUnknown(Exception):  # noqa: N818 - the reason is the name
    """A change may have been made: the same key must be sent again to know."""

    def __init__(self, status: str, sentence: str, reference: str) -> None:
        super().__init__(f"{sentence} ({status}, reference {reference})")
        self.status = status
        self.sentence = sentence
        self.reference = reference


class LedgerFault(Exception):  # noqa: N818 - the reason is the name
    """The ledger could not be asked; nothing was changed."""

    def __init__(self, status: str, sentence: str, reference: str) -> None:
        super().__init__(f"{sentence} ({status}, reference {reference})")
        self.status = status
        self.sentence = sentence
        self.reference = reference


F = TypeVar("F", OutcomeUnknown, LedgerFault)


def refusal(error: grpc.RpcError) -> LedgerRefused:
    """Read the refusal that the ledger sent, or make one from the bare status."""
    code: grpc.StatusCode = error.code()
    status = rpc_status.from_call(cast("grpc.Call", error))  # every failed call is one
    for packed in status.details if status is not None else ():
        detail = servicing.RefusalDetail()
        if packed.Unpack(detail):
            return LedgerRefused(
                detail.reason or code.name,
                detail.sentence or MEANINGS[code][1],
                detail.field,
                detail.limit,
                detail.current_version,
                code.name,
            )
    return LedgerRefused(code.name, error.details() or MEANINGS[code][1], status=code.name)


def fault(error: grpc.RpcError, kind: type[F]) -> F:
    """Make the exception of a call that failed, and log it under a reference."""
    code: grpc.StatusCode = error.code()
    name = reference()
    _log.warning(
        "ledger call failed",
        status=code.name,
        meaning=kind.__name__,
        details=str(error.details() or "")[:200],
        reference=name,
    )
    return kind(code.name, MEANINGS[code][1], name)
