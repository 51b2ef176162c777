"""The ledger's commands a second, through gRPC, against a server that only answers."""

import asyncio
import itertools
import sys
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Final

import grpc

from embedded.process import free_port, is_taken, spawn, stop
from proto import accounting_ledger_pb2 as wire
from proto import accounting_ledger_pb2_grpc as rpc
from tests.bench.figures import paired
from tests.invariants.load import Load
from tests.stage import Stage

ACCOUNTS: Final = [f"bench-acc-{number:03d}" for number in range(128)]
SECONDS: Final = 4.0


async def _client(
    stub: "rpc.AccountingLedgerServiceAsyncStub",
    accounts: list[str],
    metadata: tuple[tuple[str, str], ...],
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


async def _rate(address: str, clients: int, metadata: tuple[tuple[str, str], ...]) -> float:
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


def _run(address: str, clients: int, load: Load) -> float:
    return asyncio.run(_rate(address, clients, load.metadata()))


def measure(stage: Stage) -> None:
    """Run the ledger's measurements, at 1 and at 64 clients."""
    load = Load(stage)
    for number, account in enumerate(ACCOUNTS):
        load.open_loan(account, f"CUS-bench-{number}")
    address = f"127.0.0.1:{free_port()}"
    log = stage.folder / "logs" / "echo.log"
    echo = spawn([sys.executable, Path(__file__).with_name("echo.py"), address], log)
    while not is_taken(int(address.rsplit(":", 1)[1])):
        time.sleep(0.05)
    try:
        for clients in (1, 64):
            paired(
                f"ledger commands/s, {clients} clients",
                partial(_run, stage.ledger_address, clients, load),
                partial(_run, address, clients, load),
                unit="commands/s",
                against="a bare gRPC echo",
            )
    finally:
        stop(echo)
