"""Whatever is done in whatever order, the books tie: a machine tries to break them."""

from pathlib import Path
from typing import Final

import grpc
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER, invariant, rule, run_state_machine_as_test

from ledger.commands import COMMANDS
from proto.events import EVENTS, LedgerEvent
from tests.builders import refusal_of
from tests.counts import count
from tests.ledger.any_account import OnAccounts
from tests.ledger.any_desk_work import AtTheDesk
from tests.ledger.any_request import OnRequests
from tests.ledger.approvers import person
from tests.ledger.every_command import do_everything

DRIVEN: Final = {
    "OpenLoan": "open_and_disburse",
    "DisburseLoan": "open_and_disburse",
    "RecordRepayment": "repay",
    "ApplyLateFee": "charge",
    "ApplyDishonourFee": "charge",
    "WaiveFee": "waive",
    "MakeAdjustment": "adjust",
    "WriteOff": "give_up",
    "UndoWriteOff": "give_up",
    "RecordRecovery": "give_up",
    "RefundOverpayment": "refund",
    "ReverseTransaction": "reverse",
    "CorrectPayment": "correct",
    "IssueCorrection": "issue_correction",
    "EndAccountDay": "end_days",
    "EndDay": "end_days",
    "RequestApproval": "ask",
    "ApproveRequest": "approve",
    "RejectRequest": "reject_or_return",
    "ReturnRequest": "reject_or_return",
    "CancelRequest": "take_back",
    "ResubmitRequest": "take_back",
    "ExpireRequest": "wait_too_long",
    "CreateStaff": "create_staff",
    "SetRoles": "change_staff",
    "SetLimits": "change_staff",
    "GiveStartPassword": "change_staff",
    "DisableStaff": "disable_staff",
    "EnableStaff": "disable_staff",
    "EnrolKey": "enrol_key",
    "RevokeKey": "enrol_key",
    "AddNote": "add_note",
    "AmendNote": "amend_note",
    "MarkVerified": "review",
    "QueryItem": "review",
    "Reveal": "review",
    "OpenLetter": "work_on_a_letter",
    "ReplayLetter": "work_on_a_letter",
    "ResolveLetter": "work_on_a_letter",
    "AskRebuild": "ask_for_a_rebuild",
    "SetReadOnly": "be_read_only_for_a_while",
}
"""Each kind of command, and the rule of the machine that drives it."""


class AnySequence(OnAccounts, OnRequests, AtTheDesk):
    """Random commands by random people, with replays and stale versions among them."""

    def __init__(self) -> None:
        super().__init__()
        self.replayed = 0

    @rule(index=st.integers(0, 50))
    def do_again_what_was_done(self, index: int) -> None:
        """A replay has no second effect, however much was done since."""
        if self.ledger.done:
            before = self.head()
            try:
                self.ledger.done[index % len(self.ledger.done)].check_replay()
            except grpc.RpcError as error:
                assert refusal_of(error).reason == "STAFF_DISABLED"  # noqa: PT017 - or a replay
            assert self.head() == before

    @invariant()
    def the_books_tie(self) -> None:
        """I1 to I7: by every new entry, by what was answered (I5), by doing it again (I4)."""
        self.following.check()
        assert self.following.event_ids.issuperset(self.acknowledged)
        for done in self.ledger.done[self.replayed :]:
            done.check_replay()
        self.replayed = len(self.ledger.done)
        assert self.head() == self.following.position


@pytest.fixture
def machine(tmp_path: Path) -> type[AnySequence]:
    """The machine, whose sequences keep their books in the test's folder."""
    return type("Machine", (AnySequence,), {"folder": tmp_path})


@pytest.mark.parametrize("number", range(1, count(4, 50), 2))
def test_no_sequence_of_commands_breaks_the_books(number: int, machine: type[AnySequence]) -> None:
    """I1 to I7 and I10 hold after every step; in the end the whole journal verifies.

    The number makes the sequences: each run tries the same ones, a long one tries more.
    """
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=10,
            stateful_step_count=50,
            deadline=None,
            database=None,
            # One that fails is shown as it is: to make it shorter takes longer than a test may.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_kind_of_event_breaks_the_books(machine: type[AnySequence]) -> None:
    """The same holds after each command of a sequence in which every kind of event is."""
    books = machine()
    try:
        _do_everything(books)
    finally:
        books.teardown()
    written = {base for each in books.following.event_types for base in EVENTS[each].__mro__}
    unseen = {each for each in EVENTS.values() if issubclass(each, LedgerEvent)} - written
    assert unseen == set()


def _do_everything(books: AnySequence) -> None:
    ledger = books.ledger
    ledger.after_each = books.the_books_tie
    account = books.lend("100.00", 4, "36.5", 10)
    books.do("waive", "staff-support", account, "1.00")
    books.review(0, "reveal")
    books.wait_too_long(account)
    supervisor = person(ledger, "supervisor", {"reversal": "10000.00"})
    names = ("staff-support", "staff-admin", "staff-compliance")
    do_everything(ledger.system, supervisor, *map(ledger.caller, names))
    books.the_books_tie()


def test_the_machine_drives_every_kind_of_command() -> None:
    """Who adds a command adds a rule for it."""
    assert set(DRIVEN) == {command.__name__ for command in COMMANDS}
    for name in set(DRIVEN.values()):
        assert hasattr(getattr(AnySequence, name), RULE_MARKER)
