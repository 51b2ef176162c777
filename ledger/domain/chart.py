"""The chart of accounts: what the books keep, and on which side each account stands."""

from enum import Enum
from typing import Literal

Side = Literal["debit", "credit"]


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
    FEE_WAIVERS = ("4900", "Fee waivers", "debit")

    def __init__(self, code: str, title: str, side: Side) -> None:
        self.code = code
        self.title = title
        self.side = side
