"""Random acts beside the accounts: people and their keys, notes, reviews, letters, the switch."""

# ruff: noqa: ANN401 - stubs and messages of any kind
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from hypothesis.stateful import rule

from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import (
    NoteServiceStub,
    OperationsServiceStub,
    ReviewServiceStub,
    StaffServiceStub,
)
from tests.builders import new_id, new_key
from tests.ledger import asking
from tests.ledger.any_acts import ACCOUNTS, NOTES, NUMBERS, PEOPLE, Acting
from tests.ledger.approvers import enrol

ROLES: Final = st.sampled_from(["support", "supervisor", "compliance", "analyst"])
ADMIN: Final = "staff-admin"


class AtTheDesk(Acting):
    """By whoever may do it, and now and then by somebody who may not."""

    def send(self, actor: str, stub: Any, rpc: str, request: Any) -> Any:
        """Send a command under a key of its own; give the answer, or None."""
        request.idempotency_key = new_key()
        caller = self.ledger.caller(actor)
        return self.attempt(getattr(stub(caller.channel), rpc), request, metadata=caller.metadata())

    @rule(target=PEOPLE, role=ROLES)
    def create_staff(self, role: str) -> str:
        """Somebody new."""
        staff_id = new_id("p")
        request = pb.CreateStaffRequest(
            staff_id=staff_id, username=staff_id, display_name="A Person", roles=[role]
        )
        self.send(ADMIN, StaffServiceStub, "Create", request)
        return staff_id

    @rule(person=PEOPLE, role=ROLES, limit=st.sampled_from(["0.00", "20.00", "300.00"]))
    def change_staff(self, person: str, role: str, limit: str) -> None:
        """Other roles, other limits, another password to begin with."""
        roles = pb.SetRolesRequest(staff_id=person, roles=[role], reason_code="other")
        self.send(ADMIN, StaffServiceStub, "SetRoles", roles)
        limits = pb.SetLimitsRequest(staff_id=person, limits={"waiver": limit}, reason_code="other")
        self.send(ADMIN, StaffServiceStub, "SetLimits", limits)
        password = pb.GiveStartPasswordRequest(staff_id=person, reason_code="other")
        self.send(ADMIN, StaffServiceStub, "GiveStartPassword", password)

    @rule(person=PEOPLE, back=st.booleans())
    def disable_staff(self, person: str, back: bool) -> None:  # noqa: FBT001 - drawn
        """Gone, perhaps to come back."""
        gone = pb.DisableStaffRequest(staff_id=person)
        self.send(ADMIN, StaffServiceStub, "Disable", gone)
        if back:
            self.send(ADMIN, StaffServiceStub, "Enable", pb.EnableStaffRequest(staff_id=person))

    @rule(person=PEOPLE, lost=st.booleans())
    def enrol_key(self, person: str, lost: bool) -> None:  # noqa: FBT001 - drawn
        """Who approves enrols a key, and may lose it; others may not."""
        caller = self.ledger.caller(person)
        enrolled = self.attempt(enrol, caller, Ed25519PrivateKey.generate())
        if enrolled is not None and lost:
            request = pb.RevokeKeyRequest(
                staff_id=person, key_id=enrolled.key_ids[-1], reason_code="forgotten"
            )
            self.send(ADMIN, StaffServiceStub, "RevokeKey", request)

    @rule(target=NOTES, account=ACCOUNTS, actor=st.sampled_from(["staff-support", "staff-analyst"]))
    def add_note(self, account: str, actor: str) -> str:
        """A note about a customer, by who may write one or not."""
        request = pb.AddNoteRequest(
            customer_id=self.owners[account], loan_account_id=account, text="call later"
        )
        added = self.send(actor, NoteServiceStub, "AddNote", request)
        return str(added.note_id) if added else "NOTE-none"

    @rule(note=NOTES, actor=st.sampled_from(["staff-support", "staff-supervisor"]))
    def amend_note(self, note: str, actor: str) -> None:
        """Its author amends it, nobody else."""
        request = pb.AmendNoteRequest(note_id=note, text="call soon")
        self.send(actor, NoteServiceStub, "AmendNote", request)

    @rule(index=st.integers(0, 50), how=st.sampled_from(["verify", "query", "reveal"]))
    def review(self, index: int, how: str) -> None:
        """Mark what was done as verified, ask about it, or read its text where there is one."""
        if not self.acknowledged:
            return
        event_id = self.acknowledged[index % len(self.acknowledged)]
        if how == "reveal":
            self.attempt(asking.reveal, self.ledger.caller("staff-compliance"), event_id)
            return
        verified = pb.MarkVerifiedRequest(event_id=event_id)
        queried = pb.QueryItemRequest(event_id=event_id, note="why then?")
        rpc, request = ("QueryItem", queried) if how == "query" else ("MarkVerified", verified)
        self.send("staff-compliance", ReviewServiceStub, rpc, request)

    @rule(letter=NUMBERS, message=NUMBERS, closes=st.booleans())
    def work_on_a_letter(self, letter: int, message: int, closes: bool) -> None:  # noqa: FBT001 - drawn
        """Open a dead letter, and replay it or close it; perhaps it was closed before."""
        letter_id, message_id = self.messages[letter], self.messages[message]
        opened = pb.OpenLetterRequest(letter_id=letter_id, reader_key=bytes(32))
        self.send(ADMIN, OperationsServiceStub, "OpenLetter", opened)
        replayed = pb.ReplayLetterRequest(letter_id=letter_id)
        closed = pb.ResolveLetterRequest(
            letter_id=letter_id, original_message_id=message_id, reason_code="came_twice"
        )
        rpc, request = ("ResolveLetter", closed) if closes else ("ReplayLetter", replayed)
        self.send(ADMIN, OperationsServiceStub, rpc, request)

    @rule()
    def ask_for_a_rebuild(self) -> None:
        """Let the read models be made anew."""
        self.send(ADMIN, OperationsServiceStub, "AskRebuild", pb.AskRebuildRequest())

    @rule(account=ACCOUNTS)
    def be_read_only_for_a_while(self, account: str) -> None:
        """What is done meanwhile is refused."""
        on = pb.SetReadOnlyRequest(read_only=True, reason="month end")
        self.send(ADMIN, OperationsServiceStub, "SetReadOnly", on)
        before = self.head()
        self.do("repay", "staff-support", account, "1.00")
        assert self.head() == before
        off = pb.SetReadOnlyRequest(read_only=False, reason="month end")
        self.send(ADMIN, OperationsServiceStub, "SetReadOnly", off)
