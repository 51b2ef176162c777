"""Commands that are committed together: each sees what the ones before it have done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.books import system_clock
from ledger.commands.command import Command
from ledger.commands.create_staff import CreateStaff
from ledger.commands.disburse_loan import DisburseLoan
from ledger.commands.open_loan import OpenLoan
from ledger.commands.record_repayment import RecordRepayment
from ledger.commands.set_roles import SetRoles
from ledger.commands.waive_fee import WaiveFee
from ledger.decision import Caller, Intent
from ledger.errors import Refusal, Refused
from ledger.journal.memory import MemoryJournal
from ledger.proof.growth import Growth
from ledger.proof.heads import HeadSigner
from ledger.registers import Registers
from ledger.rpc import loan_requests
from ledger.rpc.answers import ANSWERS
from ledger.service import Door, Reply
from ledger.settings import Settings
from ledger.texts import TextVault
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.actor_token import Actor
from proto.values import Code, Key, Money
from tests.builders import make_keys, open_loan_request

_ANSWERED = {
    OpenLoan: ANSWERS[pb.OpenLoanRequest],
    DisburseLoan: ANSWERS[ledger_pb.DisburseLoanRequest],
    RecordRepayment: ANSWERS[ledger_pb.RecordRepaymentRequest],
    WaiveFee: ANSWERS[ledger_pb.WaiveFeeRequest],
    CreateStaff: ANSWERS[pb.CreateStaffRequest],
    SetRoles: ANSWERS[pb.SetRolesRequest],
}
SYSTEM = Actor("system", "system", "a session", 2**40)
KIM = Actor("kim", "staff", "a session", 2**40)
ALEX = Actor("alex", "staff", "a session", 2**40)


class Group:
    """One group in the making; a loan of $500 with a fee of $100, a supporter, an admin."""

    def __init__(self, folder: Path) -> None:
        make_keys(folder / "keys")
        settings = Settings.from_environment({"DATA_DIR": str(folder)})
        self._journal = MemoryJournal()
        self._vault = TextVault(folder / "text-keys.db", settings.master_key())
        self._door = Door(
            self._journal,
            self._vault,
            Registers(self._journal, settings.rules),
            Growth(self._journal, HeadSigner(settings.ledger_key())),
            system_clock,
        )
        self._pending = self._door.begin([])
        self.account = self.lend("LA-1")
        for actor, role in ((KIM, "support"), (ALEX, "admin")):
            self.do(_staff(actor.actor_id, role), SYSTEM)

    def do(self, command: Command, actor: Actor, key: str = "") -> Reply:
        """Carry a command out, without a commit."""
        intent = Intent(
            command=command,
            caller=Caller(actor),
            answer=_ANSWERED[type(command)],
            idempotency_key=key,
            request_hash=b"h" * 32,
        )
        return self._door.carry_out(intent, self._pending)

    def lend(self, account: str, number: str = "") -> Key:
        """Open a loan and pay it out."""
        request = open_loan_request(account_id=account)
        request.account_number = number or request.account_number
        request.customer_id = "CUS-1"
        self.do(loan_requests.open_loan(request), SYSTEM)
        payout = ledger_pb.DisburseLoanRequest(
            loan_account_id=account, disbursement_amount=request.loan_amount
        )
        self.do(loan_requests.disburse_loan(payout), SYSTEM)
        return Key(account)

    def commit(self) -> int:
        """Commit the group and give how many entries it has."""
        self._door.commit(self._pending)
        self._pending = self._door.begin([])
        return len(self._journal.read(0, 1_000))

    def close(self) -> None:
        """Let go of the text keys."""
        self._vault.close()


def _staff(staff_id: str, role: str) -> CreateStaff:
    return CreateStaff(
        staff_id=Key(staff_id),
        username=Key(staff_id),
        display_name=staff_id.title(),
        roles=(Code(role),),
        limits={},
    )


def _waiver(account: Key, dollars: int) -> WaiveFee:
    return WaiveFee(loan_account_id=account, amount=Money(dollars * 100), approved_by="kim")


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    """A group of which nothing is committed yet."""
    made = Group(tmp_path)
    yield made
    made.close()


def _refused(group: Group, command: Command, actor: Actor) -> Refusal:
    with pytest.raises(Refused) as told:
        group.do(command, actor)
    return told.value.reason


def test_one_key_twice_in_a_group_has_one_effect(group: Group) -> None:
    """The second gets the first one's answer, before either is on the disk."""
    before = group.commit()
    repayment = RecordRepayment(loan_account_id=group.account, amount=Money(10_00))
    first, second = (group.do(repayment, SYSTEM, "one-key-0001") for _ in range(2))
    assert (first.is_replay, second.is_replay) == (False, True)
    assert first.response == second.response
    assert group.commit() == before + 3


def test_the_version_that_a_group_has_made_is_the_accounts(group: Group) -> None:
    """Who saw the account as it was before the group acts on what is gone."""
    group.commit()
    repayment = RecordRepayment(
        loan_account_id=group.account, amount=Money(10_00), expected_version=5
    )
    group.do(repayment, SYSTEM)
    assert _refused(group, repayment, SYSTEM) is Refusal.STALE_VERSION


def test_what_was_waived_in_a_group_counts_towards_the_limit(group: Group) -> None:
    """Fifty dollars are fifty dollars, however fast they are asked for."""
    group.commit()
    group.do(_waiver(group.account, 30), KIM)
    other = group.lend("LA-2")
    assert _refused(group, _waiver(other, 21), KIM) is Refusal.APPROVAL_REQUIRED
    group.do(_waiver(other, 20), KIM)


def test_a_name_that_a_group_has_given_is_taken(group: Group) -> None:
    """Two loans under one number would be one too many, committed or not."""
    with pytest.raises(Refused) as told:
        group.lend("LA-2", number="N-LA-1")
    assert told.value.reason is Refusal.NAME_TAKEN


def test_a_right_that_was_taken_in_a_group_is_gone(group: Group) -> None:
    """Roles count as they are now, also when they were changed a moment ago."""
    group.commit()
    group.do(_waiver(group.account, 10), KIM)
    group.do(SetRoles(staff_id=Key("kim"), roles=(Code("compliance"),)), ALEX)
    assert _refused(group, _waiver(group.account, 10), KIM) is Refusal.NO_RIGHT
