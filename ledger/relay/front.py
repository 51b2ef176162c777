"""The process that has the wire: it takes calls, hands their bytes to the books, answers.

It knows no message, checks nothing and keeps nothing. It ends with the books, however they
end, and the books end with it: half a ledger serves nobody.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, NoReturn

import grpc
import uvloop

from ledger import collector
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

BOOKS_GONE: Final = 1
LISTEN_TRIES: Final = 10
LISTEN_AGAIN_SECONDS: Final = 0.1

Context = grpc.aio.ServicerContext[Any, Any]
Reply = Answered | Aborted


class Methods(grpc.GenericRpcHandler):
    """The methods that the books answer, bytes in and bytes out."""

    def __init__(self, handlers: dict[str, Any]) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401 - gRPC's own
        """Give the handler of a method; None where there is no such method."""
        return self._handlers.get(handler_call_details.method)


class Front:
    """Passes calls on and answers back; made in the running loop, as gRPC wants its server."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._link = Link(self._said, _end_now)
        self._ended = asyncio.Event()
        self._last = 0
        self._unary: dict[int, asyncio.Future[Reply]] = {}
        self._streams: dict[int, asyncio.Queue[Reply | Streamed]] = {}
        self._metadata_keys: tuple[str, ...] = ()
        self._server: Any = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, end: socket.socket) -> None:
        """Serve the books at the other end of a socket until they want no more."""
        await self._loop.create_unix_connection(lambda: self._link, sock=end)
        await self._ended.wait()

    def _said(self, message: Message) -> None:
        match message:
            case Answered() | Aborted():
                self._reply(message)
            case Streamed():
                if (replies := self._streams.get(message.number)) is not None:
                    replies.put_nowait(message)
            case Listen():
                self._do(self._listen(message))
            case Open():
                self._do(self._open())
            case Stop():
                self._do(self._stop(message.grace_seconds))

    def _reply(self, reply: Reply) -> None:
        """Give a reply to the call that waits for it, unless its caller has gone."""
        waiting = self._unary.get(reply.number)
        if waiting is not None:
            if not waiting.done():
                waiting.set_result(reply)
        elif (replies := self._streams.get(reply.number)) is not None:
            replies.put_nowait(reply)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, asked: Listen) -> None:
        self._metadata_keys = asked.metadata_keys
        handlers: dict[str, Any] = {
            name: grpc.unary_stream_rpc_method_handler(self._streaming(name))
            if is_stream
            else grpc.unary_unary_rpc_method_handler(self._answering(name))
            for name, is_stream in asked.methods.items()
        }
        self._server.add_generic_rpc_handlers((Methods(handlers),))
        self._link.say(Listening(await self._port(asked.address)))

    async def _port(self, address: str) -> int:
        """Take the address; the front of a ledger that was just killed may still have it."""
        for _ in range(LISTEN_TRIES):
            try:
                return int(self._server.add_insecure_port(address))
            except RuntimeError:
                await asyncio.sleep(LISTEN_AGAIN_SECONDS)
        return 0

    async def _open(self) -> None:
        await self._server.start()
        self._link.say(Opened())

    async def _stop(self, grace_seconds: float) -> None:
        await self._server.stop(grace_seconds)
        self._ended.set()

    def _call(self, method: str, request: bytes, context: Context) -> int:
        """Pass a call on and give its number."""
        self._last += 1
        metadata = {
            key: str(value)
            for key, value in context.invocation_metadata() or ()
            if key in self._metadata_keys
        }
        self._link.say(Call(self._last, method, metadata, request))
        return self._last

    def _answering(self, method: str) -> Callable[[bytes, Context], Awaitable[bytes]]:
        """Give what grpc calls for a method with one answer."""

        async def answer(request: bytes, context: Context) -> bytes:
            number = self._call(method, request, context)
            waiting: asyncio.Future[Reply] = self._loop.create_future()
            self._unary[number] = waiting
            try:
                reply = await waiting
            except asyncio.CancelledError:
                self._link.say(Gone(number))
                raise
            finally:
                del self._unary[number]
            if isinstance(reply, Aborted):
                return await _abort(context, reply)
            return reply.response

        return answer

    def _streaming(self, method: str) -> Callable[[bytes, Context], Awaitable[None]]:
        """Give what grpc calls for a method with a stream of answers."""

        async def answer(request: bytes, context: Context) -> None:
            number = self._call(method, request, context)
            replies: asyncio.Queue[Reply | Streamed] = asyncio.Queue()
            self._streams[number] = replies
            try:
                while isinstance(reply := await replies.get(), Streamed):
                    await context.write(reply.response)
                    self._link.say(Taken(number))
            except BaseException:  # cancelled, or the connection was lost at the write
                self._link.say(Gone(number))
                raise
            finally:
                del self._streams[number]
            if isinstance(reply, Aborted):
                await _abort(context, reply)

        return answer


async def _abort(context: Context, aborted: Aborted) -> NoReturn:
    await context.abort(grpc.StatusCode[aborted.status], aborted.sentence, aborted.metadata)


def _end_now() -> NoReturn:
    """End without a word: the books are gone, and what is under way has no answer."""
    os._exit(BOOKS_GONE)


async def _serve(end: socket.socket) -> None:
    await Front().run(end)


def main(argv: list[str]) -> None:
    """Serve the books at the other end of the socket whose descriptor is named.

    Signals are for the books, which tell when to end; a terminal sends them to both.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    collector.calm()
    uvloop.run(_serve(socket.socket(fileno=int(argv[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])
