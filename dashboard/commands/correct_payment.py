"""CorrectPayment: a posted payment is reversed and posted as it should be."""

from typing import ClassVar

from dashboard.commands.correction import Correction
from proto import servicing_pb2 as servicing


class CorrectPayment(Correction, frozen=True, kw_only=True):
    """A correction to ask for, of a payment that was posted wrongly."""

    name: ClassVar[str] = "CorrectPayment"
    rpc: ClassVar[str] = "LoanService/CorrectPayment"
    preview_field: ClassVar[str] = "correct_payment"
    to_do: ClassVar[str] = "Correct payment to"
    done: ClassVar[str] = "Corrected payment to"
    wire = servicing.CorrectPaymentRequest
    original: ClassVar[str] = "transaction_id"

    transaction_id: str
