"""Rows of the table of refusals in which two reasons hold at once: the earlier one is told."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations, pairwise
from typing import Any, Final

from google.protobuf.message import Message

from ledger.errors import Refusal
from proto import accounting_ledger_pb2 as ledger_pb
from proto.values import Instant
from tests.builders import Caller, new_key
from tests.ledger import asking
from tests.ledger.approvers import approver, ask, write_off
from tests.ledger.refusal_scene import Act, Row, Scene
from tests.ledger.rights_table import rows
from tests.ledger.test_amounts import CALLS

FIELD: Final = {
    Refusal.KEY_REUSED: "idempotency_key",
    Refusal.APPROVER_NOT_ACTOR: "approved_by",
    Refusal.NO_SUCH_ACCOUNT: "loan_account_id",
    Refusal.STALE_VERSION: "expected_version",
    Refusal.NO_SUCH_FEE: "target_transaction_id",
    Refusal.INVALID_AMOUNT: "waiver_amount",
    Refusal.APPROVAL_REQUIRED: "waiver_amount",
}
"""Reason to the field that it names; the others name none."""

SHARED: Final = (
    Refusal.NOT_SIGNED_IN,
    Refusal.INVALID_AMOUNT,
    Refusal.KEY_REUSED,
    Refusal.NO_RIGHT,
    Refusal.APPROVER_NOT_ACTOR,
    Refusal.NO_SUCH_ACCOUNT,
    Refusal.STALE_VERSION,
)
"""The rules that all commands on an account share, in order."""

ASK_ONLY: Final = (
    "WriteOff",
    "UndoWriteOff",
    "RecordRecovery",
    "CorrectPayment",
    "IssueCorrection",
)
"""Nobody may call these alone, so that no rule after the rights is reached."""


def _commands() -> dict[str, Message]:
    return {
        row.rpc.partition("/")[2]: row.request
        for row in rows()
        if "expected_version" in row.request.DESCRIPTOR.fields_by_name
        and "loan_account_id" in row.request.DESCRIPTOR.fields_by_name
    }


def _amount(rpc: str) -> str:
    """Name an amount of the request; one has none."""
    return next((names[0] for call, (_, names) in CALLS.items() if call.endswith(f".{rpc}")), "")


def _of_every_command() -> list[Row]:
    found = []
    for rpc, request in _commands().items():
        without = set() if _amount(rpc) else {Refusal.INVALID_AMOUNT}
        if "approved_by" not in request.DESCRIPTOR.fields_by_name:
            without.add(Refusal.APPROVER_NOT_ACTOR)
        rules = [each for each in SHARED[: 4 if rpc in ASK_ONLY else None] if each not in without]
        for one, two in combinations(rules, 2):
            field = _amount(rpc) if one is Refusal.INVALID_AMOUNT else FIELD.get(one, "")
            found.append(Row(one, field, partial(_sending, rpc, {one, two}), two, of=rpc))
    return found


def _sending(rpc: str, violated: set[Refusal], scene: Scene) -> Act:
    """Prepare a command that breaks two of the rules that all share."""
    may = Refusal.NO_RIGHT not in violated
    caller = scene.supervisor if may else scene.analyst
    account = scene.active()
    fields: dict[str, Any] = {"loan_account_id": account, "idempotency_key": new_key()}
    request = _commands()[rpc]
    if "approved_by" in request.DESCRIPTOR.fields_by_name:
        fields["approved_by"] = caller.actor_id
    if Refusal.INVALID_AMOUNT in violated:
        fields[_amount(rpc)] = "x"
    if Refusal.KEY_REUSED in violated:
        scene.supervisor.repay(account, "0.01", idempotency_key=fields["idempotency_key"])
    if Refusal.APPROVER_NOT_ACTOR in violated:
        fields["approved_by"] = "somebody"
    if Refusal.NO_SUCH_ACCOUNT in violated:
        fields["loan_account_id"] = "LA-none"
    if Refusal.STALE_VERSION in violated:
        fields["expected_version"] = 1
    for name, value in fields.items():
        setattr(request, name, value)
    send: Any = getattr(caller.accounting, rpc, None) or getattr(caller.loans, rpc)
    metadata = () if Refusal.NOT_SIGNED_IN in violated else caller.metadata()
    return partial(send, request, metadata=metadata)


WAIVER: Final[dict[Refusal, dict[str, str | int]]] = {
    Refusal.INVALID_AMOUNT: {"waiver_amount": "x"},
    Refusal.KEY_REUSED: {},
    Refusal.NO_RIGHT: {"caller": "analyst", "approved_by": "staff-analyst"},
    Refusal.READ_ONLY: {},
    Refusal.APPROVER_NOT_ACTOR: {"approved_by": "somebody"},
    Refusal.NO_SUCH_ACCOUNT: {"loan_account_id": "LA-none"},
    Refusal.STALE_VERSION: {"expected_version": 1},
    Refusal.NOT_DISBURSED: {"loan_account_id": ""},
    Refusal.NO_SUCH_FEE: {"target_transaction_id": "TXN-none"},
    Refusal.APPROVAL_REQUIRED: {"waiver_amount": "60.00"},
}
"""Reason to what makes a waiver by support, otherwise in order, violate it; in this order."""


SAME_FIELD: Final = (
    (Refusal.NO_SUCH_ACCOUNT, Refusal.NOT_DISBURSED),
    (Refusal.INVALID_AMOUNT, Refusal.APPROVAL_REQUIRED),
)
"""Two that cannot hold at once."""


def _of_a_waiver() -> list[Row]:
    return [
        Row(one, FIELD.get(one, ""), partial(_waiving, one, two), two, of="WaiveFee")
        for one, two in combinations(WAIVER, 2)
        if not {one, two} <= set(SHARED) and (one, two) not in SAME_FIELD
    ]


def _waiving(one: Refusal, two: Refusal, scene: Scene) -> Act:
    """Prepare a waiver that breaks two of its rules."""
    pending = Refusal.NOT_DISBURSED in (one, two)
    violated: dict[str, Any] = {
        "loan_account_id": scene.system.open_loan() if pending else scene.active(),
        "waiver_amount": "1.00",
        "reason": "as a courtesy",
        "approved_by": "staff-support",
        "idempotency_key": new_key(),
    }
    for each in (two, one):
        violated |= {name: value for name, value in WAIVER[each].items() if value}
    if Refusal.KEY_REUSED in (one, two):
        key = violated["idempotency_key"]
        scene.support.repay(scene.active(), "1.00", idempotency_key=key)
    caller: Caller = getattr(scene, violated.pop("caller", "support"))
    if Refusal.READ_ONLY in (one, two):
        asking.set_read_only(scene.admin, read_only=True)
        scene.callback(asking.set_read_only, scene.admin, read_only=False)
    request = ledger_pb.WaiveFeeRequest(**violated)
    return partial(caller.accounting.WaiveFee, request, metadata=caller.metadata())


DECISION: Final = {
    Refusal.COMMENT_TOO_SHORT: "comment",
    Refusal.NO_RIGHT: "",
    Refusal.NO_SUCH_REQUEST: "request_id",
    Refusal.STALE_VERSION: "expected_version",
    Refusal.REQUEST_RETURNED: "",
    Refusal.OWN_REQUEST: "",
    Refusal.LIMIT_TOO_LOW: "",
    Refusal.POLICY_CHANGED: "policy",
    Refusal.DECIDED_AT_OFF: "decided_at",
    Refusal.NO_SUCH_KEY: "key_id",
    Refusal.BAD_SIGNATURE: "signature",
    Refusal.STALE_REQUEST: "account_version",
}
"""What forbids an approval, in order, and the field that it names."""

SIGNED: Final[dict[Refusal, dict[str, Any]]] = {
    Refusal.COMMENT_TOO_SHORT: {"comment": "no"},
    Refusal.POLICY_CHANGED: {"policy": "{}"},
    Refusal.DECIDED_AT_OFF: {"decided_at": Instant.of(datetime.now(UTC) - timedelta(hours=1))},
}
UNSIGNED: Final[dict[Refusal, tuple[str, Any]]] = {
    Refusal.NO_SUCH_REQUEST: ("request_id", "REQ-none"),
    Refusal.STALE_VERSION: ("expected_version", 99),
    Refusal.NO_SUCH_KEY: ("key_id", "0" * 16),
    Refusal.BAD_SIGNATURE: ("signature", bytes(64)),
}


def _of_a_decision() -> list[Row]:
    return [
        Row(one, DECISION[one], partial(_deciding, (one, two)), two, of="Approve")
        for one, two in pairwise(DECISION)
    ]


def _deciding(broken: tuple[Refusal, ...], scene: Scene) -> Act:
    """Prepare an approval that breaks two rules that follow one another."""
    account = scene.active()
    limit = "1.00" if Refusal.LIMIT_TOO_LOW in broken else "100000.00"
    decider = approver(scene.ledger, {"write_off": limit})
    requester = decider.caller if Refusal.OWN_REQUEST in broken else scene.support
    request_id = ask(requester, write_off(account)).request_id
    if Refusal.REQUEST_RETURNED in broken:
        scene.new_approver().return_(request_id)
    told = {name: value for each in broken for name, value in SIGNED.get(each, {}).items()}
    message = decider.message(request_id, **told)
    for each in broken:
        if each in UNSIGNED:
            setattr(message, *UNSIGNED[each])
    if Refusal.STALE_REQUEST in broken:
        scene.system.repay(account, "10.00")
    caller = scene.analyst if Refusal.NO_RIGHT in broken else decider.caller
    return partial(caller.approvals.Approve, message, metadata=caller.metadata())


OF_PAIRS: Final = (*_of_every_command(), *_of_a_waiver(), *_of_a_decision())
