"""Reruns a second of the customer page with ten sessions, and reads against a ping."""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import redis
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol

from dashboard.queries import customers, search
from dashboard.sessions import Sessions
from embedded.process import free_port, spawn, stop
from proto import codec, documents
from proto.streams import INBOX
from proto.values import Key
from tests.bench.figures import paired, percentile, report
from tests.invariants.load import Load
from tests.stage import Stage

SESSIONS: Final = 10
SECONDS: Final = 6.0
CUSTOMERS: Final = 2_000
CALLS: Final = 400
STAFF_ID: Final = "staff-bench"
CUSTOMER_ID: Final = "CUS-bench-0"


def _customers(stage: Stage) -> None:
    """Publish customers, and loans of the first one with repayments, through the front doors."""
    with redis.Redis.from_url(stage.redis.url) as client:
        for number in range(CUSTOMERS):
            body = {
                "customer_id": f"CUS-bench-{number}",
                "first_name": "Johanna" if number % 50 else "John",
                "last_name": f"Smithers{number}",
                "email_address": f"person{number}@example.com",
                "mobile_phone_number": f"04{number:08d}",
            }
            event: dict[Any, Any] = {"typ": "customer.created.v1", "id": f"c-{number}"}
            client.xadd(INBOX, event | {"payload": codec.canonical(body)})
    load = Load(stage)
    for account in ("bench-view-1", "bench-view-2"):
        load.open_loan(account, CUSTOMER_ID)
        for number in range(30):
            load.repay(account, f"{account}-{number:06d}", "10.00")
    found = stage.database()["customers"]
    while found.count_documents({}) < CUSTOMERS:
        time.sleep(0.1)


def _sign_in(stage: Stage) -> str:
    """Make a supervisor and give the secret of a session of theirs."""
    member = documents.StaffDocument(
        staff_id=Key(STAFF_ID),
        username=Key("bench"),
        display_name="Bench",
        roles=["supervisor"],
        ver=1,
    )
    stage.database()["staff"].replace_one({"_id": STAFF_ID}, codec.to_mongo(member), upsert=True)
    with redis.Redis.from_url(stage.redis.url) as client:
        return Sessions(client).start(STAFF_ID)


async def _session(url: str, secret: str, ends: float) -> int:
    """Rerun the customer page again and again, as a browser asks for it, and count."""
    headers = {"Cookie": f"billie_session={secret}"}
    done = 0
    async with websockets.connect(
        url,
        additional_headers=headers,
        origin=Origin(url.replace("ws:", "http:").removesuffix("/_stcore/stream")),
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
    ) as socket:
        while time.perf_counter() < ends:
            rerun = BackMsg()
            rerun.rerun_script.page_name = "customer"
            rerun.rerun_script.query_string = f"id={CUSTOMER_ID}"
            await socket.send(rerun.SerializeToString())
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(bytes(await socket.recv()))  # type: ignore[arg-type]
                if answer.WhichOneof("type") == "script_finished":
                    break
            done += 1
    return done


async def _sessions(port: int, secret: str) -> float:
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    await _session(url, secret, time.perf_counter() + 2)
    started = time.perf_counter()
    counts = await asyncio.gather(
        *(_session(url, secret, started + SECONDS) for _ in range(SESSIONS))
    )
    return sum(counts) / (time.perf_counter() - started)


def _reruns(stage: Stage, secret: str, program: list[str]) -> float:
    """Start a desk, drive it with ten sessions, and give its reruns a second."""
    port = free_port()
    environ = {**stage.environ, "DASHBOARD_PORT": str(port)}
    desk = spawn([sys.executable, *program], stage.folder / "logs" / "desk.log", environ)
    try:
        while not _answers(port):
            time.sleep(0.2)
        return asyncio.run(_sessions(port, secret))
    finally:
        stop(desk)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _p95(call: Callable[[], object]) -> float:
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return percentile(times, 0.95) * 1000


def _read(name: str, stage: Stage, call: Callable[[], object]) -> None:
    """Measure a query's p95 beside that of a ping, three times in turn."""
    ping = stage.database().client.admin
    pairs = [(_p95(call), _p95(lambda: ping.command("ping"))) for _ in range(3)]
    ours, other = sorted(pairs, key=lambda pair: pair[0] / pair[1])[1]
    report(
        name,
        unit="ms p95",
        ours=round(ours, 2),
        other=round(other, 2),
        against="a MongoDB ping",
        ratio=round(ours / other, 2),
    )


def measure(stage: Stage) -> None:
    """Run the desk's measurements."""
    _customers(stage)
    secret = _sign_in(stage)
    database: Any = stage.database()
    support = frozenset({"support"})
    _read("customer view", stage, partial(customers.customer_view, database, support, CUSTOMER_ID))
    for text in ("john sm", "person17", "0400001", "mithers19"):
        _read(f"search {text!r}", stage, partial(search.search, database, support, text))
    plain = str(Path(__file__).with_name("plain_desk.py"))
    paired(
        "customer page reruns/s, 10 sessions",
        lambda: _reruns(stage, secret, ["-m", "dashboard"]),
        lambda: _reruns(stage, secret, [plain]),
        unit="reruns/s",
        against="the same page uncached and unfrozen",
    )
    report("taken", at=datetime.now(UTC).isoformat(timespec="seconds"))
