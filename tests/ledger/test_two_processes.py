"""A ledger is two processes, one for the wire and one for the books: it lives or dies as one."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from embedded.ports import is_taken
from embedded.process import is_alive
from tests.builders import LedgerProcess, new_key

SECONDS_MAX = 120.0


def _front(ledger: LedgerProcess) -> int:
    """Give the process that has the wire, the only child of the one that was started."""
    assert ledger.process is not None
    pid = ledger.process.pid
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_front_ends_the_ledger_and_loses_nothing(ledger_alone: LedgerProcess) -> None:
    """Whoever watches over the ledger sees it end, with a status that is no success."""
    system, key = ledger_alone.system, new_key()
    account = system.active_loan()
    answer = system.repay(account, "1.00", idempotency_key=key)
    os.kill(_front(ledger_alone), signal.SIGKILL)
    assert ledger_alone.process is not None
    assert ledger_alone.process.wait(SECONDS_MAX) == 1
    assert "front process was ended" in ledger_alone.log.read_text()
    ledger_alone.start()
    again = system.repay(account, "1.00", idempotency_key=key)
    assert again.idempotent_replay
    assert again.event_id == answer.event_id


def test_killed_books_take_the_front_with_them(ledger_empty: LedgerProcess) -> None:
    """Nobody goes on listening for books that are gone; the next ledger has the address."""
    front = _front(ledger_empty)
    port = int(ledger_empty.address.rsplit(":", 1)[1])
    ledger_empty.kill()
    _wait_until(lambda: not is_taken(port))
    ledger_empty.start()
    assert _front(ledger_empty) != front


def test_a_ledger_that_is_stopped_leaves_no_process(ledger_empty: LedgerProcess) -> None:
    """SIGTERM ends both, as a success."""
    front = _front(ledger_empty)
    assert ledger_empty.process is not None
    ledger_empty.process.terminate()
    assert ledger_empty.process.wait(SECONDS_MAX) == 0
    _wait_until(lambda: not is_alive(front))


def test_what_no_contract_names_is_unimplemented(ledger: LedgerProcess) -> None:
    """The front passes on only what it was told of."""
    with grpc.insecure_channel(ledger.address) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/billie.nothing.v1.NoService/Nothing"
        )
        with pytest.raises(grpc.RpcError) as error:
            call(b"", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
