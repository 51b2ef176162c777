"""Rows of the table of refusals: who calls, the fields, and the commands on an account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from ledger.errors import Refusal
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import instalments_of, new_key, open_loan_request
from tests.ledger import asking
from tests.ledger.approvers import ask, recovery, undo, write_off
from tests.ledger.refusal_scene import Act, Row, Scene
from tests.ledger.taking_back import reverse


def _repaying(
    account: Callable[[Scene], str],
    amount: str = "1.00",
    **fields: Any,  # noqa: ANN401 - fields of many kinds
) -> Callable[[Scene], Act]:
    return lambda s: partial(s.support.repay, account(s), amount, **fields)


def _nobodys(_scene: Scene) -> str:
    return "LA-1"


def _no_token(scene: Scene) -> Act:
    return partial(
        scene.system.accounting.GetBalance, ledger_pb.GetBalanceRequest(loan_account_id="LA-1")
    )


def _disabled(scene: Scene) -> Act:
    person = scene.new_staff()
    scene.disable(person.actor_id)()
    return partial(person.balance, "LA-1")


def _other_request_same_key(scene: Scene) -> Act:
    account, key = scene.active(), new_key()
    scene.support.repay(account, "10.00", idempotency_key=key)
    return partial(scene.support.repay, account, "20.00", idempotency_key=key)


def _opened_twice(scene: Scene) -> Act:
    request = open_loan_request()
    scene.system.open_loan(request)
    request.idempotency_key = new_key()
    return partial(scene.system.open_loan, request)


def _same_account_number(scene: Scene) -> Act:
    first, second = open_loan_request(), open_loan_request()
    scene.system.open_loan(first)
    second.account_number = first.account_number
    return partial(scene.system.open_loan, second)


def _schedule_short_of_a_cent(scene: Scene) -> Act:
    request = open_loan_request()
    del request.instalments[:]
    request.instalments.extend(instalments_of(599_99, 4, datetime.now(UTC).date()))
    return partial(scene.system.open_loan, request)


def _paid_instalment(scene: Scene) -> Act:
    account = scene.active()
    scene.support.repay(account, "150.00")
    return partial(scene.support.repay, account, "10.00", target_payment_number=1)


def _waived_twice(scene: Scene) -> Act:
    account = scene.active()
    fee = scene.system.late_fee(account).transaction.transaction_id
    scene.support.waive(account, "15.00", target_transaction_id=fee)
    return partial(scene.support.waive, account, "15.00", target_transaction_id=fee)


def _read_only(scene: Scene) -> Act:
    account = scene.active()
    asking.set_read_only(scene.admin, read_only=True)
    scene.callback(asking.set_read_only, scene.admin, read_only=False)
    return partial(scene.support.repay, account, "1.00")


def _paid(scene: Scene, amount: str = "10.00") -> tuple[str, str]:
    account = scene.active()
    return account, scene.support.repay(account, amount).transaction.transaction_id


def _reversed_twice(scene: Scene) -> Act:
    account, paid = _paid(scene)
    reverse(scene.supervisor, account, paid)
    return partial(reverse, scene.supervisor, account, paid)


def _reversal_reversed(scene: Scene) -> Act:
    account, paid = _paid(scene)
    taken_back = reverse(scene.supervisor, account, paid).transaction.transaction_id
    return partial(reverse, scene.supervisor, account, taken_back)


def _reversed_after_refund(scene: Scene) -> Act:
    account, paid = _paid(scene, "610.00")
    scene.supervisor.refund(account, "10.00")
    return partial(reverse, scene.supervisor, account, paid)


SIGNING_IN: Final = (
    Row(Refusal.NOT_SIGNED_IN, "", _no_token),
    Row(Refusal.STAFF_UNKNOWN, "", lambda s: partial(s.ledger.caller("nobody").balance, "LA-1")),
    Row(Refusal.STAFF_DISABLED, "", _disabled),
    Row(Refusal.DEMO_CLOCK, "", _repaying(_nobodys, at=datetime.now(UTC))),
)

FIELDS: Final = (
    Row(Refusal.INVALID_FIELD, "loan_account_id", lambda s: partial(s.support.repay, "", "1.00")),
    Row(Refusal.INVALID_AMOUNT, "amount", _repaying(_nobodys, "1.001")),
    Row(Refusal.INVALID_DATE, "effective_date", _repaying(_nobodys, effective_date="2025-13-45")),
    Row(Refusal.CARD_NUMBER, "notes", _repaying(_nobodys, notes="paid with 4111 1111 1111 1111")),
    Row(
        Refusal.NOT_BUILT,
        "",
        lambda s: partial(
            s.support.previews.Preview, pb.PreviewRequest(), metadata=s.support.metadata()
        ),
    ),
    Row(Refusal.KEY_REUSED, "idempotency_key", _other_request_same_key),
)

MAY: Final = (
    Row(Refusal.NO_RIGHT, "", lambda s: partial(s.analyst.repay, s.active(), "1.00")),
    Row(Refusal.NO_RIGHT, "", lambda s: partial(s.admin.write_off, s.active()), of="WriteOff"),
    Row(Refusal.READ_ONLY, "", _read_only),
    Row(
        Refusal.APPROVER_NOT_ACTOR,
        "approved_by",
        lambda s: partial(s.support.waive, s.active(), "1.00", approved_by="staff-supervisor"),
    ),
    Row(
        Refusal.APPROVAL_REQUIRED,
        "waiver_amount",
        lambda s: partial(s.support.waive, s.active(), "50.01"),
    ),
    Row(Refusal.APPROVAL_REQUIRED, "", lambda s: partial(s.supervisor.write_off, s.active())),
)

STATES: Final = (
    Row(Refusal.NO_SUCH_ACCOUNT, "loan_account_id", _repaying(lambda _: "LA-none")),
    Row(Refusal.ACCOUNT_EXISTS, "loan_account_id", _opened_twice),
    Row(Refusal.NAME_TAKEN, "account_number", _same_account_number),
    Row(Refusal.STALE_VERSION, "expected_version", _repaying(Scene.active, expected_version=2)),
    Row(
        Refusal.CLOCK_WENT_BACK,
        "",
        lambda s: partial(
            s.system.repay, s.active(), "1.00", at=datetime.now(UTC) - timedelta(days=2)
        ),
    ),
    Row(Refusal.ALREADY_DISBURSED, "", lambda s: partial(s.system.disburse, s.active())),
    Row(Refusal.NOT_DISBURSED, "", _repaying(lambda s: s.system.open_loan())),
    Row(Refusal.ACCOUNT_CLOSED, "", lambda s: partial(s.system.late_fee, s.closed())),
    Row(Refusal.WRITTEN_OFF, "", _repaying(Scene.written_off)),
    Row(Refusal.NOT_WRITTEN_OFF, "", lambda s: partial(ask, s.support, undo(s.active()))),
)

RULES: Final = (
    Row(
        Refusal.NO_SUCH_FEE,
        "target_transaction_id",
        lambda s: partial(s.support.waive, s.active(), "1.00", target_transaction_id="TXN-none"),
    ),
    Row(
        Refusal.NO_SUCH_INSTALMENT,
        "target_payment_number",
        _repaying(Scene.active, target_payment_number=9),
    ),
    Row(
        Refusal.NO_SUCH_TRANSACTION,
        "transaction_id",
        lambda s: partial(reverse, s.supervisor, s.active(), "TXN-none"),
    ),
    Row(
        Refusal.NO_SUCH_TRANSACTION,
        "from_transaction_id",
        lambda s: partial(next, asking.watch(s.support, s.active(), "TXN-none")),
    ),
    Row(
        Refusal.DATE_OUT_OF_WINDOW,
        "effective_date",
        _repaying(Scene.active, effective_date="2099-01-01"),
    ),
    Row(Refusal.SCHEDULE_DOES_NOT_ADD_UP, "instalments", _schedule_short_of_a_cent),
    Row(Refusal.SCHEDULE_DIFFERS, "schedule_id", _repaying(Scene.active, schedule_id="SCH-other")),
    Row(
        Refusal.AMOUNT_NOT_AS_AGREED,
        "disbursement_amount",
        lambda s: partial(s.system.disburse, s.system.open_loan(), "499.99"),
    ),
    Row(Refusal.INSTALMENT_PAID, "target_payment_number", _paid_instalment),
    Row(Refusal.ALREADY_REVERSED, "transaction_id", _reversed_twice),
    Row(Refusal.NOT_REVERSIBLE, "transaction_id", _reversal_reversed),
    Row(Refusal.PAID_OUT_SINCE, "transaction_id", _reversed_after_refund),
    Row(
        Refusal.FEE_CAP,
        "loan_fee",
        lambda s: partial(
            s.system.open_loan, open_loan_request(loan_amount="500.00", loan_fee="100.01")
        ),
    ),
    Row(
        Refusal.FEE_CAP,
        "fee_amount",
        lambda s: partial(s.system.late_fee, s.active(), "400.01"),
        of="ApplyLateFee",
    ),
    Row(
        Refusal.FEE_CAP,
        "fee_amount",
        lambda s: partial(s.support.dishonour_fee, s.active(), "400.01"),
        of="ApplyDishonourFee",
    ),
    Row(
        Refusal.FEE_CAP,
        "fee_delta",
        lambda s: partial(s.supervisor.adjust, s.active(), "", "400.01"),
    ),
    Row(Refusal.NOTHING_TO_WAIVE, "target_transaction_id", _waived_twice),
    Row(
        Refusal.NOTHING_TO_WAIVE,
        "waiver_amount",
        lambda s: partial(s.support.waive, s.closed(), "1.00"),
    ),
    Row(
        Refusal.WAIVER_EXCEEDS_FEE,
        "waiver_amount",
        lambda s: partial(s.supervisor.waive, s.active(), "101"),
    ),
    Row(
        Refusal.ADJUSTMENT_EXCEEDS_BALANCE,
        "fee_delta",
        lambda s: partial(s.supervisor.adjust, s.active(), "", "-100.01"),
    ),
    Row(
        Refusal.REFUND_EXCEEDS_OVERPAYMENT,
        "amount",
        lambda s: partial(s.supervisor.refund, s.closed(), "0.01"),
    ),
    Row(
        Refusal.AMOUNT_NOT_BALANCE,
        "amount",
        lambda s: partial(ask, s.support, write_off(s.active(), amount="1.00")),
    ),
    Row(
        Refusal.RECOVERY_EXCEEDS_WRITE_OFF,
        "amount",
        lambda s: partial(ask, s.support, recovery(s.written_off(), "600.01")),
    ),
)

OF_COMMANDS: Final = (*SIGNING_IN, *FIELDS, *MAY, *STATES, *RULES)
