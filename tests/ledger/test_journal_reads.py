"""The journal is read by who checks the books, and an account is seen at any version."""

import json

import grpc
import pytest

from tests.builders import Caller, LedgerProcess, refusal_of
from tests.ledger import asking


def test_an_account_at_each_of_its_versions(system: Caller) -> None:
    """Balances and state are those of the fold up to there; the same version, the same bytes."""
    account = system.active_loan()
    system.repay(account, "150.00")
    newest = system.balance(account).account_version
    owed = [
        asking.state_at(system, account, version).balances.total_outstanding
        for version in range(1, newest + 1)
    ]
    assert owed[:6] == ["0.00", "0.00", "500.00", "600.00", "600.00", "450.00"]
    found = asking.state_at(system, account, 6)
    assert found.state_json == asking.state_at(system, account, 6).state_json
    state = json.loads(found.state_json)
    assert (state["principal"], state["version"]) == ("450.00", 6)
    assert found.state_json == json.dumps(
        state, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_is_not_there_is_refused(system: Caller, version: int) -> None:
    """Never the newest in its place."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.state_at(system, system.active_loan(), version)
    assert refusal_of(refused.value).field == "version"


def test_what_is_no_account_has_no_state_as_one(ledger: LedgerProcess) -> None:
    """A staff member's history is read by GetEventHistory."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.state_at(ledger.system, "staff:staff-support", 1)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
