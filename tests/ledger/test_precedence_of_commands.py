"""Of two rules that every command shares the earlier one is told, whichever command it is."""

from itertools import combinations
from typing import Any, Final

import grpc
import pytest
from google.protobuf.message import Message

from tests.builders import Caller, LedgerProcess, new_key, refusal_of
from tests.ledger.rights_table import rows
from tests.ledger.test_amounts import CALLS

STAIRCASE: Final = (
    "NOT_SIGNED_IN",
    "INVALID_AMOUNT",
    "KEY_REUSED",
    "NO_RIGHT",
    "APPROVER_NOT_ACTOR",
    "NO_SUCH_ACCOUNT",
    "STALE_VERSION",
)
"""The rules that all commands on an account share, in order."""

ASK_ONLY: Final = (
    "WriteOff",
    "UndoWriteOff",
    "RecordRecovery",
    "CorrectPayment",
    "IssueCorrection",
)
"""Nobody may call these alone, so that no rule after the rights is reached."""


def _commands() -> dict[str, Message]:
    return {
        row.rpc.partition("/")[2]: row.request
        for row in rows()
        if "expected_version" in row.request.DESCRIPTOR.fields_by_name
        and "loan_account_id" in row.request.DESCRIPTOR.fields_by_name
    }


def _amount(rpc: str) -> str:
    """Name an amount of the request; one has none."""
    return next((names[0] for call, (_, names) in CALLS.items() if call.endswith(f".{rpc}")), "")


def _table() -> list[tuple[str, str, str]]:
    found = []
    for rpc, request in _commands().items():
        fields = request.DESCRIPTOR.fields_by_name
        rules = STAIRCASE[: 4 if rpc in ASK_ONLY else len(STAIRCASE)]
        without = set() if _amount(rpc) else {"INVALID_AMOUNT"}
        without |= set() if "approved_by" in fields else {"APPROVER_NOT_ACTOR"}
        rules = tuple(each for each in rules if each not in without)
        found += [(rpc, earlier, later) for earlier, later in combinations(rules, 2)]
    return found


@pytest.fixture(scope="module")
def account(ledger: LedgerProcess) -> str:
    """One loan for all: whatever is called here is refused."""
    return ledger.system.active_loan()


def _stub(caller: Caller, rpc: str) -> Any:  # noqa: ANN401 - a call of any kind
    return getattr(caller.accounting, rpc, None) or getattr(caller.loans, rpc)


@pytest.mark.parametrize(("rpc", "earlier", "later"), _table())
def test_the_earlier_rule_is_told_by_every_command(
    ledger: LedgerProcess, account: str, rpc: str, earlier: str, later: str
) -> None:
    """A caller sees the same first reason whatever they do, and each pair has one order."""
    violated = {earlier, later}
    caller = ledger.caller("staff-analyst" if "NO_RIGHT" in violated else "staff-supervisor")
    fields: dict[str, Any] = {"loan_account_id": account, "idempotency_key": new_key()}
    request = _commands()[rpc]
    if "approved_by" in request.DESCRIPTOR.fields_by_name:
        fields["approved_by"] = caller.actor_id
    if "INVALID_AMOUNT" in violated:
        fields[_amount(rpc)] = "x"
    if "KEY_REUSED" in violated:
        ledger.caller("staff-supervisor").repay(
            account, "0.01", idempotency_key=fields["idempotency_key"]
        )
    if "APPROVER_NOT_ACTOR" in violated:
        fields["approved_by"] = "somebody"
    if "NO_SUCH_ACCOUNT" in violated:
        fields["loan_account_id"] = "LA-none"
    if "STALE_VERSION" in violated:
        fields["expected_version"] = 1
    for name, value in fields.items():
        setattr(request, name, value)
    metadata = () if "NOT_SIGNED_IN" in violated else caller.metadata()
    with pytest.raises(grpc.RpcError) as refused:
        _stub(caller, rpc)(request, metadata=metadata)
    assert refusal_of(refused.value).reason == earlier
