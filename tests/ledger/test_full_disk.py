"""A disk that is full refuses cleanly."""

import os
import resource
from pathlib import Path

import grpc
import psycopg
import pytest

from tests.builders import LedgerProcess, new_key
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import ask, get, person, refused, write_off
from tests.postgres import PostgresServer


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


def test_limits_and_requests_are_known_after_a_full_disk(ledger_alone: LedgerProcess) -> None:
    """What was used up of a limit is read anew: neither forgotten, nor counted in vain."""
    system, acting = ledger_alone.system, person(ledger_alone, "support")
    account, key = system.active_loan(), new_key()
    system.late_fee(account, "70.00")
    acting.waive(account, "30.00")
    asked = ask(acting, write_off(account)).request_id
    process = ledger_alone.process
    assert process is not None
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4_096, unlimited[1]))
    with pytest.raises(grpc.RpcError) as failed:
        acting.waive(account, "20.00", idempotency_key=key)
    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert refused(acting.waive, account, "20.01").reason == "APPROVAL_REQUIRED"
    assert not acting.waive(account, "20.00", idempotency_key=key).idempotent_replay
    assert refused(acting.waive, account, "0.01").reason == "APPROVAL_REQUIRED"
    assert refused(ask, acting, write_off(account)).reason == "ALREADY_REQUESTED"
    assert get(acting, asked).status == "pending"


def _fill(postgres: PostgresServer) -> None:
    """Take what is left of the small disk, to the last page."""
    postgres.execute("CREATE TABLE filler (bytes text)")
    for rows in (200, 1):
        while _added(postgres, rows):
            pass


def _added(postgres: PostgresServer, rows: int) -> bool:
    row = "SELECT repeat(md5(random()::text), 60)"
    try:
        postgres.execute(f"INSERT INTO filler {row} FROM generate_series(1, {rows})")
    except psycopg.errors.DiskFull:
        return False
    return True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk: NOT tested")
def test_a_full_disk_under_postgresql_changes_nothing_either(
    data_dir: Path, own_postgres: PostgresServer
) -> None:
    """A server without room for another page: refused, and done once when there is room."""
    own_postgres.stop()
    own_postgres.start(small_disk_megabytes=4)
    own_postgres.execute(f"CREATE TABLESPACE small LOCATION '{own_postgres.small_disk}'")
    own_postgres.execute("ALTER ROLE billie SET default_tablespace = small")
    with LedgerProcess(data_dir, database_url=own_postgres.new_journal_url()) as ledger:
        system = ledger.system
        account, notes = system.active_loan(), "as agreed " * 150
        _fill(own_postgres)
        repaid, code = 0, None
        while code is None and repaid < 100:  # the last pages take a few more
            failed, head = new_key(), len(system.entries())
            try:
                system.repay(account, "1.00", idempotency_key=failed, notes=notes)
                repaid += 1
            except grpc.RpcError as error:
                code = error.code()
        assert code == grpc.StatusCode.UNAVAILABLE
        assert len(system.entries()) == head
        assert system.balance(account).total_outstanding == f"{600 - repaid}.00"
        own_postgres.execute("DROP TABLE filler")
        answer = system.repay(account, "1.00", idempotency_key=failed, notes=notes)
        assert not answer.idempotent_replay
        assert system.balance(account).total_outstanding == f"{599 - repaid}.00"
        check_books(system)
