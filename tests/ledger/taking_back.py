"""Reversals and corrections as requests, and sent by one actor."""

# ruff: noqa: ANN401 - fields of messages are of many kinds
from typing import Any

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, new_key


def reversal(account: str, transaction_id: str, **fields: Any) -> pb.ReverseTransactionRequest:
    """Describe a reversal."""
    return pb.ReverseTransactionRequest(
        loan_account_id=account,
        transaction_id=transaction_id,
        **{"reason": "came back", "reason_code": "dishonoured", **fields},
    )


def correction(
    account: str, transaction_id: str, amount: str, **fields: Any
) -> pb.CorrectPaymentRequest:
    """Describe the correction of a payment."""
    return pb.CorrectPaymentRequest(
        loan_account_id=account,
        transaction_id=transaction_id,
        amount=amount,
        **{"reason": "misread", "reason_code": "wrong_amount", **fields},
    )


def issue(account: str, message_id: str, amount: str, **fields: Any) -> pb.IssueCorrectionRequest:
    """Describe the posting of a message that never was."""
    return pb.IssueCorrectionRequest(
        loan_account_id=account,
        original_message_id=message_id,
        amount=amount,
        **{
            "payment_reference": "DD-1",
            "reason": "bad date",
            "reason_code": "never_posted",
            **fields,
        },
    )


def reverse(
    caller: Caller, account: str, transaction_id: str, **fields: Any
) -> ledger_pb.TransactionResponse:
    """Reverse a transaction, approved by who acts."""
    request = reversal(account, transaction_id, **_own(caller, fields))
    return caller.loans.ReverseTransaction(request, metadata=caller.metadata())


def correct(
    caller: Caller, account: str, transaction_id: str, amount: str, **fields: Any
) -> ledger_pb.TransactionResponse:
    """Correct a payment, approved by who acts: which nobody may."""
    request = correction(account, transaction_id, amount, **_own(caller, fields))
    return caller.loans.CorrectPayment(request, metadata=caller.metadata())


def issue_correction(
    caller: Caller, account: str, message_id: str, amount: str, **fields: Any
) -> ledger_pb.TransactionResponse:
    """Post a dead letter's payment, approved by who acts: which nobody may."""
    request = issue(account, message_id, amount, **_own(caller, fields))
    return caller.loans.IssueCorrection(request, metadata=caller.metadata())


def _own(caller: Caller, fields: dict[str, Any]) -> dict[str, Any]:
    return {"approved_by": caller.actor_id, "idempotency_key": new_key(), **fields}
