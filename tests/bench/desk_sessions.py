"""Sessions at the desk as a browser holds them: they ask for pages over its websocket."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import websockets
from msgspec import Struct
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol

TICKS: Final = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
"""Where Linux's `/proc/<id>/stat` tells the ticks spent, behind the name in brackets."""


class Opened(Struct, frozen=True):
    """How long a page took to come, and how much of a processor the desk spent on it."""

    wall_ms: float
    cpu_ms: float


def cpu_seconds(process_id: int) -> float:
    """Tell how much time of a processor a process has used."""
    told = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(told[_USER]) + int(told[_SYSTEM])) / TICKS


class Tab:
    """One tab of somebody who is signed in."""

    def __init__(self, port: int, secret: str) -> None:
        self._url = f"ws://127.0.0.1:{port}/_stcore/stream"
        self._secret = secret
        self._socket: websockets.ClientConnection | None = None

    async def __aenter__(self) -> Self:
        self._socket = await websockets.connect(
            self._url,
            additional_headers={"Cookie": f"billie_session={self._secret}"},
            origin=Origin(self._url.replace("ws:", "http:").removesuffix("/_stcore/stream")),
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def open(self, page: str, query: str = "") -> float:
        """Open a page and wait until the desk has drawn it; gives milliseconds."""
        assert self._socket is not None
        rerun = BackMsg()
        rerun.rerun_script.page_name = page
        rerun.rerun_script.query_string = query
        started = time.perf_counter()
        await self._socket.send(rerun.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(bytes(await self._socket.recv()))  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "script_finished":
                return (time.perf_counter() - started) * 1000


async def pages_in_turn(
    port: int, process_id: int, secrets: Mapping[str, str], pages: Mapping[str, tuple[str, str]]
) -> dict[str, Opened]:
    """Open each page once for who may, as a change from another page; give what it took.

    `pages` names the role and the query of each. What is said between is not counted.
    """
    opened: dict[str, Opened] = {}
    for page, (role, query) in pages.items():
        async with Tab(port, secrets[role]) as tab:
            await tab.open("me")
            spent = cpu_seconds(process_id)
            wall = await tab.open(page, query)
            opened[page] = Opened(wall, (cpu_seconds(process_id) - spent) * 1000)
    return opened


async def at_once(
    port: int, secret: str, query: str, *, sessions: int, seconds: float, pause: float
) -> list[float]:
    """Let sessions open the customer page again and again, each with a pause between.

    Gives the milliseconds of every opening after the first of each session.
    """
    times: list[float] = []
    ends = time.perf_counter() + seconds

    async def one(number: int) -> None:
        async with Tab(port, secret) as tab:
            await tab.open("customer", query)
            await asyncio.sleep(pause * number / sessions)
            while time.perf_counter() < ends:
                times.append(await tab.open("customer", query))
                await asyncio.sleep(pause)

    await asyncio.gather(*(one(number) for number in range(sessions)))
    return times
