"""Stored answers held against the journal: an entry stands under its hash, an answer does not.

Whoever changes an answer in the table changes no money, but what a repeated call is told. So
the figures of a transaction's answer must be those of the event that it names.
"""

from typing import Final, Literal

from google.protobuf.message import DecodeError

from ledger.domain.money import negative
from proto.accounting_ledger_pb2 import TransactionResponse
from proto.events import FeeWaived, PaymentCorrected, PostingEvent, RepaymentRecorded
from proto.servicing_pb2 import ApprovalResponse

Shared = Literal["allocated_to_fees", "allocated_to_principal", "overpayment"]

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
_SHARED: Final[tuple[Shared, ...]] = (
    "allocated_to_fees",
    "allocated_to_principal",
    "overpayment",
)
"""What the answer alone tells, of those postings that share an amount out."""


def of_event(event_id: str, posting: PostingEvent) -> str:
    """Write what an answer must tell of a posting."""
    told = [event_id, *(str(getattr(posting, name)) for name in _FIGURES)]
    if isinstance(posting, RepaymentRecorded | PaymentCorrected | FeeWaived):
        shared = (posting.fee_delta, posting.principal_delta, negative(posting.overpayment_delta))
        told += [str(negative(each)) for each in shared]
    return "\n".join(told)


def of_answer(answer: TransactionResponse) -> str:
    """Write what an answer tells."""
    transaction = answer.transaction
    told = [answer.event_id, *(str(getattr(transaction, name)) for name in _FIGURES)]
    told += [getattr(answer, name) for name in _SHARED if answer.HasField(name)]
    return "\n".join(told)


def read_answer(response: bytes) -> TransactionResponse | None:
    """Read a stored answer as that of a transaction, or of an approval that brought one about.

    None where it is of another kind.
    """
    for read in (TransactionResponse.FromString, _effect):
        try:
            answer = read(response)
        except DecodeError:
            continue
        if answer.event_id and answer.event_id == answer.transaction.portfolio_entry_id:
            return answer
    return None


def _effect(response: bytes) -> TransactionResponse:
    return ApprovalResponse.FromString(response).effect
