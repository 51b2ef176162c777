"""What the two processes of a ledger say to each other, and the socket on which they do.

Messages are gathered while the event loop is busy and go together: under load one write
carries many calls. Both ends are ours and of one version; what cannot be read is a bug.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import msgspec
from msgspec import Struct

_LENGTH_BYTES: Final = 4


class Call(Struct, frozen=True, array_like=True, tag="call"):
    """An rpc that came in; the request is as it was on the wire."""

    number: int
    method: str
    metadata: dict[str, str]
    request: bytes


class Gone(Struct, frozen=True, array_like=True, tag="gone"):
    """The caller of an rpc waits no longer, or its connection is lost."""

    number: int


class Taken(Struct, frozen=True, array_like=True, tag="taken"):
    """A stream's message is on the wire: the next may come."""

    number: int


class Listening(Struct, frozen=True, array_like=True, tag="listening"):
    """The port that the front has; 0: it cannot have the one that was asked for."""

    port: int


class Opened(Struct, frozen=True, array_like=True, tag="opened"):
    """The front takes calls."""


class Listen(Struct, frozen=True, array_like=True, tag="listen"):
    """Take an address, for these methods, and pass on these keys of the metadata."""

    address: str
    methods: dict[str, bool]
    """`/package.Service/Method` to whether it answers with a stream."""
    metadata_keys: tuple[str, ...]


class Open(Struct, frozen=True, array_like=True, tag="open"):
    """Take calls from here on."""


class Answered(Struct, frozen=True, array_like=True, tag="answered"):
    """An rpc's answer as it goes on the wire; of a stream, the end, which is empty."""

    number: int
    response: bytes


class Streamed(Struct, frozen=True, array_like=True, tag="streamed"):
    """One message of a stream."""

    number: int
    response: bytes


class Aborted(Struct, frozen=True, array_like=True, tag="aborted"):
    """An rpc ended with a status other than OK, which is named as gRPC names it."""

    number: int
    status: str
    sentence: str
    metadata: tuple[tuple[str, bytes], ...] = ()


class Stop(Struct, frozen=True, array_like=True, tag="stop"):
    """Take no more calls, wait so long for those that run, then end."""

    grace_seconds: float


Message = (
    Call | Gone | Taken | Listening | Opened | Listen | Open | Answered | Streamed | Aborted | Stop
)

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Message)


class Link(asyncio.Protocol):
    """One end of the socket: `said` gets each message of the other end, `ended` its end."""

    def __init__(self, said: Callable[[Message], None], ended: Callable[[], None]) -> None:
        self._said, self._ended = said, ended
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._gathered: list[bytes] = []
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Tell that the other end is gone."""
        self._transport = None
        self._ended()

    def say(self, message: Message) -> None:
        """Send a message, together with what else is said at this moment.

        Where the other end is gone it is lost: then this process is about to end too.
        Raises UnicodeEncodeError, TypeError where it cannot be written; then nothing is sent.
        """
        written = _ENCODER.encode(message)
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append(len(written).to_bytes(_LENGTH_BYTES, "big"))
        self._gathered.append(written)

    def _send(self) -> None:
        gathered, self._gathered = self._gathered, []
        if self._transport is not None:
            self._transport.write(b"".join(gathered))

    def data_received(self, data: bytes) -> None:
        """Read what is complete, keep the rest."""
        received = self._received
        received += data
        start = 0
        while len(received) >= start + _LENGTH_BYTES:
            begin = start + _LENGTH_BYTES
            end = begin + int.from_bytes(received[start:begin], "big")
            if len(received) < end:
                break
            self._said(_DECODER.decode(received[begin:end]))
            start = end
        del received[:start]

    def close(self) -> None:
        """Close our end."""
        if self._transport is not None:
            self._transport.close()
