"""Who may do what in the ledger: `roles.md` as one table. Nobody bypasses it.

Actors that are no staff have rows of their own: `system` is the command line (demo load,
feeds), with no more rights than its work needs; `service` is the projector, which reads.
"""

from enum import Enum
from typing import Final

from msgspec import Struct

from ledger.domain.money import dollars
from ledger.errors import Refusal, Refused
from proto.values import Code, Money

ROLES: Final = ("support", "supervisor", "compliance", "analyst", "admin")
SYSTEM: Final = "system"
SERVICE: Final = "service"


class Right(Enum):
    """Something that changes the books, by the words that a refusal uses."""

    OPEN_LOAN = "open a loan"
    DISBURSE_LOAN = "disburse a loan"
    RECORD_REPAYMENT = "record a repayment"
    APPLY_LATE_FEE = "charge a late fee"
    WAIVE_FEE = "waive a fee"
    CREATE_STAFF = "create staff"
    CHANGE_STAFF = "change staff, their roles or limits"


MAY: Final[dict[Right, frozenset[str]]] = {
    Right.OPEN_LOAN: frozenset({SYSTEM}),
    Right.DISBURSE_LOAN: frozenset({"support", "supervisor", SYSTEM}),
    Right.RECORD_REPAYMENT: frozenset({"support", "supervisor", SYSTEM}),
    Right.APPLY_LATE_FEE: frozenset({"support", "supervisor", SYSTEM}),
    Right.WAIVE_FEE: frozenset({"support", "supervisor", SYSTEM}),
    Right.CREATE_STAFF: frozenset({"admin", SYSTEM}),
    Right.CHANGE_STAFF: frozenset({"admin"}),
}

LIMIT_KINDS: Final = ("waiver", "adjustment", "reversal", "refund", "write_off")

DEFAULT_LIMITS: Final[dict[str, dict[str, Money]]] = {
    "support": {"waiver": Money(50_00)},
    "supervisor": {
        "waiver": Money(500_00),
        "adjustment": Money(500_00),
        "reversal": Money(500_00),
        "refund": Money(500_00),
        "write_off": Money(10_000_00),
    },
    SYSTEM: {"waiver": Money(50_00)},
}


class Permissions(Struct, frozen=True):
    """What the actor may do at this moment: who, in which roles, up to which amounts."""

    actor_id: str
    roles: tuple[Code, ...]
    own_limits: dict[str, Money] = {}

    def require(self, right: Right) -> None:
        """Refuse unless one of the roles has the right."""
        if MAY[right].isdisjoint(self.roles):
            allowed = ", ".join(sorted(MAY[right]))
            raise Refused(
                Refusal.NO_RIGHT, f"You have no right to {right.value}; it takes: {allowed}."
            )

    def limit(self, kind: str) -> Money:
        """Give the person's own limit, else the highest of the roles', else nothing."""
        if kind in self.own_limits:
            return self.own_limits[kind]
        defaults = (DEFAULT_LIMITS.get(role, {}).get(kind, Money(0)) for role in self.roles)
        return max(defaults, default=Money(0))

    def require_limit(self, kind: str, amount: Money, *, field: str) -> None:
        """Refuse what is above the limit; an approval request can carry it on."""
        limit = self.limit(kind)
        if amount > limit:
            raise Refused(
                Refusal.APPROVAL_REQUIRED,
                f"{dollars(amount)} is above your {kind.replace('_', '-')} limit of "
                f"{dollars(limit)}. Someone with a higher limit must approve it.",
                field=field,
                limit=limit,
            )
