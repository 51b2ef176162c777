"""A failed change tried again: not while a part is lost, and once however often it is clicked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import grpc
import pytest
from msgspec import structs

from dashboard.commands.decide_request import CancelRequest
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.operation import NOT_SENT
from dashboard.operations import Operation, Operations
from dashboard.queries.health import Health
from proto import documents
from tests.dashboard.desk.conftest import DeskDatabase
from tests.dashboard.desk.recording_ledger import RecordingLedger, posted, requested, says_no
from tests.dashboard.desk.test_operations import TEN, until

SARAH = Caller("staff-support", "session-1")
WELL = Health(as_of=datetime.now(UTC))
LOST = Health(as_of=datetime.now(UTC), ledger_lost=True, sentence="The ledger does not answer.")


class Tab:
    """A tab of Sarah's, at a desk whose parts can be lost."""

    def __init__(
        self, database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor
    ) -> None:
        self.health = WELL
        self.operations = Operations(
            database, client, pool, lambda: self.health, watch_seconds_max=0.1
        )

    def newest(self) -> Operation:
        """Give what was begun last and is not over."""
        return self.operations.mine(SARAH)[0]

    def failed(self) -> Operation:
        """Wait until it has failed."""
        until(lambda: self.newest().state == "refused")
        return self.newest()


@pytest.fixture
def tabs(database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor) -> list[Tab]:
    """Two tabs of one person."""
    return [Tab(database, client, pool) for _ in range(2)]


def test_what_was_never_sent_waits_until_the_part_is_back(
    tabs: list[Tab], books: RecordingLedger, database: DeskDatabase
) -> None:
    """A retry meanwhile says what is lost and loses nothing; afterwards it is sent."""
    tab = tabs[0]
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    key = tab.operations.begin(TEN, SARAH, None).key
    tab.failed()
    stored = database[documents.OPERATIONS.name]
    stored.update_one({"_id": key}, {"$set": {"reason": NOT_SENT}})
    reloaded = tabs[1]
    reloaded.health = LOST
    reloaded.operations.again(key, SARAH)
    assert reloaded.failed().sentence == "The ledger does not answer."
    assert len(books.commands()) == 1
    reloaded.health = WELL
    books.script.append(posted())
    reloaded.operations.again(key, SARAH)
    until(lambda: len(books.commands()) == 2)
    assert len({each.request.idempotency_key for each in books.commands()}) == 1


def test_what_is_not_known_is_not_checked_while_the_desk_is_for_reading(
    tabs: list[Tab], books: RecordingLedger
) -> None:
    """To check may be to post for the first time; it stays in doubt, and goes afterwards."""
    tab = tabs[0]
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    key = tab.operations.begin(TEN, SARAH, None).key
    until(lambda: tab.newest().state == "unknown")
    tab.health = LOST
    tab.operations.again(key, SARAH)
    assert tab.newest().state == "unknown"
    assert tab.newest().sentence == ("The ledger does not answer. It may have been done before.")
    assert len(books.commands()) == 2
    tab.health = WELL
    tab.operations.again(key, SARAH)
    until(lambda: len(books.commands()) == 3)
    assert {each.request.idempotency_key for each in books.commands()} == {key}


def test_a_taking_back_that_failed_is_tried_anew_once(
    tabs: list[Tab], books: RecordingLedger
) -> None:
    """Two clicks, or two tabs: one try under one new key; none while a part is lost."""
    one, other = tabs
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    asked = CancelRequest(request_id="REQ-1", seen_version=1)
    key = one.operations.begin(asked, SARAH, None).key
    one.failed()
    anew = structs.replace(asked, seen_version=2)
    one.health = LOST
    one.operations.begin_anew(key, anew, SARAH)
    assert one.failed().sentence == "The ledger does not answer."
    one.health = WELL
    books.script.extend([requested] * 3)
    for tab in (one, one, other):
        tab.operations.begin_anew(key, anew, SARAH)
    until(lambda: len(books.commands()) == 2)
    until(lambda: one.operations.mine(SARAH) == [])
    until(lambda: other.operations.mine(SARAH) == [])
    assert len(books.commands()) == 2
