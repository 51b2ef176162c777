"""Rows of the table of refusals: staff, requests and decisions, notes, reviews, letters, texts."""

import sqlite3
from datetime import timedelta
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Refusal
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import NoteServiceStub, ReviewServiceStub
from proto.values import Instant
from tests.builders import Caller, new_key, open_loan_request
from tests.ledger import asking
from tests.ledger.approvers import approver, ask, cancel, enrol, get, waiver, write_off
from tests.ledger.refusal_scene import Act, Row, Scene
from tests.ledger.taking_back import close_letter, issue, new_message


def _deciding(scene: Scene, request_id: str, **changed: Any) -> Act:  # noqa: ANN401 - fields of many kinds
    """Sign an approval, to be sent."""
    decider = scene.new_approver()
    return partial(decider.send, decider.message(request_id, **changed))


def _disabled_twice(scene: Scene) -> Act:
    person = scene.new_staff()
    scene.disable(person.actor_id)()
    return scene.disable(person.actor_id)


def _never_disabled(scene: Scene) -> Act:
    request = pb.EnableStaffRequest(staff_id=scene.new_staff().actor_id)
    return partial(scene.admin.staff.Enable, request, metadata=scene.admin.metadata())


def _enrolled_twice(scene: Scene) -> Act:
    return partial(enrol, scene.new_approver().caller, Ed25519PrivateKey.generate())


def _own_request(scene: Scene) -> Act:
    own = scene.new_approver()
    return partial(own.send, own.message(scene.asked(own.caller)))


def _above_the_limit(scene: Scene) -> Act:
    low = approver(scene.ledger, {"write_off": "1.00"})
    return partial(low.send, low.message(scene.asked()))


def _asked_twice(scene: Scene) -> Act:
    account = scene.active()
    ask(scene.support, write_off(account))
    return partial(ask, scene.supervisor, write_off(account))


def _cancelled(scene: Scene) -> Act:
    request_id = scene.asked()
    cancel(scene.support, request_id)
    return _deciding(scene, request_id)


def _expired(scene: Scene) -> Act:
    ledger = scene.elsewhere().with_staff()
    decider, request_id = scene.new_approver(), scene.asked()
    ledger.later(timedelta(days=14))
    return partial(decider.send, decider.message(request_id, decided_at=ledger.now()))


def _returned(scene: Scene) -> Act:
    request_id = scene.asked()
    scene.new_approver().return_(request_id)
    return _deciding(scene, request_id)


def _not_decided(scene: Scene) -> Act:
    request = pb.GetReceiptRequest(request_id=scene.asked())
    caller = scene.supervisor
    return partial(caller.approvals.GetReceipt, request, metadata=caller.metadata())


def _account_changed(scene: Scene) -> Act:
    account = scene.active()
    act = _deciding(scene, ask(scene.support, write_off(account)).request_id)
    scene.system.repay(account, "10.00")
    return act


def _noting(caller: Caller, **fields: str) -> Act:
    request = pb.AddNoteRequest(
        **{"customer_id": "CUS-1", "text": "call later", "idempotency_key": new_key(), **fields}
    )
    return partial(NoteServiceStub(caller.channel).AddNote, request, metadata=caller.metadata())


def _foreign_account(scene: Scene) -> Act:
    account = scene.system.open_loan(open_loan_request(customer_id="CUS-2"))
    return _noting(scene.support, loan_account_id=account)


def amending(caller: Caller, note_id: str, version: int = 0) -> Act:
    """Prepare to amend a note."""
    request = pb.AmendNoteRequest(
        note_id=note_id, text="call soon", idempotency_key=new_key(), expected_version=version
    )
    return partial(NoteServiceStub(caller.channel).AmendNote, request, metadata=caller.metadata())


def anothers_note(scene: Scene, version: int) -> Act:
    """Prepare to amend what somebody else wrote."""
    note = NoteServiceStub(scene.support.channel).AddNote(
        pb.AddNoteRequest(customer_id="CUS-1", text="call later", idempotency_key=new_key()),
        metadata=scene.support.metadata(),
    )
    return amending(scene.supervisor, note.note_id, version)


def _reviewing(caller: Caller, event_id: str) -> Act:
    request = pb.MarkVerifiedRequest(event_id=event_id, idempotency_key=new_key())
    stub = ReviewServiceStub(caller.channel)
    return partial(stub.MarkVerified, request, metadata=caller.metadata())


def _own_event(scene: Scene) -> Act:
    caller = scene.support_and_compliance()
    return _reviewing(caller, caller.repay(scene.active(), "1.00").event_id)


def _closed_twice(scene: Scene) -> Act:
    letter_id = new_message()
    close_letter(scene.admin, letter_id)
    return partial(close_letter, scene.admin, letter_id)


def _correction(scene: Scene, message_id: str) -> str:
    command = pb.PreviewRequest(issue_correction=issue(scene.active(), message_id, "5.00"))
    return ask(scene.admin, command).request_id


def _closed_while_asked(scene: Scene) -> Act:
    message_id = new_message()
    _correction(scene, message_id)
    return partial(close_letter, scene.admin, message_id=message_id)


def _closed_when_posted(scene: Scene) -> Act:
    message_id = new_message()
    scene.new_approver().approve(_correction(scene, message_id))
    return partial(close_letter, scene.admin, message_id=message_id)


def _erased(scene: Scene) -> Act:
    """Let somebody destroy the customer's key while the ledger stands still."""
    ledger = scene.elsewhere().with_staff()
    waived = scene.support.waive(scene.active(), "10.00", notes="called twice").event_id
    scene.close()
    keys = sqlite3.connect(ledger.data_dir / "ledger" / "text-keys.db")
    keys.execute("DELETE FROM text_keys")
    keys.commit()
    keys.close()
    again = scene.elsewhere()
    return partial(asking.reveal, again.caller("staff-support"), waived)


STAFF: Final = (
    Row(Refusal.OWN_RIGHTS, "staff_id", lambda s: s.set_roles("staff-admin")),
    Row(Refusal.NO_SUCH_STAFF, "staff_id", lambda s: s.set_roles("no-such-person")),
    Row(
        Refusal.STAFF_EXISTS,
        "staff_id",
        lambda s: partial(s.admin.create_staff, "staff-support", ["support"]),
    ),
    Row(Refusal.ALREADY_DISABLED, "", _disabled_twice),
    Row(Refusal.NOT_DISABLED, "", _never_disabled),
    Row(Refusal.KEY_ENROLLED, "public_key", _enrolled_twice),
)

REQUESTS: Final = (
    Row(Refusal.NO_SUCH_REQUEST, "request_id", lambda s: partial(get, s.support, "REQ-none")),
    Row(Refusal.NOT_REQUESTER, "", lambda s: partial(cancel, s.supervisor, s.asked())),
    Row(Refusal.REQUEST_EXPIRED, "", _expired),
    Row(Refusal.REQUEST_DECIDED, "", _cancelled),
    Row(Refusal.REQUEST_RETURNED, "", _returned),
    Row(Refusal.REQUEST_NOT_DECIDED, "request_id", _not_decided),
    Row(
        Refusal.APPROVAL_NOT_NEEDED,
        "",
        lambda s: partial(ask, s.support, waiver(s.active(), "50.00")),
    ),
    Row(Refusal.ALREADY_REQUESTED, "", _asked_twice),
)

DECISIONS: Final = (
    Row(Refusal.COMMENT_TOO_SHORT, "comment", lambda s: _deciding(s, s.asked(), comment="no")),
    Row(Refusal.OWN_REQUEST, "", _own_request),
    Row(Refusal.LIMIT_TOO_LOW, "", _above_the_limit),
    Row(Refusal.POLICY_CHANGED, "policy", lambda s: _deciding(s, s.asked(), policy="{}")),
    Row(
        Refusal.DECIDED_AT_OFF,
        "decided_at",
        lambda s: _deciding(s, s.asked(), decided_at=Instant.parse("2026-01-01")),
    ),
    Row(Refusal.NO_SUCH_KEY, "key_id", lambda s: _deciding(s, s.asked(), key_id="0" * 16)),
    Row(Refusal.BAD_SIGNATURE, "signature", lambda s: _deciding(s, s.asked(), signature=b"x")),
    Row(Refusal.STALE_REQUEST, "account_version", _account_changed),
)

DESK: Final = (
    Row(Refusal.NOT_THE_CUSTOMERS, "customer_id", _foreign_account),
    Row(Refusal.NO_SUCH_NOTE, "note_id", lambda s: amending(s.support, "none")),
    Row(Refusal.NOT_AUTHOR, "note_id", lambda s: anothers_note(s, 0)),
    Row(Refusal.NO_SUCH_EVENT, "event_id", lambda s: _reviewing(s.compliance, "LA-none:1")),
    Row(Refusal.OWN_EVENT, "event_id", _own_event),
    Row(Refusal.LETTER_CLOSED, "letter_id", _closed_twice),
    Row(Refusal.CORRECTION_WAITS, "original_message_id", _closed_while_asked),
    Row(Refusal.MESSAGE_POSTED, "original_message_id", _closed_when_posted),
    Row(Refusal.NO_SUCH_TEXT, "event_id", lambda s: partial(asking.reveal, s.support, "LA-none:1")),
    Row(Refusal.TEXT_ERASED, "event_id", _erased),
    Row(
        Refusal.NO_SUCH_HEAD,
        "size",
        lambda s: partial(
            s.system.journal.GetSignedHead,
            pb.GetSignedHeadRequest(size=10**9),
            metadata=s.system.metadata(),
        ),
    ),
)

OF_REQUESTS: Final = (*STAFF, *REQUESTS, *DECISIONS, *DESK)
