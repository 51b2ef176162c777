"""A disk that is full refuses cleanly."""

import resource

import grpc
import pytest

from tests.builders import LedgerProcess, new_key
from tests.ledger.accounts_check import check_books


def test_a_full_disk_changes_nothing_and_the_same_key_works_when_there_is_room(
    ledger_alone: LedgerProcess,
) -> None:
    """The caller is told that the world failed; no half of a command is kept."""
    system = ledger_alone.system
    account, key = system.active_loan(), new_key()
    head = len(system.entries())
    process = ledger_alone.process
    assert process is not None
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4_096, unlimited[1]))
    with pytest.raises(grpc.RpcError) as failed:
        system.repay(account, "10.00", idempotency_key=key)
    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE
    assert len(system.entries()) == head
    assert system.balance(account).total_outstanding == "600.00"
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert not system.repay(account, "10.00", idempotency_key=key).idempotent_replay
    assert system.balance(account).total_outstanding == "590.00"
    check_books(system)
