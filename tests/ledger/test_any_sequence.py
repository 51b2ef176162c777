"""Whatever is done in whatever order, the books tie: a machine tries to break them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import grpc
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER, invariant, rule, run_state_machine_as_test

from ledger.commands import COMMANDS
from ledger.verification.command import RIGHT, verify
from proto.events import EVENTS, LedgerEvent
from tests.builders import refusal_of
from tests.counts import count
from tests.ledger.any_account import OnAccounts
from tests.ledger.any_desk_work import AtTheDesk
from tests.ledger.any_request import OnRequests
from tests.ledger.approvers import approver, person
from tests.ledger.every_command import do_everything
from tests.ledger.following import Following
from tests.ledger.forging import settings_of
from tests.ledger.remembering import RememberingLedger

DRIVEN: Final = {
    "OpenLoan": "open_and_disburse",
    "DisburseLoan": "open_and_disburse",
    "RecordRepayment": "repay",
    "ApplyLateFee": "late_fee",
    "ApplyDishonourFee": "dishonour_fee",
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
    "Reveal": "reveal",
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
def remembering(data_dir: Path) -> Iterator[RememberingLedger]:
    """A ledger whose clock may be moved and whose commands can be sent again."""
    with RememberingLedger(data_dir) as ledger:
        yield ledger.with_staff()


def test_no_sequence_of_commands_breaks_the_books(remembering: RememberingLedger) -> None:
    """I1 to I7 and I10 hold after every step; in the end the whole journal verifies.

    What chance left out is done at the end, so that every kind of event is among them.
    """
    limits = dict.fromkeys(("write_off", "waiver", "adjustment", "reversal"), "100000.00")
    following = Following(remembering.system)
    attributes = {
        "ledger": remembering,
        "following": following,
        "approvers": [approver(remembering, limits) for _ in range(2)],
    }
    machine = type("Machine", (AnySequence,), attributes)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count(10, 200),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    last = machine()
    remembering.after_each = last.the_books_tie
    account = last.first_loan()
    last.do("waive", "staff-support", account, "1.00")
    last.reveal(0)
    last.wait_too_long(account)
    supervisor = person(remembering, "supervisor", {"reversal": "10000.00"})
    names = ("staff-support", "staff-admin", "staff-compliance")
    do_everything(remembering.system, supervisor, *map(remembering.caller, names))
    last.the_books_tie()
    written = {base for each in following.event_types for base in EVENTS[each].__mro__}
    unseen = set(get_args(LedgerEvent)) - written
    assert unseen == set()
    status, sentence = verify(settings_of(remembering.data_dir), 1, tell=lambda _line: None)
    assert status == RIGHT, sentence


def test_the_machine_drives_every_kind_of_command() -> None:
    """Who adds a command adds a rule for it."""
    assert set(DRIVEN) == {command.__name__ for command in COMMANDS}
    for name in set(DRIVEN.values()):
        assert hasattr(getattr(AnySequence, name), RULE_MARKER)
