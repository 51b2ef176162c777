"""Rows of the table of refusals: two reasons that hold at once, of one command each."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Refusal
from proto import servicing_pb2 as pb
from tests.builders import instalments_of, open_loan_request
from tests.ledger.approvers import ask, cancel, enrol, recovery, write_off
from tests.ledger.refusal_scene import Act, Row, Scene
from tests.ledger.refused_requests import amending, anothers_note
from tests.ledger.taking_back import close_letter, issue, new_message, reverse

CARD: Final = "paid with 4111 1111 1111 1111"
EARLIER: Final = timedelta(days=2)
LATER: Final[dict[str, Any]] = {"effective_date": "2099-01-01"}


def _ago() -> datetime:
    return datetime.now(UTC) - EARLIER


def _disabled(scene: Scene) -> Act:
    person = scene.new_staff()
    scene.disable(person.actor_id)()
    return partial(person.repay, "LA-1", "x")


def _disabled_and_stale(scene: Scene) -> Act:
    person = scene.new_staff()
    scene.disable(person.actor_id)()
    return scene.disable(person.actor_id, expected_version=9)


def _short_of_a_cent(request: pb.OpenLoanRequest) -> pb.OpenLoanRequest:
    del request.instalments[:]
    request.instalments.extend(instalments_of(599_99, 4, datetime.now(UTC).date()))
    return request


def _opened_twice(scene: Scene) -> Act:
    request = open_loan_request(account_id=scene.system.open_loan())
    return partial(scene.system.open_loan, _short_of_a_cent(request))


def _number_taken(scene: Scene) -> Act:
    first, request = open_loan_request(), open_loan_request()
    scene.system.open_loan(first)
    request.account_number = first.account_number
    return partial(scene.system.open_loan, _short_of_a_cent(request))


def _paid_instalment(scene: Scene) -> Act:
    account = scene.active()
    scene.support.repay(account, "150.00")
    return partial(
        scene.support.repay, account, "1.00", target_payment_number=1, schedule_id="SCH-other"
    )


def _reversed_twice(scene: Scene) -> Act:
    account = scene.active()
    paid = scene.support.repay(account, "10.00").transaction.transaction_id
    reverse(scene.supervisor, account, paid)
    return partial(reverse, scene.supervisor, account, paid, **LATER)


def _letter(scene: Scene, *, approved: bool) -> Act:
    """Close a closed letter again, as one of a message that was corrected or shall be."""
    letter_id, message_id = new_message(), new_message()
    close_letter(scene.admin, letter_id)
    command = pb.PreviewRequest(issue_correction=issue(scene.active(), message_id, "5.00"))
    request_id = ask(scene.admin, command).request_id
    if approved:
        scene.new_approver().approve(request_id)
    return partial(close_letter, scene.admin, letter_id, message_id)


def _cancelled_by_another(scene: Scene) -> Act:
    request_id = scene.asked()
    cancel(scene.support, request_id)
    return partial(cancel, scene.supervisor, request_id)


def _own_and_cancelled(scene: Scene) -> Act:
    own = scene.new_approver()
    request_id = scene.asked(own.caller)
    cancel(own.caller, request_id)
    return partial(own.send, own.message(request_id))


def _asked_twice(scene: Scene) -> Act:
    account = scene.active()
    ask(scene.support, write_off(account))
    return partial(ask, scene.support, write_off(account, amount="1.00"))


SIGNING_IN: Final = (
    Row(
        Refusal.STAFF_UNKNOWN,
        "",
        lambda s: partial(s.ledger.caller("nobody").repay, "LA-1", "x"),
        Refusal.INVALID_AMOUNT,
    ),
    Row(Refusal.STAFF_DISABLED, "", _disabled, Refusal.INVALID_AMOUNT),
    Row(
        Refusal.DEMO_CLOCK,
        "",
        lambda s: partial(s.support.repay, "LA-1", "x", at=datetime.now(UTC)),
        Refusal.INVALID_AMOUNT,
    ),
)

FIELDS: Final = (
    Row(
        Refusal.INVALID_FIELD,
        "loan_account_id",
        lambda s: partial(s.support.repay, "", "x"),
        Refusal.INVALID_AMOUNT,
    ),
    Row(
        Refusal.INVALID_AMOUNT,
        "amount",
        lambda s: partial(s.support.repay, "LA-1", "x", notes=CARD),
        Refusal.CARD_NUMBER,
    ),
    Row(
        Refusal.CARD_NUMBER,
        "notes",
        lambda s: partial(s.support.repay, "LA-1", "1", effective_date="2025-13-45", notes=CARD),
        Refusal.INVALID_DATE,
    ),
)

STATES: Final = (
    Row(
        Refusal.OWN_RIGHTS,
        "staff_id",
        lambda s: s.set_roles("staff-admin", expected_version=9),
        Refusal.STALE_VERSION,
    ),
    Row(
        Refusal.NO_SUCH_STAFF,
        "staff_id",
        lambda s: s.set_roles("no-such-person", expected_version=9),
        Refusal.STALE_VERSION,
    ),
    Row(
        Refusal.NO_SUCH_NOTE,
        "note_id",
        lambda s: amending(s.support, "none", 9),
        Refusal.STALE_VERSION,
    ),
    Row(Refusal.NOT_AUTHOR, "note_id", lambda s: anothers_note(s, 9), Refusal.STALE_VERSION),
    Row(Refusal.STALE_VERSION, "expected_version", _disabled_and_stale, Refusal.ALREADY_DISABLED),
    Row(
        Refusal.STALE_VERSION,
        "expected_version",
        lambda s: partial(s.system.repay, s.active(), "1.00", at=_ago(), expected_version=1),
        Refusal.CLOCK_WENT_BACK,
    ),
    Row(
        Refusal.CLOCK_WENT_BACK,
        "",
        lambda s: partial(s.system.disburse, s.active(), at=_ago()),
        Refusal.ALREADY_DISBURSED,
    ),
    Row(
        Refusal.ALREADY_DISBURSED,
        "",
        lambda s: partial(s.system.disburse, s.active(), "499.99"),
        Refusal.AMOUNT_NOT_AS_AGREED,
    ),
    Row(
        Refusal.WRITTEN_OFF,
        "",
        lambda s: partial(s.support.repay, s.written_off(), "1.00", target_payment_number=9),
        Refusal.NO_SUCH_INSTALMENT,
    ),
    Row(
        Refusal.NOT_WRITTEN_OFF,
        "",
        lambda s: partial(ask, s.support, recovery(s.active(), "9999.00")),
        Refusal.RECOVERY_EXCEEDS_WRITE_OFF,
    ),
    Row(
        Refusal.ACCOUNT_CLOSED,
        "",
        lambda s: partial(s.system.late_fee, s.closed(), "400.01"),
        Refusal.FEE_CAP,
    ),
)

REQUESTS: Final = (
    Row(Refusal.NOT_REQUESTER, "", _cancelled_by_another, Refusal.REQUEST_DECIDED),
    Row(Refusal.REQUEST_DECIDED, "", _own_and_cancelled, Refusal.OWN_REQUEST),
    Row(Refusal.AMOUNT_NOT_BALANCE, "amount", _asked_twice, Refusal.ALREADY_REQUESTED),
    Row(
        Refusal.BAD_SIGNATURE,
        "proof",
        lambda s: partial(enrol, s.new_approver().caller, Ed25519PrivateKey.generate(), bytes(64)),
        Refusal.KEY_ENROLLED,
    ),
    Row(
        Refusal.MESSAGE_POSTED,
        "original_message_id",
        lambda s: _letter(s, approved=True),
        Refusal.LETTER_CLOSED,
    ),
    Row(
        Refusal.LETTER_CLOSED,
        "letter_id",
        lambda s: _letter(s, approved=False),
        Refusal.CORRECTION_WAITS,
    ),
)

RULES: Final = (
    Row(Refusal.ACCOUNT_EXISTS, "loan_account_id", _opened_twice, Refusal.SCHEDULE_DOES_NOT_ADD_UP),
    Row(Refusal.SCHEDULE_DOES_NOT_ADD_UP, "instalments", _number_taken, Refusal.NAME_TAKEN),
    Row(
        Refusal.STAFF_EXISTS,
        "staff_id",
        lambda s: partial(s.admin.create_staff, "staff-support", ["support"], username="analyst"),
        Refusal.NAME_TAKEN,
    ),
    Row(Refusal.SCHEDULE_DIFFERS, "schedule_id", _paid_instalment, Refusal.INSTALMENT_PAID),
    Row(
        Refusal.NO_SUCH_INSTALMENT,
        "target_payment_number",
        lambda s: partial(s.support.repay, s.active(), "1.00", target_payment_number=9, **LATER),
        Refusal.DATE_OUT_OF_WINDOW,
    ),
    Row(
        Refusal.NO_SUCH_TRANSACTION,
        "transaction_id",
        lambda s: partial(reverse, s.supervisor, s.active(), "TXN-none", **LATER),
        Refusal.DATE_OUT_OF_WINDOW,
    ),
    Row(Refusal.ALREADY_REVERSED, "transaction_id", _reversed_twice, Refusal.DATE_OUT_OF_WINDOW),
    Row(
        Refusal.NOTHING_TO_WAIVE,
        "waiver_amount",
        lambda s: partial(s.support.waive, s.closed(), "60.00"),
        Refusal.APPROVAL_REQUIRED,
    ),
    Row(
        Refusal.WAIVER_EXCEEDS_FEE,
        "waiver_amount",
        lambda s: partial(s.support.waive, s.active(), "101.00"),
        Refusal.APPROVAL_REQUIRED,
    ),
    Row(
        Refusal.ADJUSTMENT_EXCEEDS_BALANCE,
        "principal_delta",
        lambda s: partial(s.supervisor.adjust, s.active(), "-500.01"),
        Refusal.APPROVAL_REQUIRED,
    ),
    Row(
        Refusal.REFUND_EXCEEDS_OVERPAYMENT,
        "amount",
        lambda s: partial(s.supervisor.refund, s.closed(), "500.01"),
        Refusal.APPROVAL_REQUIRED,
    ),
    Row(
        Refusal.FEE_CAP,
        "fee_delta",
        lambda s: partial(s.supervisor.adjust, s.active(), "", "500.01"),
        Refusal.APPROVAL_REQUIRED,
    ),
)

OF_TWO: Final = (*SIGNING_IN, *FIELDS, *STATES, *REQUESTS, *RULES)
