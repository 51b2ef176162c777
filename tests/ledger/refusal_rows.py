"""One row for every reason for which the ledger says no: what provokes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ledger.errors import Refusal
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import (
    Caller,
    LedgerProcess,
    instalments_of,
    new_id,
    new_key,
    open_loan_request,
)
from tests.ledger import asking
from tests.ledger.taking_back import close_twice, close_while_asked, reverse


class Scene:
    """The ledger, its people, and loans made when they are asked for."""

    def __init__(self, ledger: LedgerProcess) -> None:
        self.ledger, self.system = ledger, ledger.system
        self.support = ledger.caller("staff-support")
        self.supervisor = ledger.caller("staff-supervisor")
        self.analyst = ledger.caller("staff-analyst")
        self.admin = ledger.caller("staff-admin")

    def new_staff(self) -> Caller:
        """Somebody in support, the test's own."""
        staff_id = new_id("p")
        self.admin.create_staff(staff_id, ["support"])
        return self.ledger.caller(staff_id)

    def active(self) -> str:
        """A loan of $500 and a fee of $100, paid out."""
        return self.system.active_loan()

    def closed(self) -> str:
        """A loan that is paid off."""
        account = self.active()
        self.system.repay(account, "600.00")
        return account

    def set_roles(self, caller: Caller, staff_id: str) -> None:
        """Set somebody's roles."""
        request = pb.SetRolesRequest(reason_code="other", staff_id=staff_id, roles=["admin"])
        caller.staff.SetRoles(request, metadata=caller.metadata())

    def disable(self, staff_id: str) -> None:
        """Disable somebody."""
        request = pb.DisableStaffRequest(staff_id=staff_id)
        self.admin.staff.Disable(request, metadata=self.admin.metadata())


@dataclass(frozen=True)
class Row:
    """A reason, the field it names, and what provokes it."""

    reason: Refusal
    field: str
    provoke: Callable[[Scene], object]


def _no_token(scene: Scene) -> None:
    scene.system.accounting.GetBalance(ledger_pb.GetBalanceRequest(loan_account_id="LA-1"))


def _disabled(scene: Scene) -> None:
    person = scene.new_staff()
    scene.disable(person.actor_id)
    person.balance("LA-1")


def _disabled_twice(scene: Scene) -> None:
    person = scene.new_staff()
    scene.disable(person.actor_id)
    scene.disable(person.actor_id)


def _never_disabled(scene: Scene) -> None:
    request = pb.EnableStaffRequest(staff_id=scene.new_staff().actor_id)
    scene.admin.staff.Enable(request, metadata=scene.admin.metadata())


def _other_request_same_key(scene: Scene) -> None:
    account, key = scene.active(), new_key()
    scene.support.repay(account, "10.00", idempotency_key=key)
    scene.support.repay(account, "20.00", idempotency_key=key)


def _opened_twice(scene: Scene) -> None:
    request = open_loan_request()
    scene.system.open_loan(request)
    request.idempotency_key = new_key()
    scene.system.open_loan(request)


def _same_account_number(scene: Scene) -> None:
    first, second = open_loan_request(), open_loan_request()
    scene.system.open_loan(first)
    second.account_number = first.account_number
    scene.system.open_loan(second)


def _disbursed_twice(scene: Scene) -> None:
    scene.system.disburse(scene.active())


def _too_early(scene: Scene) -> None:
    scene.system.repay(scene.active(), "1.00", at=datetime.now(UTC) - timedelta(days=2))


def _schedule_short_of_a_cent(scene: Scene) -> None:
    request = open_loan_request()
    del request.instalments[:]
    first_due = datetime.now(UTC).date()
    request.instalments.extend(instalments_of(599_99, 4, first_due))
    scene.system.open_loan(request)


def _paid_instalment(scene: Scene) -> None:
    account = scene.active()
    scene.support.repay(account, "150.00")
    scene.support.repay(account, "10.00", target_payment_number=1)


def _waived_twice(scene: Scene) -> None:
    account = scene.active()
    fee = scene.system.late_fee(account).transaction.transaction_id
    scene.support.waive(account, "15.00", target_transaction_id=fee)
    scene.support.waive(account, "15.00", target_transaction_id=fee)


def _repay_before_disbursement(scene: Scene) -> None:
    scene.support.repay(scene.system.open_loan(), "1.00")


def _fee_over_cap(scene: Scene) -> None:
    scene.system.open_loan(open_loan_request(loan_amount="500.00", loan_fee="100.01"))


def _read_only(scene: Scene) -> None:
    account = scene.active()
    asking.set_read_only(scene.admin, read_only=True)
    try:
        scene.support.repay(account, "1.00")
    finally:
        asking.set_read_only(scene.admin, read_only=False)


def _reversed(scene: Scene) -> tuple[str, str]:
    account = scene.active()
    paid = scene.support.repay(account, "10.00").transaction.transaction_id
    return account, reverse(scene.supervisor, account, paid).transaction.transaction_id


def _reversed_twice(scene: Scene) -> None:
    account = scene.active()
    paid = scene.support.repay(account, "10.00").transaction.transaction_id
    reverse(scene.supervisor, account, paid)
    reverse(scene.supervisor, account, paid)


def _reversed_after_refund(scene: Scene) -> None:
    account = scene.active()
    paid = scene.support.repay(account, "610.00").transaction.transaction_id
    scene.supervisor.refund(account, "10.00")
    reverse(scene.supervisor, account, paid)


ROWS: Final = (
    Row(Refusal.NOT_SIGNED_IN, "", _no_token),
    Row(Refusal.STAFF_UNKNOWN, "", lambda s: s.ledger.caller("nobody").balance("LA-1")),
    Row(Refusal.STAFF_DISABLED, "", _disabled),
    Row(Refusal.DEMO_CLOCK, "", lambda s: s.support.repay("LA-1", "1.00", at=datetime.now(UTC))),
    Row(Refusal.INVALID_FIELD, "loan_account_id", lambda s: s.support.repay("", "1.00")),
    Row(Refusal.INVALID_AMOUNT, "amount", lambda s: s.support.repay("LA-1", "1.001")),
    Row(
        Refusal.INVALID_DATE,
        "effective_date",
        lambda s: s.support.repay("LA-1", "1.00", effective_date="2025-13-45"),
    ),
    Row(
        Refusal.CARD_NUMBER,
        "notes",
        lambda s: s.support.repay("LA-1", "1.00", notes="paid with 4111 1111 1111 1111"),
    ),
    Row(Refusal.KEY_REUSED, "idempotency_key", _other_request_same_key),
    Row(Refusal.READ_ONLY, "", _read_only),
    Row(Refusal.NO_SUCH_TEXT, "event_id", lambda s: asking.reveal(s.support, "LA-none:1")),
    Row(
        Refusal.NO_SUCH_TRANSACTION,
        "from_transaction_id",
        lambda s: next(asking.watch(s.support, s.active(), "TXN-none")),
    ),
    Row(Refusal.NO_RIGHT, "", lambda s: s.analyst.repay(s.active(), "1.00")),
    Row(
        Refusal.APPROVER_NOT_ACTOR,
        "approved_by",
        lambda s: s.support.waive(s.active(), "1.00", approved_by="staff-supervisor"),
    ),
    Row(Refusal.OWN_RIGHTS, "staff_id", lambda s: s.set_roles(s.admin, "staff-admin")),
    Row(Refusal.NO_SUCH_ACCOUNT, "loan_account_id", lambda s: s.support.repay("LA-none", "1.00")),
    Row(Refusal.NO_SUCH_STAFF, "staff_id", lambda s: s.set_roles(s.admin, "no-such-person")),
    Row(
        Refusal.NO_SUCH_FEE,
        "target_transaction_id",
        lambda s: s.support.waive(s.active(), "1.00", target_transaction_id="TXN-none"),
    ),
    Row(
        Refusal.NO_SUCH_INSTALMENT,
        "target_payment_number",
        lambda s: s.support.repay(s.active(), "1.00", target_payment_number=9),
    ),
    Row(
        Refusal.NO_SUCH_HEAD,
        "size",
        lambda s: s.system.journal.GetSignedHead(
            pb.GetSignedHeadRequest(size=10**9), metadata=s.system.metadata()
        ),
    ),
    Row(Refusal.ACCOUNT_EXISTS, "loan_account_id", _opened_twice),
    Row(
        Refusal.STAFF_EXISTS,
        "staff_id",
        lambda s: s.admin.create_staff("staff-support", ["support"]),
    ),
    Row(Refusal.NAME_TAKEN, "account_number", _same_account_number),
    Row(Refusal.ALREADY_DISBURSED, "", _disbursed_twice),
    Row(
        Refusal.STALE_VERSION,
        "expected_version",
        lambda s: s.support.repay(s.active(), "1.00", expected_version=2),
    ),
    Row(Refusal.NOT_DISBURSED, "", _repay_before_disbursement),
    Row(Refusal.ACCOUNT_CLOSED, "", lambda s: s.system.late_fee(s.closed())),
    Row(Refusal.ALREADY_DISABLED, "", _disabled_twice),
    Row(Refusal.NOT_DISABLED, "", _never_disabled),
    Row(Refusal.LETTER_CLOSED, "letter_id", lambda s: close_twice(s.admin)),
    Row(
        Refusal.CORRECTION_WAITS,
        "original_message_id",
        lambda s: close_while_asked(s.admin, s.active()),
    ),
    Row(
        Refusal.DATE_OUT_OF_WINDOW,
        "effective_date",
        lambda s: s.support.repay(s.active(), "1.00", effective_date="2099-01-01"),
    ),
    Row(Refusal.CLOCK_WENT_BACK, "", _too_early),
    Row(Refusal.SCHEDULE_DOES_NOT_ADD_UP, "instalments", _schedule_short_of_a_cent),
    Row(
        Refusal.SCHEDULE_DIFFERS,
        "schedule_id",
        lambda s: s.support.repay(s.active(), "1.00", schedule_id="SCH-other"),
    ),
    Row(
        Refusal.AMOUNT_NOT_AS_AGREED,
        "disbursement_amount",
        lambda s: s.system.disburse(s.system.open_loan(), "499.99"),
    ),
    Row(Refusal.INSTALMENT_PAID, "target_payment_number", _paid_instalment),
    Row(Refusal.ALREADY_REVERSED, "transaction_id", _reversed_twice),
    Row(
        Refusal.NOT_REVERSIBLE,
        "transaction_id",
        lambda s: reverse(s.supervisor, *_reversed(s)),
    ),
    Row(Refusal.PAID_OUT_SINCE, "transaction_id", _reversed_after_refund),
    Row(Refusal.FEE_CAP, "loan_fee", _fee_over_cap),
    Row(Refusal.FEE_CAP, "fee_amount", lambda s: s.system.late_fee(s.active(), "400.01")),
    Row(Refusal.FEE_CAP, "fee_amount", lambda s: s.support.dishonour_fee(s.active(), "400.01")),
    Row(Refusal.FEE_CAP, "fee_delta", lambda s: s.supervisor.adjust(s.active(), "", "400.01")),
    Row(Refusal.NOTHING_TO_WAIVE, "target_transaction_id", _waived_twice),
    Row(Refusal.NOTHING_TO_WAIVE, "waiver_amount", lambda s: s.support.waive(s.closed(), "1.00")),
    Row(Refusal.WAIVER_EXCEEDS_FEE, "waiver_amount", lambda s: s.support.waive(s.active(), "101")),
    Row(
        Refusal.APPROVAL_REQUIRED,
        "waiver_amount",
        lambda s: s.support.waive(s.active(), "50.01"),
    ),
    Row(
        Refusal.ADJUSTMENT_EXCEEDS_BALANCE,
        "fee_delta",
        lambda s: s.supervisor.adjust(s.active(), "", "-100.01"),
    ),
    Row(
        Refusal.REFUND_EXCEEDS_OVERPAYMENT,
        "amount",
        lambda s: s.supervisor.refund(s.closed(), "0.01"),
    ),
    Row(Refusal.APPROVAL_REQUIRED, "", lambda s: s.supervisor.write_off(s.active())),
    Row(Refusal.NO_RIGHT, "", lambda s: s.admin.write_off(s.active())),
)
