"""Reversals, corrections and closed letters as requests, and sent by one actor."""

# ruff: noqa: ANN401 - fields of messages are of many kinds
from typing import Any
from uuid import uuid4

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, new_key
from tests.ledger.approvers import ask


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


def new_message() -> str:
    """Make the id of a message of the inbox, or of a letter, that nobody else has."""
    return f"17{uuid4().int % 10**11:011}-0"


def close_letter(caller: Caller, letter_id: str = "", message_id: str = "") -> pb.LetterResponse:
    """Close a dead letter without a posting."""
    request = pb.ResolveLetterRequest(
        letter_id=letter_id or new_message(),
        original_message_id=message_id,
        reason_code="came_twice",
        idempotency_key=new_key(),
    )
    return caller.operations.ResolveLetter(request, metadata=caller.metadata())


def close_twice(caller: Caller) -> None:
    """Close the same letter again."""
    letter_id = new_message()
    close_letter(caller, letter_id)
    close_letter(caller, letter_id)


def close_while_asked(caller: Caller, account: str) -> None:
    """Ask for the correction of a message, and close its letter."""
    message_id = new_message()
    ask(caller, pb.PreviewRequest(issue_correction=issue(account, message_id, "5.00")))
    close_letter(caller, message_id=message_id)
