"""The typed client of the ledger: deadlines, retries with the same key, and one table.

Every gRPC status becomes one of three exceptions (ledger.md, table of statuses): a rule
said no (LedgerRefused), the answer to a change never came (OutcomeUnknown), or the ledger
could not be asked and nothing was changed (LedgerFault).
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar, cast

import grpc
from google.protobuf.message import Message
from msgspec import Struct

from dashboard.ledger_answers import (
    MEANINGS,
    LedgerFault,
    LedgerRefused,
    OutcomeUnknown,
    fault,
    refusal,
)
from proto import accounting_ledger_pb2 as ledger
from proto import accounting_ledger_pb2_grpc as ledger_rpc
from proto import actor_token
from proto import servicing_pb2 as servicing
from proto import servicing_pb2_grpc as servicing_rpc

__all__ = [
    "Caller",
    "Capabilities",
    "LedgerClient",
    "LedgerFault",
    "LedgerRefused",
    "OutcomeUnknown",
]

READ_SECONDS_MAX: Final = 10.0
WRITE_SECONDS_MAX: Final = 45.0
BACK_OFF_SECONDS: Final = (0.2, 0.5, 1.0, 2.0)
CAPABILITIES_SECONDS: Final = 60.0
OUR_FIELDS_FROM: Final = 100
OMITTED_SAFELY: Final = frozenset({"expected_version", "reason_code"})
"""Our fields whose absence changes nothing about what a command does."""

ABOUT_THE_ACTOR: Final = frozenset(
    {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
)

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)
Q_contra = TypeVar("Q_contra", bound=Message, contravariant=True)
A_co = TypeVar("A_co", bound=Message, covariant=True)


class Caller(Struct, frozen=True):
    """On whose behalf a call is made, and in which session."""

    staff_id: str
    session_id: str


class Capabilities(Struct, frozen=True):
    """What the ledger behind the address offers; an older one names nothing."""

    rpcs: frozenset[str] = frozenset()
    extended_fields: bool = False
    version: str = ""

    def offers(self, rpc: str) -> bool:
        """Tell whether the ledger named an rpc, `service/Rpc`."""
        return rpc in self.rpcs

    @property
    def previews(self) -> bool:
        """Whether commands can be previewed."""
        return self.offers("billie.servicing.v1.PreviewService/Preview")


class _Rpc(Protocol[Q_contra, A_co]):
    """One method of a stub, as we call it."""

    def __call__(
        self,
        request: Q_contra,
        timeout: float | None = None,
        metadata: tuple[tuple[str, str | bytes], ...] | None = None,
    ) -> A_co: ...


def for_ledger(request: Q, capabilities: Capabilities) -> Q:
    """Give the request as this ledger understands it: our fields only where it named them.

    Raises LedgerRefused where a field that an older ledger would overlook changes what the
    command does.
    """
    ours = [field for field, _ in request.ListFields() if field.number >= OUR_FIELDS_FROM]
    if capabilities.extended_fields or not ours:
        return request
    needed = [field.name for field in ours if field.name not in OMITTED_SAFELY]
    if needed:
        sentence = "The ledger in use does not offer this; choose an amount without further terms."
        raise LedgerRefused("NOT_OFFERED", sentence, needed[0])
    plain = type(request)()
    plain.CopyFrom(request)
    for field in ours:
        plain.ClearField(field.name)
    return plain


def _unanswered(error: grpc.RpcError, *, sent_before: bool) -> OutcomeUnknown:
    """Give the doubt that a failed try leaves. Raises LedgerRefused where a rule said no.

    Who acts is checked before the key is looked up: when an earlier try may have done it,
    a token that is no longer good says nothing about what became of that.
    """
    is_refusal = MEANINGS[error.code()][0] == "refused"
    if is_refusal and not (sent_before and error.code() in ABOUT_THE_ACTOR):
        raise refusal(error) from None
    return fault(error, OutcomeUnknown)


class LedgerClient:
    """Calls the ledger at one address; safe to share between threads."""

    def __init__(
        self,
        address: str,
        mint_token: Callable[[str, str], str],
        *,
        back_off_seconds: tuple[float, ...] = BACK_OFF_SECONDS,
    ) -> None:
        self.address = address
        self._mint_token = mint_token
        self._back_off_seconds = back_off_seconds
        self._channel = grpc.insecure_channel(
            address,
            options=(
                ("grpc.enable_retries", 0),
                ("grpc.initial_reconnect_backoff_ms", 100),
                ("grpc.max_reconnect_backoff_ms", 1_000),
                # So long a connection may take to come about, on a busy machine.
                ("grpc.min_reconnect_backoff_ms", 5_000),
                ("grpc.keepalive_time_ms", 20_000),
            ),
        )
        self._ledger = ledger_rpc.AccountingLedgerServiceStub(self._channel)
        self._previews = servicing_rpc.PreviewServiceStub(self._channel)
        self._operations = servicing_rpc.OperationsServiceStub(self._channel)
        self._stubs: dict[str, object] = {
            "AccountingLedgerService": self._ledger,
            "LoanService": servicing_rpc.LoanServiceStub(self._channel),
            "ApprovalService": servicing_rpc.ApprovalServiceStub(self._channel),
            "StaffService": servicing_rpc.StaffServiceStub(self._channel),
            "NoteService": servicing_rpc.NoteServiceStub(self._channel),
            "ReviewService": servicing_rpc.ReviewServiceStub(self._channel),
            "PreviewService": self._previews,
            "JournalService": servicing_rpc.JournalServiceStub(self._channel),
            "OperationsService": self._operations,
        }
        self._lock = threading.Lock()
        self._capabilities: Capabilities | None = None
        self._capabilities_until = 0.0

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    # ---------------------------------------------------------------- commands

    def command(self, rpc: str, request: Message, caller: Caller) -> Message:
        """Change something by an rpc, `Service/Rpc`. Raises as `_write` does."""
        return self._write(self._rpc(rpc), request, caller)

    # ---------------------------------------------------------------- questions

    def ask(self, rpc: str, request: Message, caller: Caller) -> Message:
        """Ask something by an rpc, `Service/Rpc`. Raises LedgerRefused or LedgerFault."""
        return self._read(self._rpc(rpc), request, caller)

    def preview(
        self, request: servicing.PreviewRequest, caller: Caller
    ) -> servicing.PreviewResponse:
        """Ask for a command's full answer without its effect."""
        return self._read(self._previews.Preview, request, caller)

    def get_balance(self, loan_account_id: str, caller: Caller) -> ledger.GetBalanceResponse:
        """Ask the books themselves what is owed."""
        request = ledger.GetBalanceRequest(loan_account_id=loan_account_id)
        return self._read(self._ledger.GetBalance, request, caller)

    def health(self, caller: Caller) -> servicing.HealthResponse:
        """Ask how the ledger and its publisher are."""
        return self._read(self._operations.Health, servicing.HealthRequest(), caller)

    def capabilities(self, caller: Caller) -> Capabilities:
        """Ask what this ledger offers; the answer is kept for a minute."""
        with self._lock:
            if self._capabilities is not None and time.monotonic() < self._capabilities_until:
                return self._capabilities
        return self._ask_capabilities(caller)

    def _ask_capabilities(self, caller: Caller) -> Capabilities:
        request = servicing.GetCapabilitiesRequest()
        try:
            answer = self._read(self._previews.GetCapabilities, request, caller)
        except LedgerRefused as no:
            if no.reason != grpc.StatusCode.UNIMPLEMENTED.name:
                raise
            found = Capabilities()
        else:
            found = Capabilities(frozenset(answer.rpcs), answer.extended_fields, answer.version)
        with self._lock:
            self._capabilities = found
            self._capabilities_until = time.monotonic() + CAPABILITIES_SECONDS
        return found

    # ---------------------------------------------------------------- how calls are made

    def _rpc(self, rpc: str) -> _Rpc[Message, Message]:
        service, _, method = rpc.partition("/")
        return cast("_Rpc[Message, Message]", getattr(self._stubs[service], method))

    def _metadata(self, caller: Caller) -> tuple[tuple[str, str | bytes], ...]:
        token = self._mint_token(caller.staff_id, caller.session_id)
        return ((actor_token.METADATA_KEY, f"Bearer {token}"),)

    def _read(self, rpc: _Rpc[Q, A], request: Q, caller: Caller) -> A:
        """Ask once. Raises LedgerRefused or LedgerFault."""
        try:
            return rpc(request, timeout=READ_SECONDS_MAX, metadata=self._metadata(caller))
        except grpc.RpcError as error:
            if MEANINGS[error.code()][0] == "refused":
                raise refusal(error) from None
            raise fault(error, LedgerFault) from None

    def _write(self, rpc: _Rpc[Q, A], request: Q, caller: Caller) -> A:
        """Change something, with the same key again while its outcome is not known.

        Raises LedgerRefused (nothing was changed), LedgerFault (never sent, so nothing was
        changed) or OutcomeUnknown.
        """
        metadata = self._metadata(caller)
        unanswered: OutcomeUnknown | None = None
        not_sent: LedgerFault | None = None
        for pause in (*self._back_off_seconds, None):
            try:
                # Asked right before: gRPC's UNAVAILABLE does not tell whether a request left
                # this machine, so only what is not sent at all is known to be undone.
                prepared = for_ledger(request, self._ask_capabilities(caller))
                return rpc(prepared, timeout=WRITE_SECONDS_MAX, metadata=metadata)
            except LedgerFault as out_of_reach:
                not_sent = out_of_reach
                if out_of_reach.status == grpc.StatusCode.DEADLINE_EXCEEDED.name:
                    break
            except LedgerRefused:
                if unanswered is None:
                    raise
            except grpc.RpcError as error:
                unanswered = _unanswered(error, sent_before=unanswered is not None)
                if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                    break
            if pause is not None:
                time.sleep(pause)
        raise unanswered or not_sent or AssertionError("a write was neither sent nor not")
