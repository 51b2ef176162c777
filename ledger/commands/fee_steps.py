"""Steps that the commands which charge a fee share."""

from ledger.domain.fee_caps import check_cap
from ledger.domain.loan import Loan
from ledger.domain.money import check_size, plus
from proto.values import Money


def check_charge(loan: Loan, amount: Money, field: str) -> None:
    """Refuse a fee with which loan, fees and interest together would pass their cap."""
    check_size(field, plus(loan.charged, amount))
    check_cap(
        "RECOVERY",
        loan_amount=loan.loan_amount,
        charged=loan.charged,
        more=amount,
        field=field,
    )
