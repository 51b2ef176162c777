"""Stored answers held against the journal: an entry stands under its hash, an answer does not.

Whoever changes an answer in the table changes no money, but what a repeated call is told. So
the figures of a transaction's answer must be those of the event that it names.
"""

from typing import Final

from google.protobuf.message import DecodeError

from proto.accounting_ledger_pb2 import TransactionResponse
from proto.events import PostingEvent

_FIGURES: Final = (
    "transaction_id",
    "effective_date",
    "principal_delta",
    "interest_delta",
    "fee_delta",
    "total_delta",
    "principal_after",
    "interest_after",
    "fee_after",
    "total_after",
)
"""What a posting and the transaction that tells of it both name, under one name."""


def of_event(event_id: str, posting: PostingEvent) -> str:
    """Write what an answer must tell of a posting."""
    return "\n".join([event_id, *(str(getattr(posting, name)) for name in _FIGURES)])


def of_answer(answer: TransactionResponse) -> str:
    """Write what an answer tells."""
    transaction = answer.transaction
    return "\n".join([answer.event_id, *(str(getattr(transaction, name)) for name in _FIGURES)])


def read_answer(response: bytes) -> TransactionResponse | None:
    """Read a stored answer as that of a transaction; None where it is of another kind."""
    try:
        answer = TransactionResponse.FromString(response)
    except DecodeError:
        return None
    is_one = answer.event_id and answer.event_id == answer.transaction.portfolio_entry_id
    return answer if is_one else None
