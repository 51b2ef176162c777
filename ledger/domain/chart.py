"""The chart of accounts: what the books keep, and on which side each account stands."""

from enum import Enum
from typing import Literal

Side = Literal["debit", "credit", "either"]
"""On which side a balance may stand; adjustments go both ways."""


class Account(Enum):
    """An account of the general ledger: code, name, normal side."""

    CASH = ("1000", "Cash at bank", "debit")
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
