"""The books' end of the relay: a gRPC server in all but the wire, which the front has."""

import asyncio
import socket
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import grpc
import structlog
from msgspec import Struct

from ledger.relay.link import (
    Aborted,
    Answered,
    Call,
    Gone,
    Link,
    Listen,
    Listening,
    Message,
    Open,
    Opened,
    Stop,
    Streamed,
    Taken,
)

_MODULE: Final = "ledger.relay.front"
_ROOT: Final = Path(__file__).parents[2]
_END_SECONDS_MAX: Final = 5.0
"""How long the front may take to end, after the grace that it gives to calls."""

_log = structlog.get_logger()


class _Details(Struct, frozen=True):
    """What a service is asked with for its handler."""

    method: str


class RelayedContext:
    """What a servicer may do with its call, of all that gRPC's own context offers."""

    def __init__(self, call: Call, link: Link, handler: Any) -> None:  # noqa: ANN401 - gRPC's own
        self._call, self._link, self._handler = call, link, handler
        self._taken = asyncio.Event()

    def invocation_metadata(self) -> Iterable[tuple[str, str]]:
        """Give the metadata that the front passes on."""
        return self._call.metadata.items()

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str = "",
        trailing_metadata: tuple[tuple[str, bytes], ...] = (),
    ) -> NoReturn:
        """End the call with a status. Raises AbortError, as gRPC does."""
        self._link.say(Aborted(self._call.number, code.name, details, trailing_metadata))
        raise grpc.aio.AbortError

    async def write(self, message: object) -> None:
        """Send a message of a stream; comes back when it is on the wire."""
        self._taken.clear()
        written = self._handler.response_serializer(message)
        self._link.say(Streamed(self._call.number, written))
        await self._taken.wait()

    def taken(self) -> None:
        """Take note that the message is on the wire."""
        self._taken.set()


class RelayServer:
    """Takes services as a grpc.aio server does; `gone` is set when the front has ended."""

    def __init__(self, methods: dict[str, bool], metadata_keys: tuple[str, ...]) -> None:
        self._methods, self._metadata_keys = methods, metadata_keys
        self._services: list[grpc.GenericRpcHandler] = []
        self._handlers: dict[str, Any] = {}
        self._running: dict[int, tuple[asyncio.Task[None], RelayedContext]] = {}
        self._loop = asyncio.get_running_loop()
        self._listening: asyncio.Future[int] = self._loop.create_future()
        self._opened = asyncio.Event()
        self._link = Link(self._said, self._front_ended)
        self._process: Process
        self.gone = asyncio.Event()

    def add_generic_rpc_handlers(self, services: Iterable[grpc.GenericRpcHandler]) -> None:
        """Add services."""
        self._services.extend(services)

    def add_registered_method_handlers(self, _service: str, _handlers: object) -> None:
        """Do nothing: the same handlers come as services too."""

    async def listen(self, address: str) -> int:
        """Start the front, let it take an address, and give the port; 0: it is taken."""
        ours, theirs = socket.socketpair()
        with theirs:
            end = theirs.fileno()
            self._process = await create_subprocess_exec(
                *(sys.executable, "-m", _MODULE, str(end)),
                stdin=DEVNULL,
                pass_fds=(end,),
                cwd=_ROOT,
            )
        await self._loop.create_unix_connection(lambda: self._link, sock=ours)
        self._link.say(Listen(address, self._methods, self._metadata_keys))
        port = await self._listening
        if not port:
            self._link.close()
            await self._wait(0)
        return port

    async def start(self) -> None:
        """Take calls from here on."""
        self._link.say(Open())
        await self._opened.wait()

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls, finish those that run, end the front."""
        self._link.say(Stop(grace_seconds))
        await self._wait(grace_seconds)

    async def _wait(self, grace_seconds: float) -> None:
        """Wait for the front's end, and insist on it after a while."""
        try:
            await asyncio.wait_for(self._process.wait(), grace_seconds + _END_SECONDS_MAX)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _front_ended(self) -> None:
        if not self._listening.done():
            self._listening.set_result(0)
        self._opened.set()
        self.gone.set()
        for task, _ in self._running.values():
            task.cancel()

    def _said(self, message: Message) -> None:
        match message:
            case Call():
                self._begin(message)
            case Gone():
                if (running := self._running.pop(message.number, None)) is not None:
                    running[0].cancel()
            case Taken():
                if (running := self._running.get(message.number)) is not None:
                    running[1].taken()
            case Listening():
                self._listening.set_result(message.port)
            case Opened():
                self._opened.set()

    def _begin(self, call: Call) -> None:
        handler = self._handler(call.method)
        context = RelayedContext(call, self._link, handler)
        task = self._loop.create_task(self._answer(call, handler, context))
        self._running[call.number] = (task, context)

    def _handler(self, method: str) -> Any:  # noqa: ANN401 - gRPC's own
        """Give a method's handler; the front passes on only what it was told of."""
        handler = self._handlers.get(method)
        if handler is None:
            details: Any = _Details(method)
            found = (service.service(details) for service in self._services)
            handler = self._handlers[method] = next(each for each in found if each is not None)
        return handler

    async def _answer(self, call: Call, handler: Any, context: RelayedContext) -> None:  # noqa: ANN401
        try:
            self._link.say(Answered(call.number, await _response(call, handler, context)))
        except grpc.aio.AbortError:
            pass  # the context has told it
        except Exception as bug:  # noqa: BLE001 - the outermost frame, as gRPC's own would do
            _log.error("bug", rpc=call.method, kind=type(bug).__name__)
            self._link.say(Aborted(call.number, "UNKNOWN", "Something is wrong in the ledger."))
        finally:
            self._running.pop(call.number, None)


async def _response(call: Call, handler: Any, context: RelayedContext) -> bytes:  # noqa: ANN401
    """Call a handler and give its answer as it goes on the wire; nothing after a stream."""
    read = handler.request_deserializer
    request = call.request if read is None else read(call.request)
    if handler.unary_unary is None:
        await handler.unary_stream(request, context)
        return b""
    written: bytes = handler.response_serializer(await handler.unary_unary(request, context))
    return written
