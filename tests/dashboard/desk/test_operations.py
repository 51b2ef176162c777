"""What becomes of an intent: saved and synced, refused, or not known yet."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from dashboard.commands.answers import Balances
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.commands.registry import Command
from dashboard.commands.waive_fee import WaiveFee
from dashboard.ledger_client import Caller, LedgerClient, LedgerRefused
from dashboard.operations import NOT_SENT, Operation, Operations
from dashboard.queries import accounts
from dashboard.queries.health import Health
from proto import documents
from proto import servicing_pb2 as servicing
from proto.values import Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account
from tests.dashboard.desk.recording_ledger import RecordingLedger, posted, says_no

SARAH = Caller("staff-support", "session-1")
WELL = Health(as_of=datetime.now(UTC))
TEN = RecordRepayment(
    loan_account_id="ACC-1", amount=Money(1000), seen_version=7, notes="told me on the phone"
)
AFTER = Balances(Money(19000), Money(0), Money(4500), Money(0), Money(23500), "active", 9)


@pytest.fixture
def operations(
    database: DeskDatabase, store: Store, client: LedgerClient, pool: ThreadPoolExecutor
) -> Operations:
    """One session's operations, on an account whose projection shows version 7."""
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    return Operations(database, client, pool, lambda: WELL, watch_seconds_max=0.3)


def seen(operations: Operations, database: DeskDatabase) -> list[Operation]:
    """Look at the account as its page does."""
    shown = accounts.account(database, "ACC-1")
    assert shown is not None
    return operations.on_accounts([shown], SARAH)["ACC-1"]


def until(check: Callable[[], bool]) -> None:
    """Wait for a worker, generously."""
    deadline = time.monotonic() + 60
    while not check():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def state(operations: Operations, database: DeskDatabase, wanted: str) -> Operation:
    """Wait until the newest operation is in a state."""
    until(lambda: [each.state for each in seen(operations, database)][:1] == [wanted])
    return seen(operations, database)[0]


def project(store: Store, version: int) -> None:
    """Let the projector catch up."""
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(principal="190.00", ver=version))


def test_a_yes_is_synced_when_the_projection_shows_it(
    operations: Operations, database: DeskDatabase, store: Store
) -> None:
    """Saved is the ledger's word; synced only what the screens show."""
    operations.begin(TEN, SARAH, AFTER)
    assert state(operations, database, "saved").account_version == 9
    project(store, 8)
    assert seen(operations, database)[0].state == "saved"
    project(store, 9)
    state(operations, database, "synced")


def test_a_page_that_read_too_early_goes_on_saving(
    operations: Operations, database: DeskDatabase, store: Store
) -> None:
    """The old balance never flashes up again beside the word synced."""
    early = accounts.account(database, "ACC-1")
    assert early is not None
    operations.begin(TEN, SARAH, AFTER)
    state(operations, database, "saved")
    project(store, 9)
    state(operations, database, "synced")
    (late,) = operations.on_accounts([early], SARAH)["ACC-1"]
    assert late.state == "saved"
    assert late.is_pending
    state(operations, database, "synced")


def test_an_intent_is_stored_before_it_is_sent(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """When the ledger hears of a key, a restart would find it in the store."""
    stored: list[int] = []

    def look(_request: object, context: grpc.ServicerContext) -> servicing.RefusalDetail:
        stored.append(database[documents.OPERATIONS.name].count_documents({"state": "saving"}))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no")

    books.script.append(look)
    operations.begin(TEN, SARAH, AFTER)
    state(operations, database, "refused")
    assert stored == [1]


def test_a_refusal_shows_the_rules_sentence(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """The sentence of the rule is what staff read."""
    detail = servicing.RefusalDetail(reason="WAIVER_EXCEEDS_FEE", sentence="Fees are $10.00.")
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, detail))
    operations.begin(TEN, SARAH, AFTER)
    refused = state(operations, database, "refused")
    assert (refused.reason, refused.sentence) == ("WAIVER_EXCEEDS_FEE", "Fees are $10.00.")
    assert not refused.is_pending


def test_an_unknown_outcome_is_cleared_up_with_the_same_key(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """Asked again with its own key, a command is found done or is done once."""
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    operations.begin(TEN, SARAH, AFTER)
    doubt = state(operations, database, "unknown")
    assert "may have been done" in doubt.sentence
    listed = operations.troubles
    operations.again(doubt.key, SARAH)
    state(operations, database, "saved")
    assert operations.troubles > listed, "a screen that lists it must look again"
    assert {each.request.idempotency_key for each in books.commands()} == {doubt.key}
    assert len({each.request.SerializeToString() for each in books.commands()}) == 1


def test_what_was_never_sent_says_that_nothing_was_changed(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """A ledger that is away leaves no doubt."""
    books.stop()
    operations.begin(TEN, SARAH, AFTER)
    failed = state(operations, database, "refused")
    assert failed.reason == NOT_SENT
    assert "Nothing was changed" in failed.sentence


def test_each_intent_has_a_key_of_its_own(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """The same form sent twice on purpose is two intents."""
    first, second = (operations.begin(TEN, SARAH, AFTER) for _ in range(2))
    until(lambda: len(books.commands()) == 2)
    assert first.key != second.key
    assert all(8 <= len(each.key) <= 128 for each in (first, second))
    state(operations, database, "saved")


def test_while_a_part_is_lost_nothing_is_sent(
    database: DeskDatabase,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
    books: RecordingLedger,
) -> None:
    """Read-only is enforced where commands begin, whatever the page shows."""
    lost = Health(as_of=datetime.now(UTC), projector_lost=True, sentence="The projector is lost.")
    reading = Operations(database, client, pool, lambda: lost)
    with pytest.raises(LedgerRefused, match="The projector is lost"):
        reading.begin(TEN, SARAH, AFTER)
    assert database[documents.OPERATIONS.name].count_documents({}) == 0
    assert books.calls == []


def another_tab(
    database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor
) -> Operations:
    """The same person after a reload."""
    return Operations(database, client, pool, lambda: WELL, watch_seconds_max=0.3)


def test_a_reload_finds_what_is_pending(
    operations: Operations,
    database: DeskDatabase,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
    store: Store,
) -> None:
    """A new session sees the operation, with the balances it leads to, and sees it synced."""
    operations.begin(TEN, SARAH, AFTER)
    state(operations, database, "saved")
    pool.shutdown()  # the worker has stopped looking for the projection
    reloaded = another_tab(database, client, pool)
    found = seen(reloaded, database)[0]
    assert found.state == "saved"
    assert found.after is not None
    project(store, 9)
    state(reloaded, database, "synced")


def test_a_saving_one_left_by_a_restart_is_of_unknown_outcome(
    operations: Operations,
    database: DeskDatabase,
    books: RecordingLedger,
    client: LedgerClient,
    pool: ThreadPoolExecutor,
) -> None:
    """Nobody is saving it any more, so the same key is sent again to know."""
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    operations.begin(TEN, SARAH, AFTER)
    key = state(operations, database, "unknown").key
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    database[documents.OPERATIONS.name].update_one(
        {"_id": key}, {"$set": {"state": "saving", "updatedAt": long_ago}}
    )
    reloaded = another_tab(database, client, pool)
    assert seen(reloaded, database)[0].state == "unknown"
    assert [each.key for each in reloaded.mine(SARAH)] == [key]
    listed = reloaded.troubles
    reloaded.again(key, SARAH)
    state(reloaded, database, "saved")
    assert reloaded.troubles > listed, "a screen that lists it must look again"
    assert len({each.request.SerializeToString() for each in books.commands()}) == 1


def test_the_note_is_forgotten_once_the_outcome_is_known(
    operations: Operations, database: DeskDatabase
) -> None:
    """Free text about a customer does not stay in the desk's store."""
    operations.begin(TEN, SARAH, AFTER)
    state(operations, database, "saved")
    stored = database[documents.OPERATIONS.name].find_one({}) or {}
    assert stored["parameters"]["notes"] == ""


def test_another_persons_operations_are_not_shown(
    operations: Operations, database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor
) -> None:
    """Operations are one's own: nobody retries somebody else's."""
    key = operations.begin(TEN, SARAH, AFTER).key
    state(operations, database, "saved")
    other = Caller("staff-supervisor", "session-2")
    shown = accounts.account(database, "ACC-1")
    assert shown is not None
    other_tab = another_tab(database, client, pool)
    assert other_tab.on_accounts([shown], other) == {"ACC-1": []}
    other_tab.dismiss(key, other)
    assert seen(operations, database)[0].state == "saved"


def test_a_dismissed_one_is_gone(
    operations: Operations, database: DeskDatabase, books: RecordingLedger
) -> None:
    """What is over can be taken off the screen, and stays off after a reload."""
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    operations.begin(TEN, SARAH, AFTER)
    operations.dismiss(state(operations, database, "refused").key, SARAH)
    assert seen(operations, database) == []


def test_without_versions_the_balances_must_agree(
    operations: Operations, database: DeskDatabase, books: RecordingLedger, store: Store
) -> None:
    """An outside ledger's answer is synced when the projection shows its total."""
    books.script.append(posted("235.00", account_version=0))
    operations.begin(TEN, SARAH, None)
    state(operations, database, "saved")
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(principal="190.00"))
    state(operations, database, "synced")


@pytest.mark.parametrize(
    "command",
    [
        TEN,
        WaiveFee(
            loan_account_id="ACC-1",
            amount=Money(1000),
            seen_version=7,
            approved_by="staff-support",
            target_transaction_id="TX-FEE",
            notes="courtesy",
        ),
    ],
)
def test_what_was_entered_is_what_is_sent(
    operations: Operations, database: DeskDatabase, books: RecordingLedger, command: Command
) -> None:
    """Account, amount, version seen, fee named and note reach the ledger unchanged."""
    key = operations.begin(command, SARAH, None).key
    state(operations, database, "saved")
    assert books.commands()[0].request == command.request(key)
    assert books.commands()[0].request.expected_version == 7
