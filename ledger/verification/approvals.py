"""The approvals (I6): who approved had the right then, was another, and got what was signed.

Rights, limits and keys are folded from the staff's own events up to that entry; nothing
that is known today is used.
"""

import base64
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from ledger.commands import request_steps
from ledger.commands.binding import hash_of
from ledger.domain import request as requests
from ledger.domain import staff as staffs
from ledger.domain.history import as_posting
from ledger.domain.identity import act_for_each_other, sign_ins_of
from ledger.domain.request import Request
from ledger.domain.rights import MAY, Right
from ledger.domain.staff import Staff
from ledger.domain.structuring import COUNTED
from ledger.journal import Entry, Journal
from ledger.states import event_of
from ledger.verification import Wrong
from ledger.verification.policies import check_policy, named_in, tells_what_moves
from proto import subjects
from proto.events import (
    ApprovalApproved,
    InterestAccrued,
    LedgerEvent,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Instant

NEVER_ALONE: Final = frozenset({"WRITE_OFF", "WRITE_OFF_UNDO", "RECOVERY", "CORRECTION"})
"""Transactions that only an approval brings about."""

_NOT_OF_THE_EVENT: Final = frozenset({"command", "loan_account_id", "texts", "transaction_id"})
"""Fields of a command that say which one it is, or mean another thing in the event."""


class _Carrying(Struct):
    """An approval whose effect is being read: it follows at once, in the same transaction."""

    entry: Entry
    request: Request
    approved: ApprovalApproved
    postings: list[tuple[Entry, PostingEvent]] = []


class ApprovalsCheck:
    """I6. Begun in the middle, it reads what staff and requests were before."""

    def __init__(self, journal: Journal, *, after_position: int) -> None:
        self._journal, self._after = journal, after_position
        self._staff: dict[str, Staff] = {}
        self._requests: dict[str, Request] = {}
        self._decided: set[str] = set()
        self._standing: dict[str, dict[str, Request]] = {}
        """A customer's requests that count in sums, without their long texts."""
        self._carrying: _Carrying | None = None
        if after_position:
            for subject in journal.subjects(subjects.STAFF):
                for entry in self._before(subject):
                    self._take_staff(entry, event_of(entry))

    def _before(self, subject_id: str) -> list[Entry]:
        """Give a subject's entries from before the walk; a history of staff is short."""
        every = self._journal.read_subject(subject_id, 0, 100_000)
        return [entry for entry in every if entry.position <= self._after]

    def add(self, entry: Entry, event: LedgerEvent) -> None:
        """Take the next entry."""
        self._follow(entry)
        if entry.subject_id.startswith(subjects.STAFF):
            self._take_staff(entry, event)
        elif entry.subject_id.startswith(subjects.REQUEST):
            self._take_request(entry, event)
        else:
            posting = as_posting(event)
            if posting is not None:
                self._take_posting(entry, posting)

    def _take_staff(self, entry: Entry, event: LedgerEvent) -> None:
        known = self._staff.get(entry.subject_id)
        at = Instant.parse(entry.recorded_at)
        self._staff[entry.subject_id] = _folded(
            entry,
            lambda: staffs.evolve(known, event, entry.version, at),  # type: ignore[arg-type] # of its kind, or it is refused
        )

    def _take_request(self, entry: Entry, event: LedgerEvent) -> None:
        known = self._requests.get(entry.subject_id)
        if known is None and self._after and entry.subject_id not in self._decided:
            for earlier in self._before(entry.subject_id):
                known = self._evolved(known, earlier, event_of(earlier))
        if isinstance(event, ApprovalApproved):
            self._check_approval(entry, known, event)
        after = self._evolved(known, entry, event)
        if after.is_open:
            self._requests[entry.subject_id] = after
        else:  # decided is final
            self._requests.pop(entry.subject_id, None)
            self._decided.add(entry.subject_id)
        standing = self._standing.setdefault(after.customer_id, {})
        if after.status in COUNTED:
            standing[after.request_id] = msgspec.structs.replace(after, command="", snapshot="")
        else:
            standing.pop(after.request_id, None)

    @staticmethod
    def _evolved(known: Request | None, entry: Entry, event: LedgerEvent) -> Request:
        at = Instant.parse(entry.recorded_at)
        after: Request = _folded(
            entry,
            lambda: requests.evolve(known, event, entry.version, at),  # type: ignore[arg-type] # of its kind, or it is refused
        )
        return after

    def _check_approval(
        self, entry: Entry, request: Request | None, approved: ApprovalApproved
    ) -> None:
        if request is None or request.status != requests.PENDING:
            raise Wrong(entry, "it approves a request that is not pending")
        if Instant.parse(entry.recorded_at) > request.expires_at:
            raise Wrong(entry, "it approves a request that has expired")
        if request.command_hash != hash_of(request.command):
            raise Wrong(entry, "the command that was asked for does not have the hash it bears")
        approver = self._staff.get(f"{subjects.STAFF}{approved.approved_by}")
        if approver is None or approved.approved_by != entry.actor:
            raise Wrong(entry, "its approver is not the staff member who acted")
        self._check_another(entry, request, approver)
        _check_right(entry, approver)
        policy = _statement(entry, approved).get("policy", "")
        check_policy(entry, request, approver, policy, self._others(request, policy))
        _check_signature(entry, request, approver, approved)
        self._carrying = _Carrying(entry, request, approved)

    def _others(self, request: Request, policy: str) -> dict[str, Request]:
        """Give the customer's standing requests; what was before the walk, where it is named."""
        found = dict(self._standing.get(request.customer_id, {}))
        for request_id in named_in(policy) if self._after else ():
            known: Request | None = None
            for earlier in self._before(requests.subject_of(request_id)):
                known = self._evolved(known, earlier, event_of(earlier))
            if known is not None and known.customer_id == request.customer_id:
                found.setdefault(request_id, known)
        return found

    def _check_another(self, entry: Entry, request: Request, approver: Staff) -> None:
        requester = self._staff.get(f"{subjects.STAFF}{request.requested_by}")
        if requester is None:
            raise Wrong(entry, "nobody is staff under the requester's id")
        everybody = self._staff.values()
        theirs, mine = sign_ins_of(requester, everybody), sign_ins_of(approver, everybody)
        if not theirs.isdisjoint(mine) or act_for_each_other(theirs, mine, everybody):
            raise Wrong(entry, "its approver is the requester, or acts for them")

    def _take_posting(self, entry: Entry, posting: PostingEvent) -> None:
        carrying = self._carrying
        if posting.request_id:
            if carrying is None or posting.request_id != carrying.request.request_id:
                raise Wrong(entry, "no approval of its request stands right before it")
            carrying.postings.append((entry, posting))
        elif posting.transaction_type in NEVER_ALONE:
            raise Wrong(entry, "nobody may do this alone, and it names no request")

    def _follow(self, entry: Entry | None) -> None:
        """Let an approval's own transaction pass; when it is over, look at what it did."""
        carrying = self._carrying
        if carrying is None:
            return
        first = carrying.entry
        if entry is not None and (entry.subject_id, entry.actor, entry.recorded_at) == (
            carrying.request.loan_account_id,
            first.actor,
            first.recorded_at,
        ):
            return
        self._carrying = None
        _check_effect(carrying)

    def finish(self) -> None:
        """Look at the last approval."""
        self._follow(None)


def _folded(entry: Entry, evolve: Callable[[], Any]) -> Any:  # noqa: ANN401 - a state of either kind
    try:
        return evolve()
    except (ValueError, AttributeError) as error:
        raise Wrong(entry, f"it does not continue its subject's history: {error}") from None


def _check_right(entry: Entry, approver: Staff) -> None:
    """Hold the right to decide against the staff events."""
    if not approver.enabled:
        raise Wrong(entry, "its approver was disabled")
    if MAY[Right.DECIDE_REQUEST].isdisjoint(approver.roles):
        raise Wrong(entry, "its approver had no right to decide requests")


def _statement(entry: Entry, approved: ApprovalApproved) -> dict[str, str]:
    try:
        return msgspec.json.decode(approved.statement)  # type: ignore[no-any-return] # JSON
    except msgspec.DecodeError:
        raise Wrong(entry, "it holds no statement that could have been signed") from None


def _check_signature(
    entry: Entry, request: Request, approver: Staff, approved: ApprovalApproved
) -> None:
    """Check that the approver's key, good at that time, signed this very decision."""
    said = _statement(entry, approved)
    must = {
        "request_id": request.request_id,
        "request_hash": request.command_hash,
        "decision": "approve",
        "approver": approver.staff_id,
    }
    for field, value in must.items():
        if said.get(field) != value:
            raise Wrong(entry, f"what was signed has another {field}")
    key = next((each for each in approver.keys if each.key_id == approved.key_id), None)
    if key is None or key.is_revoked:
        raise Wrong(entry, "it was signed with no key that was the approver's then")
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key))
        public.verify(base64.b64decode(approved.signature), approved.statement.encode())
    except (InvalidSignature, ValueError):
        raise Wrong(entry, "its signature is not of its statement by the approver's key") from None


def _check_effect(carrying: _Carrying) -> None:
    """Hold what was carried out against the bytes that were approved, field by field."""
    request, approved = carrying.request, carrying.approved
    if not carrying.postings:
        raise Wrong(carrying.entry, "the approval has no effect")
    # Interest comes before or after it by itself; nobody was asked about it.
    asked = [each for each in carrying.postings if not isinstance(each[1], InterestAccrued)]
    first, last = asked[0], asked[-1]
    if (first[0].event_id, first[1].transaction_id) != (
        approved.ledger_event_id,
        approved.transaction_id,
    ):
        raise Wrong(first[0], "the approval before it names another effect")
    moved = request_steps.amount_asked(each[1] for each in asked)
    if moved != request.amount and tells_what_moves(_statement(carrying.entry, approved)["policy"]):
        raise Wrong(first[0], f"it moves {moved}, and what was approved is {request.amount}")
    for entry, posting in carrying.postings:
        if posting.requested_by != request.requested_by:
            raise Wrong(entry, "it names another requester than its request")
    # An undo comes first, and what was recovered is paid after it; a correction comes last.
    entry, posting = first if isinstance(first[1], WriteOffUndone) else last
    command = msgspec.json.decode(request.command)
    if command.get("texts", {}) != first[1].sealed_texts:
        raise Wrong(first[0], "its free text is not what was approved")
    for field in _different(command, posting):
        raise Wrong(entry, f"its {field} is not what was approved")


def _different(command: dict[str, Any], posting: PostingEvent) -> Iterable[str]:
    """Give the fields that command and event share and that differ; empty asks for nothing."""
    for name, asked in command.items():
        if name in _NOT_OF_THE_EVENT or asked in ("", 0, None):
            continue
        if name in posting.__struct_fields__ and str(getattr(posting, name)) != str(asked):
            yield name
