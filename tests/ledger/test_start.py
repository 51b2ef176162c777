"""Starting and ending: alone on its journal, clear when it cannot, clean when told to."""

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tests.builders import LedgerProcess, make_keys, refusal_of
from tests.ports import free_port

Ended = subprocess.CompletedProcess[str]


def _run(process: LedgerProcess, *arguments: str, **changed: str) -> Ended:
    return subprocess.run(
        [sys.executable, "-m", "ledger", *arguments],
        env={**process.environment(), **changed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _create_admin(process: LedgerProcess, staff_id: str) -> Ended:
    arguments = ("--staff-id", staff_id, "--username", staff_id, "--display-name", "Alex Kim")
    return _run(process, "create-admin", *arguments)


def test_two_ledgers_never_share_a_journal(ledger: LedgerProcess) -> None:
    """The second one says so in one sentence and ends."""
    second = _run(ledger, LEDGER_LISTEN=f"127.0.0.1:{free_port()}")
    assert second.returncode != 0
    assert second.stderr.startswith("ledger: Another ledger uses the journal")
    assert len(second.stderr.splitlines()) == 1


def test_a_taken_address_is_told(ledger: LedgerProcess, tmp_path: Path) -> None:
    """GRPC would share the port silently; we do not."""
    second = _run(ledger, DATA_DIR=str(tmp_path))
    assert second.returncode != 0
    assert ledger.address in second.stderr.splitlines()[-1]
    assert "taken" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEDGER_LISTEN", "nowhere"),
        ("LEDGER_LISTEN", "127.0.0.1:99999"),
        ("LEDGER_LISTEN", "127.0.0.1:\u0663"),
        ("LEDGER_DATABASE_URL", "mysql://x"),
        ("LEDGER_LIMITS", "{"),
        ("LEDGER_LIMITS", '{"nobody": {}}'),
        ("LEDGER_LIMITS", '{"support": {"loan": "1.00"}}'),
        ("LEDGER_LIMITS", '{"support": {"waiver": "-1.00"}}'),
        ("LEDGER_SENIOR_THRESHOLD", "NaN"),
        ("LEDGER_APPROVAL_EXPIRES_DAYS", "0"),
        ("APP_MODE", "test"),
        ("REDIS_URL", "localhost"),
        ("LEDGER_DATABASE_URL", "postgresql://billie:s3cret%zz@127.0.0.1/billie"),
        ("LEDGER_FAIL_POINT", "nowhere"),
        ("KEYS_DIR", "/nonexistent"),
        ("DATA_DIR", "/dev/null"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, variable: str, value: str) -> None:
    """One sentence with the variable's name, and an exit code that says failure."""
    process = LedgerProcess(tmp_path)
    ended = _run(process, **{variable: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"ledger: {variable}")
    assert "s3cret" not in ended.stderr


def test_a_step_at_which_the_ledger_dies_is_for_tests_alone(tmp_path: Path) -> None:
    """A ledger in production refuses to start with one."""
    ended = _run(LedgerProcess(tmp_path, app_mode="production", fail_point="after-commit:1"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("ledger: LEDGER_FAIL_POINT")


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A key is no secret when the folder's group can read it."""
    process = LedgerProcess(tmp_path)
    (process.keys_dir / "master.key").chmod(0o640)
    assert "chmod 600" in _run(process).stderr


def test_another_master_key_is_refused_at_the_start(tmp_path: Path) -> None:
    """A new key in the old one's place: half the texts would be lost, and nobody would know."""
    with LedgerProcess(tmp_path) as process:
        account = process.system.active_loan()
        process.system.repay(account, "1.00", notes="as agreed")
    (process.keys_dir / "master.key").unlink()
    make_keys(process.keys_dir)
    ended = _run(process)
    assert ended.returncode == 1
    assert ended.stderr.startswith("ledger: KEYS_DIR")
    assert "Put that one back" in ended.stderr


@pytest.mark.parametrize("name", ["text-keys.db", "journal.db"])
def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    """What was overwritten is told at the start, without a stack trace."""
    process = LedgerProcess(tmp_path)
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / name).write_bytes(b"no database" * 1_000)
    ended = _run(process)
    assert ended.returncode == 1
    assert ended.stderr.startswith("ledger: ")
    assert "Traceback" not in ended.stderr


def test_told_to_end_it_ends_cleanly_and_everything_is_there_again(
    ledger_alone: LedgerProcess,
) -> None:
    """SIGTERM, twice even, means the same once."""
    account = ledger_alone.system.active_loan()
    process = ledger_alone.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert '"ledger stopped"' in ledger_alone.log.read_text()
    ledger_alone.start()
    assert ledger_alone.system.balance(account).total_outstanding == "600.00"


def test_the_first_administrator_comes_from_the_command_line(tmp_path: Path) -> None:
    """Without a running ledger, as long as there is no staff; twice is the same as once.

    Where there is one who may work, whoever comes next comes from them: also the command
    line makes no supervisor then, with whatever limits.
    """
    process = LedgerProcess(tmp_path)
    assert "is an administrator" in _create_admin(process, "alex").stdout
    assert _create_admin(process, "alex").returncode == 0
    other = _create_admin(process, "robin")
    assert other.returncode == 1
    assert "Start the ledger" in other.stderr
    with process:
        other = _create_admin(process, "robin")
        assert other.returncode == 1
        assert "Ask an administrator" in other.stderr
        with pytest.raises(grpc.RpcError) as refused:
            process.system.create_staff("kim-lee", ["supervisor"], limits={"write_off": "9.00"})
        assert refusal_of(refused.value).reason == "NO_RIGHT"
        process.caller("alex").create_staff("kim-lee", ["support"])


def test_only_demo_mode_lets_anybody_set_the_clock(tmp_path: Path) -> None:
    """In production the demo clock is refused, also to the command line."""
    with LedgerProcess(tmp_path, app_mode="production") as process:
        with pytest.raises(grpc.RpcError) as refused:
            process.system.open_loan(at=datetime(2026, 1, 1, tzinfo=UTC))
        assert refusal_of(refused.value).reason == "DEMO_CLOCK"


@pytest.mark.parametrize(
    "service", ["", "billie.ledger.v1.AccountingLedgerService", "billie.servicing.v1.StaffService"]
)
def test_the_health_service_needs_no_token(ledger: LedgerProcess, service: str) -> None:
    """Whoever watches over the parts can ask, for the whole and for each service."""
    with grpc.insecure_channel(ledger.address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answer = check(health_pb2.HealthCheckRequest(service=service), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_bug_is_told_by_a_reference_and_by_nothing_else(ledger_alone: LedgerProcess) -> None:
    """No stack trace for the caller, no personal data in the log; the number joins them."""
    system = ledger_alone.system
    account = system.active_loan()
    with sqlite3.connect(ledger_alone.data_dir / "ledger" / "journal.db") as journal:
        journal.execute(
            "INSERT INTO entries SELECT position + 1, subject_id, version + 1, event_type, "
            "recorded_at, actor, CAST('{\"secret\":1' AS BLOB), hash, prev FROM entries "
            "WHERE subject_id = ? ORDER BY position DESC LIMIT 1",
            (account,),
        )
    with pytest.raises(grpc.RpcError) as failed:
        system.balance(account)
    assert failed.value.code() == grpc.StatusCode.INTERNAL
    reference = str(failed.value.details()).rstrip(".").rsplit(" ", 1)[-1]
    log = ledger_alone.log.read_text()
    assert f'"reference": "{reference}"' in log
    assert "secret" not in log + str(failed.value.details())
    assert "Traceback" not in log
