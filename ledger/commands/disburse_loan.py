"""DisburseLoan: the loan is paid out, and the establishment fee falls due with it."""

from typing import ClassVar

import msgspec

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.domain import loan as loans
from ledger.domain.loan import Loan
from ledger.domain.money import dollars
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import FeeApplied, LedgerEvent, LoanDisbursed
from proto.values import Code, Key, Money


class DisburseLoan(AccountCommand, frozen=True, kw_only=True):
    """Pay a pending loan out."""

    right: ClassVar = Right.DISBURSE_LOAN
    amount: Money
    bank_reference: Key
    payment_method: Code
    attachment_location: str


def decide(loan: Loan | None, command: DisburseLoan, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Pay out exactly what was agreed, once."""
    loan = steps.existing(loan, command, facts)
    if loan.status != loans.PENDING_DISBURSEMENT:
        raise Refused(Refusal.ALREADY_DISBURSED, "The loan has been paid out already.")
    if command.amount != loan.loan_amount:
        raise Refused(
            Refusal.AMOUNT_NOT_AS_AGREED,
            f"{dollars(loan.loan_amount)} was agreed, not {dollars(command.amount)}.",
            field="disbursement_amount",
            limit=loan.loan_amount,
        )
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="DISBURSEMENT",
        description="Loan paid out",
        movement=steps.Movement(principal=command.amount),
    )
    paid_out = LoanDisbursed(
        **posted,
        reference_type=Code("BANK") if command.bank_reference else Code(""),
        reference_id=command.bank_reference,
        bank_reference=command.bank_reference,
        payment_method=command.payment_method,
        attachment_location=command.attachment_location,
    )
    after = loans.evolve(loan, paid_out, loan.version + 1, facts.at)
    fees, last = _establishment_fee(after, command, facts)
    updated = msgspec.structs.replace(
        steps.account_updated(loan, last or posted),
        status=loans.ACTIVE,
        commencement_date=posted["effective_date"],
        triggered_by_transaction_type=posted["transaction_type"],
        triggered_by_transaction_id=posted["transaction_id"],
    )
    return (paid_out, *fees, updated)


def _establishment_fee(
    loan: Loan, command: DisburseLoan, facts: Facts
) -> tuple[tuple[FeeApplied, ...], steps.PostingFields | None]:
    """Charge the agreed fee, if there is one."""
    if not loan.loan_fee:
        return (), None
    posted = steps.posting(
        loan,
        msgspec.structs.replace(command, texts={}),
        facts,
        transaction_type="ESTABLISHMENT_FEE",
        description="Establishment fee",
        movement=steps.Movement(fees=loan.loan_fee),
    )
    return (FeeApplied(**posted),), posted
