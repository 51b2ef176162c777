"""What becomes of a decision whose answer does not come: it is kept, and never taken twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import grpc
import pytest

from dashboard.commands.decide_request import (
    CancelRequest,
    DecideRequest,
    Decision,
    ResubmitRequest,
    ReturnRequest,
)
from dashboard.commands.registry import command_from, parameters_of
from dashboard.components.promised import as_promised
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.operations import Operations
from dashboard.queries import accounts
from dashboard.queries.health import Health
from proto import accounting_ledger_pb2 as ledger
from proto import documents
from proto import servicing_pb2 as servicing
from proto.values import Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account
from tests.dashboard.desk.recording_ledger import RecordingLedger, says_no
from tests.dashboard.desk.test_operations import until

MICHAEL = Caller("staff-supervisor", "session-1")
WELL = Health(as_of=datetime.now(UTC))
APPROVAL = DecideRequest(
    request_id="REQ-1",
    seen_version=1,
    loan_account_id="ACC-1",
    asked_for="Write-off, $2,500.00",
    decision="approve",
    comment="Nobody can reach him.",
    comment_salt=b"\x00\xff" * 8,
    account_version=7,
    changes_seen=True,
    policy='{"rule":"limit"}',
    decided_at="2026-11-21T00:00:00.000000Z",
    key_id="0123456789abcdef",
    signature=b"\xfe" * 64,
)
EVERY = (
    APPROVAL,
    ReturnRequest(request_id="REQ-1", seen_version=1, reason="Which papers do you have?"),
    ResubmitRequest(request_id="REQ-1", seen_version=2, comment="These.", account_version=7),
    CancelRequest(request_id="REQ-1", seen_version=1),
)


def desk(database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor) -> Operations:
    """A tab, or a desk that was started anew: it has the store and nothing else."""
    return Operations(database, client, pool, lambda: WELL)


@pytest.mark.parametrize("decision", EVERY, ids=lambda each: each.name)
def test_what_is_kept_is_what_was_decided(decision: Decision) -> None:
    """Signature, salt and words come back from the store byte for byte."""
    kept = command_from(decision.name, parameters_of(decision))
    assert kept == decision
    assert kept.request("key") == decision.request("key")


def test_an_unknown_decision_survives_a_restart_and_is_sent_again_as_it_was(
    database: DeskDatabase,
    store: Store,  # noqa: ARG001 - its indexes
    books: RecordingLedger,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
) -> None:
    """The same bytes under the same key; nobody is asked for the passphrase again."""
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    first = desk(database, client, pool)
    key = first.begin(APPROVAL, MICHAEL, None).key
    until(lambda: [each.state for each in first.mine(MICHAEL)] == ["unknown"])
    after = desk(database, client, pool)
    (found,) = after.on_request("REQ-1", MICHAEL)
    assert (found.key, found.state) == (key, "unknown")
    assert after.mine(Caller("staff-support", "session-2")) == []
    after.again(key, MICHAEL)
    until(lambda: after.mine(MICHAEL) == [])
    sent = [each.request.SerializeToString() for each in books.calls if each.rpc == "Approve"]
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_ones_own_approval_makes_no_form_on_the_account_stale(
    database: DeskDatabase,
    store: Store,
    books: RecordingLedger,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
) -> None:
    """Until the screens have it, the account is shown as the ledger's answer has it."""
    posted = ledger.Transaction(
        principal_after="0.00",
        interest_after="0.00",
        fee_after="45.00",
        total_after="45.00",
        account_version=9,
    )
    answer = servicing.ApprovalResponse(request_id="REQ-1", status="approved")
    answer.effect.transaction.CopyFrom(posted)
    books.script.append(lambda *_: answer)
    operations = desk(database, client, pool)
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    operations.begin(APPROVAL, MICHAEL, None)
    until(lambda: operations.mine(MICHAEL) == [])
    stored = accounts.account(database, "ACC-1")
    assert stored is not None
    shown = as_promised(stored, operations.on_accounts([stored], MICHAEL)["ACC-1"])
    assert (stored.ver, shown.ver) == (7, 9)
    assert shown.figures.total_outstanding == Money(45_00)


def test_what_was_written_is_forgotten_once_it_is_done(
    database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor
) -> None:
    """And a passphrase is never there."""
    operations = desk(database, client, pool)
    operations.begin(APPROVAL, MICHAEL, None)
    until(lambda: operations.mine(MICHAEL) == [])

    def stored() -> dict[str, object]:
        return database[documents.OPERATIONS.name].find_one({}) or {}

    until(lambda: stored()["state"] == "synced")
    parameters = stored()["parameters"]
    assert isinstance(parameters, dict)
    assert parameters["comment"] == ""
    assert "passphrase" not in parameters


def test_a_failed_one_stays_until_it_is_dismissed(
    database: DeskDatabase,
    books: RecordingLedger,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
) -> None:
    """After a sign-out and a restart too."""
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    first = desk(database, client, pool)
    key = first.begin(APPROVAL, MICHAEL, None).key
    until(lambda: [each.state for each in first.mine(MICHAEL)] == ["refused"])
    assert first.troubles == 1
    after = desk(database, client, pool)
    assert [each.command for each in after.mine(MICHAEL)] == [APPROVAL]
    after.dismiss(key, MICHAEL)
    assert desk(database, client, pool).mine(MICHAEL) == []
