"""The switch: a ledger that takes no commands still answers, and says why."""

from datetime import UTC, datetime

import grpc
import pytest

from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_key, refusal_of
from tests.ledger import asking


def test_a_read_only_ledger_refuses_every_command_until_it_is_switched_back(
    ledger_alone: LedgerProcess,
) -> None:
    """Reads go on, a replay gets its answer, and the switch outlives a restart."""
    admin, support = ledger_alone.caller("staff-admin"), ledger_alone.caller("staff-support")
    account, key = ledger_alone.system.active_loan(), new_key()
    support.repay(account, "10.00", idempotency_key=key)
    assert asking.set_read_only(admin, read_only=True)
    ledger_alone.stop()
    ledger_alone.start()
    support, admin = ledger_alone.caller("staff-support"), ledger_alone.caller("staff-admin")
    for command in (
        lambda: support.repay(account, "10.00"),
        ledger_alone.system.open_loan,
        lambda: admin.create_staff("somebody-new", ["support"]),
        lambda: asking.reveal(support, f"{account}:3"),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            command()
        assert refused.value.code() in (
            grpc.StatusCode.FAILED_PRECONDITION,
            grpc.StatusCode.NOT_FOUND,
        )
    with pytest.raises(grpc.RpcError) as refused:
        support.repay(account, "10.00")
    assert refusal_of(refused.value).reason == "READ_ONLY"
    assert support.repay(account, "10.00", idempotency_key=key).idempotent_replay
    assert support.balance(account).total_outstanding == "590.00"
    health = support.operations.Health(pb.HealthRequest(), metadata=support.metadata())
    assert health.read_only
    assert not asking.set_read_only(admin, read_only=False)
    support.repay(account, "10.00")


def test_only_an_administrator_throws_the_switch(ledger: LedgerProcess) -> None:
    """Compliance sees it, everybody else lives with it."""
    for actor in ("staff-support", "staff-supervisor", "staff-compliance", "staff-analyst"):
        with pytest.raises(grpc.RpcError) as refused:
            asking.set_read_only(ledger.caller(actor), read_only=True)
        assert refusal_of(refused.value).reason == "NO_RIGHT"


def test_a_reason_must_be_given(ledger: LedgerProcess) -> None:
    """Who stops everybody says why."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.set_read_only(ledger.caller("staff-admin"), read_only=True, reason="")
    assert refusal_of(refused.value).field == "reason"


def test_health_tells_the_business_date_and_the_last_position(ledger: LedgerProcess) -> None:
    """What the system page shows."""
    system = ledger.system
    health = system.operations.Health(pb.HealthRequest(), metadata=system.metadata())
    assert health.business_date == asking.today().isoformat()
    assert health.journal_position == len(system.entries())
    assert health.as_of.ToDatetime(UTC) <= datetime.now(UTC)
