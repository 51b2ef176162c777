"""Of two rules that say no, the earlier one is told: the staircase has one order."""

from collections.abc import Callable
from itertools import combinations
from typing import Any, Final

import grpc
import pytest

from proto import accounting_ledger_pb2 as ledger_pb
from tests.builders import LedgerProcess, new_key, refusal_of
from tests.ledger import asking
from tests.ledger.refusal_rows import Scene

Violation = Callable[[Scene], dict[str, Any]]


def _used_key(scene: Scene) -> dict[str, Any]:
    key = new_key()
    scene.support.repay(scene.active(), "1.00", idempotency_key=key)
    return {"idempotency_key": key}


STAIRCASE: Final[dict[str, Violation]] = {
    "NOT_SIGNED_IN": lambda _scene: {"token": "none"},
    "INVALID_AMOUNT": lambda _scene: {"waiver_amount": "x"},
    "KEY_REUSED": _used_key,
    "NO_RIGHT": lambda _scene: {"caller": "staff-analyst", "approved_by": "staff-analyst"},
    "APPROVER_NOT_ACTOR": lambda _scene: {"approved_by": "somebody"},
    "NO_SUCH_ACCOUNT": lambda _scene: {"loan_account_id": "LA-none"},
    "STALE_VERSION": lambda _scene: {"expected_version": 1},
    "NOT_DISBURSED": lambda scene: {"loan_account_id": scene.system.open_loan()},
    "NO_SUCH_FEE": lambda _scene: {"target_transaction_id": "TXN-none"},
    "APPROVAL_REQUIRED": lambda _scene: {"waiver_amount": "60.00"},
}
"""Reason to what makes a waiver by support, otherwise in order, violate it; in this order."""

_SAME_FIELD: Final = (
    {"NO_SUCH_ACCOUNT", "NOT_DISBURSED"},
    {"INVALID_AMOUNT", "APPROVAL_REQUIRED"},
)
PAIRS: Final = [pair for pair in combinations(STAIRCASE, 2) if set(pair) not in _SAME_FIELD]


def _waive(scene: Scene, violated: dict[str, Any]) -> None:
    fields = {
        "loan_account_id": violated.get("loan_account_id") or scene.active(),
        "waiver_amount": "1.00",
        "reason": "as a courtesy",
        "approved_by": "staff-support",
        "idempotency_key": new_key(),
        **violated,
    }
    caller = scene.ledger.caller(fields.pop("caller", "staff-support"))
    metadata = () if fields.pop("token", "") else caller.metadata()
    caller.accounting.WaiveFee(ledger_pb.WaiveFeeRequest(**fields), metadata=metadata)


@pytest.mark.parametrize(("earlier", "later"), PAIRS)
def test_of_two_violated_rules_the_earlier_is_told(
    ledger: LedgerProcess, earlier: str, later: str
) -> None:
    """A caller sees the same first reason each time, and nobody learns what they may not see."""
    scene = Scene(ledger)
    violated = STAIRCASE[later](scene) | STAIRCASE[earlier](scene)
    with pytest.raises(grpc.RpcError) as refused:
        _waive(scene, violated)
    assert refusal_of(refused.value).reason == earlier


@pytest.mark.parametrize("reason", STAIRCASE)
def test_each_rule_alone_is_told(ledger: LedgerProcess, reason: str) -> None:
    """Otherwise a pair would prove nothing."""
    scene = Scene(ledger)
    with pytest.raises(grpc.RpcError) as refused:
        _waive(scene, STAIRCASE[reason](scene))
    assert refusal_of(refused.value).reason == reason


@pytest.mark.parametrize(
    ("violated", "told"),
    [
        ({"waiver_amount": "x"}, "INVALID_AMOUNT"),
        ({"caller": "staff-analyst", "approved_by": "staff-analyst"}, "NO_RIGHT"),
        ({"approved_by": "somebody"}, "READ_ONLY"),
        ({"loan_account_id": "LA-none"}, "READ_ONLY"),
    ],
)
def test_a_read_only_ledger_says_so_after_rights_and_before_all_else(
    ledger: LedgerProcess, violated: dict[str, Any], told: str
) -> None:
    """Who has no right is told that; who has is told that nothing is taken at the moment."""
    scene = Scene(ledger)
    violated = {"loan_account_id": scene.active(), **violated}
    asking.set_read_only(scene.admin, read_only=True)
    try:
        with pytest.raises(grpc.RpcError) as refused:
            _waive(scene, violated)
    finally:
        asking.set_read_only(scene.admin, read_only=False)
    assert refusal_of(refused.value).reason == told
