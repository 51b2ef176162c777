"""Of two rules that forbid an approval the earlier one is told, from the fields to the account."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest

from proto.values import Instant
from tests.builders import LedgerProcess
from tests.ledger.approvers import Approver, approver, ask, refused, write_off

STAIRCASE: Final = (
    "COMMENT_TOO_SHORT",
    "NO_RIGHT",
    "NO_SUCH_REQUEST",
    "STALE_VERSION",
    "REQUEST_RETURNED",
    "OWN_REQUEST",
    "LIMIT_TOO_LOW",
    "POLICY_CHANGED",
    "DECIDED_AT_OFF",
    "NO_SUCH_KEY",
    "BAD_SIGNATURE",
    "STALE_REQUEST",
)
"""What forbids an approval, in order; each is checked after the one before it."""
CASES: Final = [*pairwise(STAIRCASE), *((each,) for each in STAIRCASE)]


@pytest.fixture(scope="module")
def other(ledger: LedgerProcess) -> Approver:
    """Somebody who returns requests."""
    return approver(ledger)


@pytest.mark.parametrize("broken", CASES, ids="-".join)
def test_the_earlier_rule_against_an_approval_is_told(
    ledger: LedgerProcess, other: Approver, broken: tuple[str, ...]
) -> None:
    """Each alone, and each together with the next: so that nobody learns more than they may."""
    account = ledger.system.active_loan()
    limit = "1.00" if "LIMIT_TOO_LOW" in broken else "100000.00"
    decider = approver(ledger, {"write_off": limit})
    asking = decider.caller if "OWN_REQUEST" in broken else ledger.caller("staff-support")
    request_id = ask(asking, write_off(account)).request_id
    if "REQUEST_RETURNED" in broken:
        other.return_(request_id)
    signed: dict[str, dict[str, Any]] = {
        "COMMENT_TOO_SHORT": {"comment": "no"},
        "POLICY_CHANGED": {"policy": "{}"},
        "DECIDED_AT_OFF": {"decided_at": Instant.of(datetime.now(UTC) - timedelta(hours=1))},
    }
    told = {name: value for each in broken for name, value in signed.get(each, {}).items()}
    message = decider.message(request_id, **told)
    unsigned: dict[str, tuple[str, Any]] = {
        "NO_SUCH_REQUEST": ("request_id", "REQ-none"),
        "STALE_VERSION": ("expected_version", 99),
        "NO_SUCH_KEY": ("key_id", "0" * 16),
        "BAD_SIGNATURE": ("signature", bytes(64)),
    }
    for each in broken:
        if each in unsigned:
            setattr(message, *unsigned[each])
    if "STALE_REQUEST" in broken:
        ledger.system.repay(account, "10.00")
    caller = ledger.caller("staff-analyst") if "NO_RIGHT" in broken else decider.caller
    send = caller.approvals.Approve
    assert refused(send, message, metadata=caller.metadata()).reason == broken[0]
