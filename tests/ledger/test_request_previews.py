"""What a request would do is told before it is decided."""

import pytest

from tests.builders import LedgerProcess
from tests.ledger.approvers import Approver, approver, ask, get, write_off


@pytest.fixture(scope="module")
def decider(ledger: LedgerProcess) -> Approver:
    """A supervisor with a key, for this module."""
    return approver(ledger)


def test_get_tells_what_the_request_would_make_of_the_account(
    ledger: LedgerProcess, decider: Approver
) -> None:
    """Now and after, to whoever looks; once it is decided there is nothing to tell."""
    account = ledger.system.active_loan()
    request_id = ask(ledger.caller("staff-support"), write_off(account)).request_id
    for reader in (decider.caller, ledger.caller("staff-support")):
        shown = get(reader, request_id)
        assert shown.balances_now.account_status == "active"
        assert shown.balances_now.total_outstanding != "0.00"
        assert shown.balances_after.account_status == "written_off"
        assert shown.balances_after.total_outstanding == "0.00"
        assert not shown.HasField("effect_refusal")
    decider.approve(request_id)
    decided = get(decider.caller, request_id)
    assert not decided.HasField("balances_after")
    assert ledger.system.balance(account).total_outstanding == "0.00"
