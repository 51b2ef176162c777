"""The desk: reruns a second, reads against a ping, every page's opening, clicks, many at once."""

import asyncio
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import redis

from dashboard import navigation
from dashboard.queries import customers, search
from dashboard.sessions import Sessions
from embedded import keys
from embedded.process import spawn, stop
from proto import accounting_ledger_pb2 as ledger
from proto import actor_token, codec
from proto import servicing_pb2 as servicing
from proto.servicing_pb2_grpc import ApprovalServiceStub, StaffServiceStub
from proto.streams import INBOX
from proto.values import Money
from tests.bench.desk_clicks import clicks
from tests.bench.desk_sessions import at_once, pages_in_turn
from tests.bench.figures import ROUNDS, paired, percentile, report
from tests.browser import chromium
from tests.invariants.load import Load
from tests.ports import free_port
from tests.stage import Stage

SESSIONS: Final = 10
SECONDS: Final = 4.0
MANY: Final = 20
PAUSE_SECONDS: Final = 1.0
CLICKS: Final = 25
"""In a round: the first click after a page was opened is slower, and one of many."""
CUSTOMERS: Final = 2_000
CALLS: Final = 400
CUSTOMER_ID: Final = "CUS-bench-0"
QUERY: Final = f"id={CUSTOMER_ID}"
ACCOUNTS: Final = ("bench-view-1", "bench-view-2")
OWED: Final = "1700.00"
"""What is left of each: 2,000 lent and 30 repayments of 10."""

ROLES: Final = ("support", "supervisor", "compliance", "admin")
READERS: Final = ("supervisor", "compliance", "admin")
"""Who opens a page; the first of these who may."""


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
    for account in ACCOUNTS:
        load.open_loan(account, CUSTOMER_ID)
        for number in range(30):
            load.repay(account, f"{account}-{number:06d}", "10.00")
    found = stage.database()["customers"]
    while found.count_documents({}) < CUSTOMERS:
        time.sleep(0.1)


def _staff(stage: Stage) -> dict[str, str]:
    """Make a staff member for each role in the ledger; give the secret of a session of each."""
    load = Load(stage)
    for role in ROLES:
        request = servicing.CreateStaffRequest(
            staff_id=f"staff-bench-{role}",
            username=f"bench-{role}",
            display_name=f"Bench {role}",
            roles=[role],
            idempotency_key=f"bench-{role}",
        )
        load.until_answered(
            lambda channel, request=request: StaffServiceStub(channel).Create(  # type: ignore[misc]
                request, metadata=load.metadata(), timeout=45
            )
        )
    while stage.database()["staff"].count_documents({}) < len(ROLES):
        time.sleep(0.1)
    with redis.Redis.from_url(stage.redis.url) as client:
        return {role: Sessions(client).start(f"staff-bench-{role}") for role in ROLES}


def _request(stage: Stage) -> str:
    """Let one of them ask for a write-off; give the request's id when the screens have it."""
    actor = "staff-bench-support"
    token = actor_token.mint(
        keys.private_key(stage.folder / "keys", "desk"),
        issuer="desk",
        actor_id=actor,
        session_id="bench",
        now=datetime.now(UTC),
    )
    command = ledger.WriteOffRequest(
        loan_account_id=ACCOUNTS[1], reason="For the bench", approved_by=actor
    )
    asked = servicing.RequestApprovalRequest(
        command=servicing.PreviewRequest(write_off=command),
        reason="For the bench",
        priority="normal",
        idempotency_key="bench-ask",
    )
    metadata = ((actor_token.METADATA_KEY, f"Bearer {token}"),)
    answer = Load(stage).until_answered(
        lambda channel: ApprovalServiceStub(channel).Request(asked, metadata=metadata, timeout=45)
    )
    while not stage.database()["approvals"].find_one({"_id": answer.request_id}):
        time.sleep(0.1)
    return answer.request_id


@contextmanager
def _desk(stage: Stage, program: list[str]) -> Iterator[tuple[int, int]]:
    """Start a desk; give its port and its process."""
    port = free_port()
    environ = {**stage.environ, "DASHBOARD_PORT": str(port)}
    desk = spawn([sys.executable, *program], stage.folder / "logs" / "desk.log", environ)
    try:
        while not _answers(port):
            time.sleep(0.2)
        yield port, desk.pid
    finally:
        stop(desk)


def _reruns(stage: Stage, secret: str, program: list[str]) -> float:
    """Drive a desk with ten sessions without pause, and give its reruns a second."""
    with _desk(stage, program) as (port, _):
        started = time.perf_counter()
        times = asyncio.run(
            at_once(port, secret, QUERY, sessions=SESSIONS, seconds=SECONDS, pause=0)
        )
        return len(times) / (time.perf_counter() - started)


def _pages(port: int, process_id: int, secrets: dict[str, str], ask: str) -> None:
    """Open every page, three rounds: how long it takes, and what of it is the desk's own work."""
    queries = {"customer": QUERY, "request": f"id={ask}", "search": "q=john"}
    wanted = {
        row.url_path: (
            next(role for role in READERS if role in row.roles),
            queries.get(row.url_path, ""),
        )
        for row in navigation.PAGES
    }
    rounds = [
        asyncio.run(pages_in_turn(port, process_id, secrets, wanted)) for _ in range(ROUNDS + 1)
    ][1:]
    for page in wanted:
        walls = [round(each[page].wall_ms) for each in rounds]
        spent = [round(each[page].cpu_ms) for each in rounds]
        report(
            f"page open: {page}",
            unit="ms",
            ours=statistics.median(walls),
            server_cpu=statistics.median(spent),
            rounds=[list(each) for each in zip(walls, spent, strict=True)],
        )


def _many(port: int, secret: str) -> None:
    """Let twenty sessions at once each open the customer page every second."""
    rounds = []
    for _ in range(ROUNDS):
        times = asyncio.run(
            at_once(port, secret, QUERY, sessions=MANY, seconds=SECONDS, pause=PAUSE_SECONDS)
        )
        rounds.append([round(statistics.median(times)), round(percentile(times, 0.95)), len(times)])
    middle = sorted(rounds)[ROUNDS // 2]
    report(
        f"customer page, {MANY} sessions at once, each every {PAUSE_SECONDS:g} s",
        unit="ms",
        ours=middle[0],
        p95=middle[1],
        openings=middle[2],
        rounds=rounds,
    )


def _clicks(port: int, secret: str) -> None:
    """Click in a real browser, where there is one."""
    if chromium.find() is None:
        report("click → overlay", skipped="no browser")
        return
    url, owed = f"http://127.0.0.1:{port}", Money.parse(OWED)
    address = f"/customer?{QUERY}&account={ACCOUNTS[0]}"
    taken = clicks(url, secret, address, owed, rounds=ROUNDS, each=CLICKS)
    for name, taken_rounds in (
        ("click → overlay", taken.overlay),
        ("click → Synced", taken.synced),
        ("customer page: first paint", taken.painted),
        ("customer page: figures shown", taken.figures),
    ):
        times = [each for one in taken_rounds for each in one]
        report(
            name,
            unit="ms",
            ours=round(statistics.median(times)),
            p95=round(percentile(times, 0.95)),
            count=len(times),
            rounds=[round(statistics.median(one)) for one in taken_rounds],
        )


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
    secrets = _staff(stage)
    secret, ask = secrets["supervisor"], _request(stage)
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
    with _desk(stage, ["-m", "dashboard"]) as (port, process_id):
        _pages(port, process_id, secrets, ask)
        _many(port, secret)
        _clicks(port, secret)
    report("taken", at=datetime.now(UTC).isoformat(timespec="seconds"))
