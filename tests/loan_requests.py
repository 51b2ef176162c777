"""Requests that open loans, sensible in everything that a test does not care about."""

import uuid
from datetime import UTC, date, datetime, timedelta

from ledger.domain.business_day import business_date
from proto import servicing_pb2 as pb
from proto.values import Money


def new_key() -> str:
    """Make an idempotency key."""
    return uuid.uuid4().hex


def new_id(prefix: str) -> str:
    """Make an id that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def instalments_of(amount_cents: int, count: int, first_due: date) -> list[pb.Instalment]:
    """Split an amount over weekly instalments; what does not divide is in the last."""
    part = amount_cents // count
    parts = [part] * (count - 1) + [amount_cents - part * (count - 1)]
    return [
        pb.Instalment(
            payment_number=number,
            due_date=(first_due + timedelta(weeks=number - 1)).isoformat(),
            amount=str(Money(cents)),
        )
        for number, cents in enumerate(parts, start=1)
    ]


def open_loan_request(
    *,
    account_id: str = "",
    customer_id: str = "",
    loan_amount: str = "500.00",
    loan_fee: str = "100.00",
    instalments: int = 4,
    opened: date | None = None,
) -> pb.OpenLoanRequest:
    """Ask for an account that holds to every rule."""
    account_id = account_id or new_id("LA")
    opened = opened or business_date(datetime.now(UTC)) - timedelta(days=14)
    cents = Money.parse(loan_amount) + Money.parse(loan_fee)
    return pb.OpenLoanRequest(
        loan_account_id=account_id,
        account_number=f"N-{account_id}",
        customer_id=customer_id or new_id("CUS"),
        application_number=f"APP-{account_id}",
        loan_amount=loan_amount,
        loan_fee=loan_fee,
        opened_date=opened.isoformat(),
        payment_frequency="weekly",
        instalments=instalments_of(cents, instalments, opened + timedelta(weeks=1)),
        idempotency_key=new_key(),
    )
