"""What is no change of an account is kept as one is: notes, marks, staff, letters, the switch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from msgspec import structs

from dashboard.commands.add_note import AddNote, AmendNote
from dashboard.commands.ask_rebuild import AskRebuild
from dashboard.commands.change import Change
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.mark_verified import MarkVerified
from dashboard.commands.query_item import QueryItem
from dashboard.commands.registry import (
    COMMANDS,
    SMALL,
    asked_for,
    command_from,
    parameters_of,
)
from dashboard.commands.replay_letter import ReplayLetter
from dashboard.commands.request_approval import RequestApproval
from dashboard.commands.resolve_letter import ResolveLetter
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_read_only import SetReadOnly
from dashboard.commands.set_roles import SetRoles
from dashboard.components.retrying import REFILLS
from dashboard.ledger_client import Caller, LedgerClient, LedgerRefused
from dashboard.operation import NOT_SENT
from dashboard.operations import Operations
from dashboard.queries.health import Health
from proto import documents
from proto.values import Money
from tests.dashboard.desk.conftest import DeskDatabase
from tests.dashboard.desk.recording_ledger import RecordingLedger, says_no
from tests.dashboard.desk.test_operations import TEN, until

ALEX = Caller("staff-admin", "session-1")
WELL = Health(as_of=datetime.now(UTC))
LOST = Health(as_of=datetime.now(UTC), projector_lost=True, sentence="The projector is lost.")
ROLES = SetRoles(staff_id="staff-nora", seen_version=3, roles=("support", "analyst"))
NOTE = AddNote(customer_id="CUS-1", loan_account_id="ACC-1", text="Pays on Friday")
EVERY: tuple[Change, ...] = (
    ROLES,
    NOTE,
    AmendNote(note_id="N-1", customer_id="CUS-1", seen_version=2, text="On Monday"),
    CreateStaff(staff_id="staff-new", username="new", display_name="New", roles=("admin",)),
    DisableStaff(staff_id="staff-nora", seen_version=3, reason="left"),
    EnableStaff(staff_id="staff-nora", seen_version=3),
    GiveStartPassword(staff_id="staff-nora", username="nora", reason_code="locked_out"),
    MarkVerified(event_id="ACC-1:7", note="Checked against the call"),
    QueryItem(event_id="ACC-1:7", note="Which call was it?"),
    AskRebuild(),
    ReplayLetter(letter_id="letter-1"),
    ResolveLetter(letter_id="letter-1", reason_code="test_message", message_id="1-1"),
    RevokeKey(staff_id="staff-nora", key_id="abcd", reason="by train", reason_code="lost"),
    SetLimits(staff_id="staff-nora", seen_version=3, limits={"waiver": Money(75_00)}),
    SetReadOnly(read_only=True, reason="Month end"),
)
USUAL: dict[str, Any] = {"loan_account_id": "ACC-1", "seen_version": 7, "days_past_due": 3}
"""What a change of an account has in these fields; in the others an amount, or no words."""

Tab = Callable[..., Operations]


@pytest.fixture
def tab(database: DeskDatabase, client: LedgerClient, pool: ThreadPoolExecutor) -> Tab:
    """A tab, or a desk that was started anew: it has the store and nothing else."""

    def open_tab(health: Health = WELL) -> Operations:
        return Operations(database, client, pool, lambda: health, watch_seconds_max=0.1)

    return open_tab


def test_every_small_change_is_among_these() -> None:
    """A new one is kept and can be entered anew too."""
    assert {each.name for each in EVERY} == set(SMALL) == {each.name for each in REFILLS}


@pytest.mark.parametrize("change", EVERY, ids=lambda each: each.name)
def test_what_is_kept_is_what_was_entered(change: Change) -> None:
    """Each field comes back from the store as it was."""
    assert command_from(change.name, parameters_of(change)) == change
    assert change.what
    assert ":" in change.place


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {RequestApproval.name}))
def test_what_was_asked_for_comes_back_from_the_store_for_its_form(name: str) -> None:
    """The change itself, with every field; one that was kept without it is at least named."""
    filled: dict[str, Any] = {
        each.name: USUAL.get(each.name) or ("" if each.type is str else Money(10_00))
        for each in structs.fields(COMMANDS[name])
    }
    change = COMMANDS[name](**filled)
    asked = RequestApproval.of(change, priority="high")
    kept = command_from(asked.name, parameters_of(asked))
    assert isinstance(kept, RequestApproval)
    assert asked_for(kept) == (name, change)
    assert asked_for(structs.replace(kept, entered="")) == (name, None)


@pytest.mark.parametrize("code", [grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.UNKNOWN])
def test_what_failed_or_is_not_known_outlives_the_desk(
    tab: Tab, books: RecordingLedger, code: grpc.StatusCode
) -> None:
    """A restarted desk has it with its own parameters and key, at the place it was sent from."""
    books.script.extend([says_no(code)] * 2)
    sent = tab().perform(ROLES, ALEX)
    after = tab()
    found = after.at(ROLES.place, ALEX)
    assert found is not None
    assert (found.key, found.command, found.state) == (sent.key, ROLES, sent.state)
    assert [each.key for each in after.mine(ALEX)] == [sent.key]
    assert after.mine(Caller("staff-support", "session-2")) == []
    after.dismiss(found.key, ALEX)
    assert tab().mine(ALEX) == []


def test_what_is_not_known_is_found_done_with_its_own_key(
    tab: Tab, books: RecordingLedger, database: DeskDatabase
) -> None:
    """And what was written is forgotten as soon as it is."""
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    key = tab().perform(NOTE, ALEX).key
    after = tab()
    after.again(key, ALEX)
    assert after.mine(ALEX) == []
    assert {each.request.idempotency_key for each in books.commands()} == {key}
    stored = database[documents.OPERATIONS.name].find_one({"_id": key}) or {}
    assert stored["parameters"]["text"] == ""


@pytest.mark.parametrize("change", [ROLES, TEN], ids=lambda each: each.name)
def test_a_doubt_stays_one_until_the_ledger_has_looked(
    tab: Tab, books: RecordingLedger, change: Change
) -> None:
    """A check that does not arrive says nothing about what may have been done before."""
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 2)
    one = tab()
    key = one.begin(change, ALEX, None).key
    until(lambda: [each.state for each in one.mine(ALEX)] == ["unknown"])
    books.script.append(says_no(grpc.StatusCode.UNAUTHENTICATED))
    one.again(key, ALEX)
    until(lambda: len(books.commands()) == 3 and not one.mine(ALEX)[0].is_pending)
    assert one.mine(ALEX)[0].state == "unknown"
    books.stop()
    one.again(key, ALEX)
    until(lambda: not one.mine(ALEX)[0].is_pending)
    (found,) = one.mine(ALEX)
    assert (found.state, found.key) == ("unknown", key)
    assert "may have been done" in found.sentence


def test_what_could_not_be_sent_is_kept_and_sent_when_it_can_be(
    tab: Tab, books: RecordingLedger
) -> None:
    """While a part is lost nothing goes out; the switch of the ledger itself does."""
    key = tab(LOST).perform(NOTE, ALEX).key
    (kept,) = tab().mine(ALEX)
    assert (kept.reason, kept.sentence) == (NOT_SENT, "The projector is lost.")
    assert books.commands() == []
    tab().again(key, ALEX)
    assert [each.request.idempotency_key for each in books.commands()] == [key]
    assert tab().mine(ALEX) == []


def test_a_failed_one_is_over_only_when_the_next_has_begun(
    tab: Tab, books: RecordingLedger
) -> None:
    """A try that the desk does not begin leaves the failed one as it was."""
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    key = tab().perform(ROLES, ALEX).key
    with pytest.raises(LedgerRefused):
        tab(LOST).begin(TEN, ALEX, None, replaces=key)
    assert [each.key for each in tab().mine(ALEX)] == [key]
    tab().perform(ROLES, ALEX, replaces=key)
    assert tab().mine(ALEX) == []


def test_what_another_tab_settled_is_gone_here_too(tab: Tab, books: RecordingLedger) -> None:
    """No screen goes on telling of what was dismissed or tried again elsewhere."""
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION))
    one, other = tab(), tab()
    key = one.perform(ROLES, ALEX).key
    other.dismiss(key, ALEX)
    assert one.mine(ALEX) == []
    assert one.at(ROLES.place, ALEX) is None
