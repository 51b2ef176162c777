"""The ledger's commands a second, through gRPC, against a server that only answers.

Redis and the ledger run, and the load comes from this process; the projector does not, for
it is a service of its own. What each process works per command tells why the ratio is so.
"""

import asyncio
import itertools
import os
import sys
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Final

import grpc

from embedded.ports import is_taken
from embedded.process import Process, spawn, stop
from ledger.books import system_clock
from proto import accounting_ledger_pb2 as wire
from proto import accounting_ledger_pb2_grpc as rpc
from proto import servicing_pb2 as ours
from proto import servicing_pb2_grpc as ours_rpc
from tests import postgres
from tests.bench import measure_store
from tests.bench.figures import paired, report
from tests.invariants.load import Load
from tests.ports import free_port
from tests.stage import Stage

ACCOUNTS: Final = [f"bench-acc-{number:04d}" for number in range(1_024)]
CLIENTS: Final = (1, 16, 64)
SECONDS: Final = 4.0
_OPENING: Final = 32

Metadata = tuple[tuple[str, str], ...]


def _opening(account: str) -> ours.OpenLoanRequest:
    return ours.OpenLoanRequest(
        loan_account_id=account,
        account_number=f"N-{account}",
        customer_id=f"CUS-{account}",
        loan_amount="2000.00",
        loan_fee="0.00",
        opened_date=system_clock().date().isoformat(),
        payment_frequency="weekly",
        schedule_id=f"SCH-{account}",
        instalments=[
            ours.Instalment(payment_number=each, due_date=f"2099-01-{each:02d}", amount="200.00")
            for each in range(1, 11)
        ],
        idempotency_key=f"open-{account}",
    )


async def _open(address: str, metadata: Metadata) -> None:
    """Open and pay out every account, some at a time."""
    turn = asyncio.Semaphore(_OPENING)
    async with grpc.aio.insecure_channel(address) as channel:
        loans = ours_rpc.LoanServiceStub(channel)
        accounting = rpc.AccountingLedgerServiceStub(channel)

        async def one(account: str) -> None:
            payout = wire.DisburseLoanRequest(
                loan_account_id=account,
                disbursement_amount="2000.00",
                idempotency_key=f"disburse-{account}",
            )
            async with turn:
                await loans.OpenLoan(_opening(account), metadata=metadata, timeout=45)
                await accounting.DisburseLoan(payout, metadata=metadata, timeout=45)

        await asyncio.gather(*(one(account) for account in ACCOUNTS))


async def _client(
    stub: "rpc.AccountingLedgerServiceAsyncStub",
    accounts: list[str],
    metadata: Metadata,
    ends: float,
) -> int:
    done = 0
    for account in itertools.cycle(accounts):
        if time.perf_counter() >= ends:
            break
        request = wire.RecordRepaymentRequest(
            loan_account_id=account, amount="0.01", idempotency_key=uuid.uuid4().hex
        )
        await stub.RecordRepayment(request, metadata=metadata, timeout=45)
        done += 1
    return done


async def _rate(address: str, clients: int, metadata: Metadata) -> float:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = rpc.AccountingLedgerServiceStub(channel)
        started = time.perf_counter()
        done = await asyncio.gather(
            *(
                _client(stub, ACCOUNTS[each::clients], metadata, started + SECONDS)
                for each in range(clients)
            )
        )
        return sum(done) / (time.perf_counter() - started)


def _ticks(pid: int) -> int:
    """Give what a process and its children have worked, from the kernel's own count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(fields[11]) + int(fields[12]) + sum(_ticks(int(child)) for child in children)


def _cpu_seconds(process: Process) -> float:
    """Give what a server has worked; the ledger has its wire in a child."""
    return _ticks(process.pid) / os.sysconf("SC_CLK_TCK")


def _microseconds(address: str, clients: int, load: Load, servers: list[Process]) -> list[int]:
    """Give what each server, then the load itself, works for one command."""
    before = [*map(_cpu_seconds, servers), time.process_time()]
    started = time.perf_counter()
    rate = asyncio.run(_rate(address, clients, load.metadata()))
    done = rate * (time.perf_counter() - started)
    after = [*map(_cpu_seconds, servers), time.process_time()]
    return [round((end - begin) / done * 1e6) for begin, end in zip(before, after, strict=True)]


def _measure(stage: Stage, store: str) -> None:
    """Compare one ledger with an echo, at each number of clients."""
    load = Load(stage)
    asyncio.run(_open(stage.ledger_address, load.metadata()))
    address = f"127.0.0.1:{free_port()}"
    log = stage.folder / "logs" / "echo.log"
    echo = spawn([sys.executable, Path(__file__).with_name("echo.py"), address], log)
    while not is_taken(int(address.rsplit(":", 1)[1])):
        time.sleep(0.05)

    def rate(at: str, clients: int) -> float:
        return asyncio.run(_rate(at, clients, load.metadata()))

    try:
        for clients in CLIENTS:
            paired(
                f"ledger commands/s, {store}, {clients} clients",
                partial(rate, stage.ledger_address, clients),
                partial(rate, address, clients),
                unit="commands/s",
                against="a bare gRPC echo",
            )
            servers = [stage.processes["ledger"], stage.processes["redis"]]
            ledger, redis, _ = _microseconds(stage.ledger_address, clients, load, servers)
            bare, by_load = _microseconds(address, clients, load, [echo])
            report(
                f"processor time of a command, {store}, {clients} clients",
                unit="microseconds",
                ledger=ledger,
                redis=redis,
                echo=bare,
                load=by_load,
                cores=os.cpu_count(),
            )
    finally:
        stop(echo)


def measure(stage: Stage) -> None:
    """Run the ledger's measurements, on SQLite and on PostgreSQL."""
    _measure(stage, "SQLite")
    stop(stage.processes["ledger"])
    measure_store.measure(stage.folder / "store", "SQLite", str)
    if postgres.binaries() is None:
        report("PostgreSQL was not measured: it is not installed")
        return
    server = postgres.PostgresServer()
    try:
        server.start()
        other = Stage(stage.folder / "postgres", server.new_journal_url())
        try:
            other.start("redis", "ledger")
            _measure(other, "PostgreSQL")
        finally:
            other.stop()
        measure_store.measure(stage.folder / "store-2", "PostgreSQL", server.new_journal_url)
    finally:
        server.remove()
