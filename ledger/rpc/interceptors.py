"""What stands before every rpc: who calls, and how a refusal, a fault or a bug is told."""

import inspect
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final, NoReturn

import grpc
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status as RichStatus  # type: ignore[import-untyped]

from ledger.books import Books
from ledger.decision import Caller, permissions_of
from ledger.errors import Fault, Refusal, Refused
from ledger.journal import JournalFailed
from ledger.rpc.answers import refusal_detail
from proto import actor_token
from proto.actor_token import Actor, NotTrusted
from proto.values import Instant, InvalidTimestamp

DEMO_TIME_KEY: Final = "x-demo-time"
_DETAILS_KEY: Final = "grpc-status-details-bin"
_TOKENS_CACHED_MAX: Final = 10_000

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Any  # grpc.RpcMethodHandler, whose behaviours the stubs type for threads only
Call = Callable[[Any, Context], Awaitable[Any]]

_caller: ContextVar[Caller] = ContextVar("caller")
_log = structlog.get_logger()


def current_caller() -> Caller:
    """Give who calls; every rpc but the health check has one."""
    return _caller.get()


def _wrapped(handler: Handler, around: Callable[[Call], Call]) -> Handler:
    """Put something around a handler's behaviour, be it a single answer or a stream.

    The request is read inside, where what is no such message can be refused: grpc would
    answer with the parser's own words, under a status that means that anything may be.
    """
    read = handler.request_deserializer
    if handler.unary_unary is not None:
        call = around(_reading(read, handler.unary_unary))
        return grpc.unary_unary_rpc_method_handler(call, None, handler.response_serializer)
    call = around(_reading(read, _as_writing(handler.unary_stream)))
    return grpc.unary_stream_rpc_method_handler(call, None, handler.response_serializer)


def _reading(read: Callable[[bytes], object] | None, call: Call) -> Call:
    """Read the request before a call, unless that was done further in."""
    if read is None:
        return call

    async def answer(written: bytes, context: Context) -> object:
        try:
            request = read(written)
        except DecodeError:
            raise Refused(
                Refusal.INVALID_FIELD, "The request is not the message that this call takes."
            ) from None
        return await call(request, context)

    return answer


def _as_writing(stream: Any) -> Call:  # noqa: ANN401 - what grpc holds is untyped
    """Make a stream's behaviour a coroutine that writes its messages."""

    async def write(request: object, context: Context) -> None:
        messages = stream(request, context)
        if inspect.iscoroutine(messages):  # `not_built`, which fits any rpc and only refuses
            await messages
            return
        async with aclosing(messages):
            async for message in messages:
                await context.write(message)

    return write


class Guard:
    """Puts something around every rpc, once, when the rpc is first called."""

    def around(self, call: Call, method: str) -> Call:
        """Give the call with something put around it."""
        raise NotImplementedError


class Guarded(grpc.GenericRpcHandler):
    """A service's handlers behind guards, the first of them outermost.

    grpc's own interceptors would be asked anew, in a coroutine each, at every call.
    """

    def __init__(self, service: grpc.GenericRpcHandler, guards: Sequence[Guard]) -> None:
        self._service, self._guards = service, guards
        self._built: dict[str, Handler] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """Give the handler that grpc is to call."""
        method = handler_call_details.method
        built = self._built.get(method)
        if built is not None:
            return built
        handler: Handler | None = self._service.service(handler_call_details)
        if handler is None:  # not of this service; kept by nobody, for anybody may make names up
            return None
        for guard in reversed(self._guards):
            handler = _wrapped(handler, partial(guard.around, method=method))
        self._built[method] = handler
        return handler


class GuardedServer:
    """Takes services for a server as the generated code adds them, and guards them."""

    def __init__(self, server: grpc.aio.Server, *guards: Guard) -> None:
        self._server, self._guards = server, guards

    def add_generic_rpc_handlers(self, services: Iterable[grpc.GenericRpcHandler]) -> None:
        """Add services, guarded."""
        self._server.add_generic_rpc_handlers(
            tuple(Guarded(service, self._guards) for service in services)
        )

    def add_registered_method_handlers(self, _service: str, _handlers: object) -> None:
        """Do nothing, as the server itself: those handlers would be found without a guard."""


class ErrorGuard(Guard):
    """Refusal to its status with details, fault to UNAVAILABLE, bug to a reference number."""

    def around(self, call: Call, method: str) -> Call:
        """Put the error table around an rpc."""
        return _telling_errors(call, method)


def _telling_errors(call: Call, method: str) -> Call:
    async def answer(request: object, context: Context) -> object:
        try:
            return await call(request, context)
        except Refused as refused:
            return await _refuse(context, refused)
        except (Fault, JournalFailed) as fault:
            return await context.abort(grpc.StatusCode.UNAVAILABLE, str(fault))
        except grpc.aio.AbortError:
            raise
        except Exception as bug:  # noqa: BLE001 - the outermost frame: a bug gets its reference
            return await _report_bug(context, method, bug)

    return answer


async def _refuse(context: Context, refused: Refused) -> NoReturn:
    code = grpc.StatusCode[refused.status]
    packed = AnyMessage()
    packed.Pack(refusal_detail(refused))
    rich = RichStatus(code=code.value[0], message=refused.sentence, details=[packed])
    metadata = ((_DETAILS_KEY, rich.SerializeToString()),)
    await context.abort(code, refused.sentence, metadata)


async def _report_bug(context: Context, method: str, bug: Exception) -> NoReturn:
    """Log where it happened under a number; never its text, which may name a person."""
    reference = uuid.uuid4().hex[:12]
    where = [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(bug.__traceback__)
    ]
    _log.error("bug", reference=reference, rpc=method, kind=type(bug).__name__, where=where)
    sentence = f"Something is wrong in the ledger. Tell support the reference {reference}."
    await context.abort(grpc.StatusCode.INTERNAL, sentence)


class ActorGuard(Guard):
    """Who calls, from the signed token; staff who were disabled are nobody any more."""

    def __init__(self, keys: dict[str, Ed25519PublicKey], books: Books) -> None:
        self._keys, self._books = keys, books
        self._verified: OrderedDict[str, Actor] = OrderedDict()

    def around(self, call: Call, method: str) -> Call:  # noqa: ARG002 - the same for every rpc
        """Put the actor into the call."""

        async def answer(request: object, context: Context) -> object:
            metadata = dict(context.invocation_metadata() or ())
            actor = self._actor(str(metadata.get(actor_token.METADATA_KEY, "")))
            permissions_of(actor, self._books.directory.get)
            demo_time = self._demo_time(actor, str(metadata.get(DEMO_TIME_KEY, "")))
            _caller.set(Caller(actor, demo_time))
            return await call(request, context)

        return answer

    def _actor(self, header: str) -> Actor:
        """Verify a token, once; then it is known by its exact text until it expires."""
        now = self._books.now()
        known = self._verified.get(header)
        if known is not None and now.timestamp() < known.expires_at:
            return known
        scheme, _, token = header.partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused(Refusal.NOT_SIGNED_IN, "You are not signed in: the call has no token.")
        try:
            actor = actor_token.verify(token, self._keys, now)
        except NotTrusted as reason:
            raise Refused(Refusal.NOT_SIGNED_IN, f"Sign in again: {reason}.") from None
        self._verified[header] = actor
        if len(self._verified) > _TOKENS_CACHED_MAX:
            self._verified.popitem(last=False)
        return actor

    def _demo_time(self, actor: Actor, text: str) -> Instant | None:
        """Read the demo clock, which only the command line may set, only in demo mode."""
        if not text:
            return None
        if actor.kind != "system" or self._books.app_mode != "demo":
            raise Refused(
                Refusal.DEMO_CLOCK, "Only the command line may set the time, only in demo mode."
            )
        try:
            return Instant.parse(text)
        except InvalidTimestamp:
            raise Refused(
                Refusal.INVALID_DATE, f"{DEMO_TIME_KEY} must be RFC 3339.", field=DEMO_TIME_KEY
            ) from None
