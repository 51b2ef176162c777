"""The story that every demonstration tells, as the ledger knows it."""

import asyncio
from pathlib import Path
from typing import TypeVar

from google.protobuf.message import Message

from embedded.demo.books import Books
from embedded.demo.staff import SIGN_INS
from embedded.demo.stories import JOHNS_EARLIER_NUMBER, JOHNS_NUMBER
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from tests.embedded.launcher import Launched

A = TypeVar("A", bound=Message)
SUPPORT = SIGN_INS[0].staff_id


def _ask(product: Launched, request: Message, answer: type[A]) -> A:
    found = product.up()

    async def ask() -> Message:
        async with Books(found.ledger_address, Path(found.keys_dir), SUPPORT) as books:
            return await books.send(request)

    answered = asyncio.run(ask())
    assert isinstance(answered, answer)
    return answered


def _balance(product: Launched, number: str) -> ledger.GetBalanceResponse:
    request = ledger.GetBalanceRequest(loan_account_id=f"LOAN-{number}")
    return _ask(product, request, ledger.GetBalanceResponse)


def test_exactly_the_late_fee_is_left_of_the_principal(product: Launched) -> None:
    """The repayment paid the fee first; so no fee is open, and that much principal is."""
    balance = _balance(product, JOHNS_NUMBER)
    assert (balance.principal_balance, balance.fee_balance) == ("10.00", "0.00")
    assert balance.total_outstanding == "10.00"


def test_waiving_that_fee_would_bring_the_debt_to_nothing(product: Launched) -> None:
    """The fee was paid already, so what it took goes back to the principal."""
    account_id = f"LOAN-{JOHNS_NUMBER}"
    asked = ledger.GetTransactionsRequest(loan_account_id=account_id, type_filter=ledger.LATE_FEE)
    (late_fee,) = _ask(product, asked, ledger.GetTransactionsResponse).transactions
    waiver = ledger.WaiveFeeRequest(
        loan_account_id=account_id,
        waiver_amount="10.00",
        reason="The repayment came the same day",
        approved_by=SUPPORT,
        idempotency_key="preview-of-a-waiver",
        reason_code="courtesy",
        target_transaction_id=late_fee.transaction_id,
    )
    request = servicing.PreviewRequest(waive_fee=waiver)
    preview = _ask(product, request, servicing.PreviewResponse)
    assert preview.allowed, preview.refusal.sentence
    assert preview.after.total_outstanding == "0.00"
    assert preview.after.account_status == "paid_off"


def test_his_earlier_loan_is_paid_off(product: Launched) -> None:
    """He has an account that owes nothing beside it."""
    assert _balance(product, JOHNS_EARLIER_NUMBER).total_outstanding == "0.00"
