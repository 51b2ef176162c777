"""The figures that an operator may set, as the decisions are told them."""

from msgspec import Struct, field

from ledger.domain.business_day import Window
from ledger.domain.rights import DEFAULT_LIMITS
from proto.role_limits import RoleLimits
from proto.values import Money


class Rules(Struct, frozen=True, kw_only=True):
    """Role limits, the senior threshold, how long a request may wait, how far back to count."""

    limits: RoleLimits = field(default_factory=lambda: DEFAULT_LIMITS)
    """Role to kind of limit to amount; a person may have others."""
    senior_threshold: Money = Money(10_000_00)
    """Above it an approver must be senior: with a write-off limit above it too."""
    approval_expires_days: int = 14
    """A request that nobody has decided after so many days has expired."""
    structuring_hours: int = 24
    """What one person does for one customer within so many hours is taken together."""
    window: Window = Window()
    """How far back a posting may count."""


DEFAULT_RULES = Rules()
