"""Every amount of every call is read by one rule, and a refusal names its field."""

import re
from typing import Any, Final

import grpc
import pytest
from google.protobuf.message import Message

from ledger.rpc.requests import READERS
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, open_loan_request, refusal_of

_NAMED: Final[dict[str, Any]] = {
    "loan_account_id": "LA-1",
    "reason": "as agreed",
    "approved_by": "staff-supervisor",
}

CALLS: Final[dict[str, tuple[Message, tuple[str, ...]]]] = {
    "accounting.RecordRepayment": (
        ledger_pb.RecordRepaymentRequest(loan_account_id="LA-1"),
        ("amount",),
    ),
    "accounting.ApplyLateFee": (
        ledger_pb.ApplyLateFeeRequest(loan_account_id="LA-1", days_past_due=1),
        ("fee_amount",),
    ),
    "accounting.ApplyDishonourFee": (
        ledger_pb.ApplyDishonourFeeRequest(loan_account_id="LA-1"),
        ("fee_amount",),
    ),
    "accounting.WaiveFee": (ledger_pb.WaiveFeeRequest(**_NAMED), ("waiver_amount",)),
    "accounting.WriteOff": (ledger_pb.WriteOffRequest(**_NAMED), ("amount",)),
    "accounting.MakeAdjustment": (
        ledger_pb.MakeAdjustmentRequest(principal_delta="1.00", fee_delta="1.00", **_NAMED),
        ("principal_delta", "fee_delta"),
    ),
    "accounting.DisburseLoan": (
        ledger_pb.DisburseLoanRequest(loan_account_id="LA-1"),
        ("disbursement_amount",),
    ),
    "loans.OpenLoan": (
        open_loan_request(account_id="LA-1"),
        ("loan_amount", "loan_fee", "instalments.amount"),
    ),
    "loans.CorrectPayment": (
        pb.CorrectPaymentRequest(transaction_id="TXN-1", **_NAMED),
        ("amount",),
    ),
    "loans.IssueCorrection": (
        pb.IssueCorrectionRequest(original_message_id="1-0", **_NAMED),
        ("amount",),
    ),
    "loans.RecordRecovery": (pb.RecordRecoveryRequest(**_NAMED), ("amount",)),
    "loans.RefundOverpayment": (pb.RefundOverpaymentRequest(**_NAMED), ("amount",)),
    "staff.Create": (
        pb.CreateStaffRequest(
            staff_id="p-1", username="p-1", display_name="A Person", roles=["support"]
        ),
        ("limits.waiver",),
    ),
    "staff.SetLimits": (
        pb.SetLimitsRequest(reason_code="other", staff_id="p-1"),
        ("limits.waiver",),
    ),
}
"""Rpc to a request in which only the amounts are wrong, and their names."""

BAD: Final = ("NaN", "1e309", "0.001", "1000000000000000", "१२", "1,000", " 1", "+1", "x")
NEGATIVE: Final = ("-1", "-0.01")
ZERO: Final = ("0", "0.00")

NEGATIVE_MAKES_SENSE: Final = frozenset({"principal_delta", "fee_delta"})
ZERO_MAKES_SENSE: Final = NEGATIVE_MAKES_SENSE | {"loan_fee", "limits.waiver"}


def _rows() -> list[tuple[str, str, str]]:
    rows = []
    for rpc, (_, names) in CALLS.items():
        for name in names:
            amounts = (
                *BAD,
                *(() if name in NEGATIVE_MAKES_SENSE else NEGATIVE),
                *(() if name in ZERO_MAKES_SENSE else ZERO),
            )
            rows += [(rpc, name, amount) for amount in amounts]
    return rows


def _with(request: Message, name: str, amount: str) -> Any:  # noqa: ANN401 - a request of any kind
    changed: Any = type(request)()
    changed.CopyFrom(request)
    outer, _, inner = name.partition(".")
    if outer == "limits":
        changed.limits[inner] = amount
    elif inner:
        getattr(changed, outer)[0].amount = amount
    else:
        setattr(changed, outer, amount)
    return changed


@pytest.mark.parametrize(("rpc", "name", "amount"), _rows())
def test_an_amount_that_is_not_plain_money_is_refused_by_its_name(
    ledger: LedgerProcess, rpc: str, name: str, amount: str
) -> None:
    """Plain ASCII digits, whole cents, below ten trillion; before rights and accounts."""
    request = _with(_valid(CALLS[rpc][0], name), name, amount)
    service, method = rpc.split(".")
    caller: Caller = ledger.caller("staff-supervisor")
    with pytest.raises(grpc.RpcError) as refused:
        getattr(getattr(caller, service), method)(request, metadata=caller.metadata())
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).field == name


def _valid(request: Message, wrong: str) -> Message:
    """Fill the other amounts, so that only one is wrong."""
    for field in request.DESCRIPTOR.fields:
        if _is_amount(field.name) and field.name != wrong and not getattr(request, field.name):
            request = _with(request, field.name, "1.00")
    return request


def _is_amount(name: str) -> bool:
    return re.fullmatch(r".*(amount|_delta|_fee)", name) is not None


def test_every_command_with_an_amount_is_tried() -> None:
    """A new command, or a new amount of one, needs its row above."""
    tried = {type(request): set(names) for request, names in CALLS.values()}
    for request in READERS:
        kind = request[0] if isinstance(request, tuple) else request
        amounts = {f.name for f in kind.DESCRIPTOR.fields if _is_amount(f.name)}
        if "limits" in kind.DESCRIPTOR.fields_by_name:
            amounts.add("limits.waiver")
        assert amounts <= tried.get(kind, set()), kind.DESCRIPTOR.name
