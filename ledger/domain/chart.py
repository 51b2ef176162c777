"""The chart of accounts: what the books keep, and on which side each account stands."""

from enum import Enum
from typing import Literal

Side = Literal["debit", "credit", "either"]
"""On which side a balance may stand.

Adjustments go both ways, and so does cash: where the lender's own money comes from is
kept in other books, so what is lent stands here as a credit until it is paid back.
"""


class Account(Enum):
    """An account of the general ledger: code, name, normal side."""

    CASH = ("1000", "Cash at bank", "either")
    PRINCIPAL = ("1100", "Principal receivable", "debit")
    FEES = ("1200", "Fees receivable", "debit")
    INTEREST = ("1300", "Interest receivable", "debit")
    OVERPAYMENTS = ("2100", "Owed to customers (overpayments)", "credit")
    ESTABLISHMENT_FEE_INCOME = ("4100", "Establishment fee income", "credit")
    LATE_FEE_INCOME = ("4200", "Late fee income", "credit")
    DISHONOUR_FEE_INCOME = ("4300", "Dishonour fee income", "credit")
    INTEREST_INCOME = ("4400", "Interest income", "credit")
    RECOVERY_INCOME = ("4500", "Recovery of bad debts", "credit")
    ADJUSTMENTS = ("4800", "Adjustments", "either")
    FEE_WAIVERS = ("4900", "Fee waivers", "debit")
    BAD_DEBT = ("5100", "Bad debt expense", "debit")

    def __init__(self, code: str, title: str, side: Side) -> None:
        self.code = code
        self.title = title
        self.side = side

    def may_stand_at(self, cents: int) -> bool:
        """Tell whether a balance is on the allowed side; debits are above zero."""
        return cents == 0 or self.side == "either" or (cents > 0) == (self.side == "debit")
