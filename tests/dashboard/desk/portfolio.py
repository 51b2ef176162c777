"""Builders of the few documents that the desk's tests are about."""

from datetime import UTC, datetime, timedelta

from proto.documents import (
    CustomerDocument,
    LoanAccountDocument,
    LoanTerms,
    RepaymentSchedule,
    StoredAddress,
    StoredBalances,
    StoredFee,
    StoredPayment,
    TransactionDocument,
)
from proto.search_keys import customer_keys
from proto.values import CalendarDate, Code, Instant, Key, Money

PAID_AT = Instant.of(datetime(2026, 11, 14, 22, 0, tzinfo=UTC))
"""9:00 am on 15 Nov 2026 in Sydney."""

DUE_DATES = ("2026-10-15", "2026-10-29", "2026-11-28", "2026-12-12")


def money(text: str) -> Money:
    """Read an amount as the tests write it."""
    return Money.parse(text)


def customer(
    customer_id: str = "CUS-12345",
    first: str | None = "John",
    last: str | None = "Smith",
    *,
    email: str | None = "john.smith@example.com",
    mobile: str | None = "+61 412 345 678",
    staff: bool = False,
    vulnerable: bool = False,
) -> CustomerDocument:
    """Build a customer, by default the story's John Smith."""
    name = " ".join(part for part in (first, last) if part) or None
    return CustomerDocument(
        customer_id=Key(customer_id),
        first_name=first,
        last_name=last,
        full_name=name,
        email_address=email,
        mobile_phone_number=mobile,
        date_of_birth=CalendarDate("1988-04-02"),
        ekyc_status="successful",
        identity_verified=True,
        staff_flag=staff,
        vulnerable_flag=vulnerable,
        residential_address=StoredAddress(
            street="Unit 5, 123 Test St", suburb="Surry Hills", state="NSW", postcode="2010"
        ),
        search=customer_keys(customer_id, name, email, mobile),
    )


def account(
    account_id: str = "ACC-1",
    customer_id: str = "CUS-12345",
    number: str = "1000-0042",
    *,
    principal: str = "200.00",
    fees: str = "45.00",
    ver: int | None = 7,
    status: str = "active",
    name: str | None = "John Smith",
) -> LoanAccountDocument:
    """Build an account of our ledger; without a version, one of an outside feed."""
    known = ver is not None
    return LoanAccountDocument(
        loan_account_id=Key(account_id),
        source="ledger" if known else "external",
        account_number=Key(number),
        application_number=Key(f"APP-{account_id}"),
        customer_id=Key(customer_id),
        customer_id_string=Key(customer_id),
        customer_name=name,
        loan_terms=LoanTerms(
            loan_amount=money("450.00"),
            loan_fee=money("50.00"),
            total_payable=money("500.00"),
            opened_date=CalendarDate("2026-10-01"),
        ),
        balances=_balances(money(principal), money(fees), known=known),
        account_status=status,  # type: ignore[arg-type]  # tests write any status
        repayment_schedule=_schedule(),
        fees=[_paid_fee()] if known else [],
        ver=ver,
    )


def _balances(principal: Money, fees: Money, *, known: bool) -> StoredBalances:
    total = Money(principal + fees)
    return StoredBalances(
        current_balance=total,
        total_outstanding=total,
        total_paid=money("255.00") if known else None,
        principal=principal if known else None,
        interest=money("0.00") if known else None,
        fees=fees if known else None,
        overpayment=money("0.00") if known else None,
        as_of=PAID_AT,
    )


def _schedule() -> RepaymentSchedule:
    """Build four payments, of which two were made."""
    return RepaymentSchedule(
        schedule_id=Key("SCH-1"),
        number_of_payments=4,
        payment_frequency="fortnightly",
        payments=[
            StoredPayment(
                payment_number=number_of,
                due_date=CalendarDate(due),
                amount=money("125.00"),
                status="paid" if number_of <= 2 else "scheduled",
                amount_paid=money("125.00") if number_of <= 2 else None,
                amount_remaining=money("0.00") if number_of <= 2 else None,
            )
            for number_of, due in enumerate(DUE_DATES, start=1)
        ],
    )


def _paid_fee() -> StoredFee:
    return StoredFee(
        transaction_id=Key("TX-FEE"),
        type=Code("LATE_FEE"),
        amount=money("10.00"),
        paid=money("10.00"),
        charged_at=PAID_AT,
    )


def transaction(
    position: int,
    account_id: str = "ACC-1",
    code: str = "REPAYMENT",
    *,
    at: Instant | None = None,
    reference: str | None = "John's rent money",
) -> TransactionDocument:
    """Build a transaction; a later position is a later hour."""
    when = at or Instant.of(PAID_AT + timedelta(hours=position))
    nothing = money("0.00")
    return TransactionDocument(
        transaction_id=Key(f"TX-{position}"),
        loan_account_id=Key(account_id),
        customer_id=Key("CUS-12345"),
        type=Code(code),
        transaction_date=when,
        effective_date=CalendarDate("2026-11-15"),
        amount=money("10.00"),
        principal_delta=money("-10.00"),
        interest_delta=nothing,
        fee_delta=nothing,
        overpayment_delta=nothing,
        total_delta=money("-10.00"),
        principal_after=money("200.00"),
        interest_after=nothing,
        fee_after=nothing,
        overpayment_after=nothing,
        total_after=money("200.00"),
        description="Repayment",
        payment_reference=reference,
        created_by=Key("staff-support"),
        event_id=Key(f"{account_id}:{position}"),
        position=position,
        ver=position,
    )
