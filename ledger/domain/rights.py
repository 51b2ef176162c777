"""Who may do what in the ledger: `roles.md` as one table. Nobody bypasses it.

Actors that are no staff have rows of their own: `system` is the command line (demo load,
feeds), with no more rights than its work needs; `demo` is what it may besides where it tells
the demo's past by the demo clock; `service` is the projector, which reads.
"""

from enum import Enum
from typing import Final

from msgspec import Struct, field

from ledger.domain.money import dollars
from ledger.domain.splitting import fullest, sums_with
from ledger.errors import Refusal, Refused
from proto.role_limits import DEFAULTS, ROLES, RoleLimits, highest
from proto.values import Code, Money

SYSTEM: Final = "system"
DEMO: Final = "demo"
SERVICE: Final = "service"


class Right(Enum):
    """Something that changes or reads the books, by the words that a refusal uses."""

    OPEN_LOAN = "open a loan"
    DISBURSE_LOAN = "disburse a loan"
    RECORD_REPAYMENT = "record a repayment"
    APPLY_LATE_FEE = "charge a late fee"
    APPLY_DISHONOUR_FEE = "charge a dishonour fee"
    WAIVE_FEE = "waive a fee"
    MAKE_ADJUSTMENT = "make an adjustment"
    REVERSE_TRANSACTION = "reverse a transaction"
    REFUND_OVERPAYMENT = "refund an overpayment"
    WRITE_OFF = "write a loan off"
    UNDO_WRITE_OFF = "undo a write-off"
    RECORD_RECOVERY = "record a recovery"
    CORRECT_PAYMENT = "correct a payment"
    WRITE_NOTES = "write notes"
    ASK_APPROVAL = "ask for an approval"
    CANCEL_REQUEST = "cancel a request of your own"
    DECIDE_REQUEST = "decide requests of others"
    REVIEW = "mark events as verified or queried"
    REVEAL = "read free texts"
    HANDLE_LETTERS = "open dead letters, have them published again or close them"
    ASK_REBUILD = "have the read models made anew"
    END_DAY = "run the end of day"
    SET_READ_ONLY = "switch the ledger to read-only"
    CREATE_STAFF = "create staff"
    CHANGE_STAFF = "change staff, their roles or limits"
    ENROL_KEY = "enrol a key for decisions"
    READ_ACCOUNTS = "look at accounts"
    READ_TOTALS = "look at the books as a whole"
    READ_JOURNAL = "read the journal"
    READ_RECEIPTS = "read the receipts of others"


_NOBODY: Final[frozenset[str]] = frozenset()
_EVERYBODY: Final[frozenset[str]] = frozenset({*ROLES, SYSTEM, SERVICE})

MAY: Final[dict[Right, frozenset[str]]] = {
    Right.OPEN_LOAN: frozenset({SYSTEM}),
    Right.DISBURSE_LOAN: frozenset({"support", "supervisor", SYSTEM}),
    Right.RECORD_REPAYMENT: frozenset({"support", "supervisor", SYSTEM}),
    Right.APPLY_LATE_FEE: frozenset({"support", "supervisor", SYSTEM}),
    Right.APPLY_DISHONOUR_FEE: frozenset({"support", "supervisor", SYSTEM}),
    Right.WAIVE_FEE: frozenset({"support", "supervisor", DEMO}),
    Right.MAKE_ADJUSTMENT: frozenset({"supervisor"}),
    Right.REVERSE_TRANSACTION: frozenset({"supervisor"}),
    Right.REFUND_OVERPAYMENT: frozenset({"supervisor"}),
    Right.WRITE_OFF: _NOBODY,
    Right.UNDO_WRITE_OFF: _NOBODY,
    Right.RECORD_RECOVERY: _NOBODY,
    Right.CORRECT_PAYMENT: _NOBODY,
    Right.WRITE_NOTES: frozenset({"support", "supervisor"}),
    Right.ASK_APPROVAL: frozenset({"support", "supervisor", "admin"}),
    Right.CANCEL_REQUEST: frozenset({"support", "supervisor", "admin"}),
    Right.DECIDE_REQUEST: frozenset({"supervisor"}),
    Right.READ_RECEIPTS: frozenset({"supervisor", "compliance", "admin"}),
    Right.REVIEW: frozenset({"compliance"}),
    Right.REVEAL: frozenset({"support", "supervisor", "compliance", "admin"}),
    Right.HANDLE_LETTERS: frozenset({"admin"}),
    Right.ASK_REBUILD: frozenset({"admin"}),
    Right.END_DAY: frozenset({SYSTEM}),
    Right.SET_READ_ONLY: frozenset({"admin"}),
    Right.CREATE_STAFF: frozenset({"admin", SYSTEM}),
    Right.CHANGE_STAFF: frozenset({"admin"}),
    Right.ENROL_KEY: frozenset({"supervisor"}),
    Right.READ_ACCOUNTS: _EVERYBODY,
    Right.READ_TOTALS: _EVERYBODY - {"support"},
    Right.READ_JOURNAL: frozenset({"compliance", "admin", SYSTEM, SERVICE}),
}

_DESK: Final = frozenset({"support", "supervisor"})

MAY_ASK: Final[dict[Right, frozenset[str]]] = {
    Right.WAIVE_FEE: _DESK,
    Right.MAKE_ADJUSTMENT: _DESK,
    Right.REVERSE_TRANSACTION: _DESK,
    Right.REFUND_OVERPAYMENT: _DESK,
    Right.WRITE_OFF: _DESK,
    Right.UNDO_WRITE_OFF: _DESK,
    Right.RECORD_RECOVERY: _DESK,
    Right.CORRECT_PAYMENT: frozenset({"admin"}),
}
"""Who may ask somebody else to approve it: the R of the table."""

LIMITED: Final[dict[str, frozenset[Right]]] = {
    "waiver": frozenset({Right.WAIVE_FEE}),
    "adjustment": frozenset({Right.MAKE_ADJUSTMENT}),
    "reversal": frozenset({Right.REVERSE_TRANSACTION, Right.CORRECT_PAYMENT}),
    "refund": frozenset({Right.REFUND_OVERPAYMENT}),
    "write_off": frozenset({Right.WRITE_OFF, Right.UNDO_WRITE_OFF, Right.RECORD_RECOVERY}),
}
"""Kind of limit to the rights that it bounds."""

LIMIT_KIND_OF: Final = {right: kind for kind, rights in LIMITED.items() for right in rights}
"""The same the other way round, for who acts and for who approves it.

A correction takes a posted payment back: who may not reverse it may not decide that either.
"""

DEMO_LIMITS: Final[RoleLimits] = {DEMO: {"waiver": Money(50_00)}}
DEFAULT_LIMITS: Final[RoleLimits] = {**DEFAULTS, **DEMO_LIMITS}


class Permissions(Struct, frozen=True):
    """What the actor may do at this moment: who, in which roles, up to which amounts.

    `granted` are rights that an approval gives for one command, whatever its amount;
    `recent` is what the actor did for the same customer in the last day, by kind of limit.
    """

    actor_id: str
    roles: tuple[Code, ...]
    own_limits: dict[str, Money] = {}
    granted: frozenset[Right] = frozenset()
    role_limits: RoleLimits = field(default_factory=lambda: DEFAULT_LIMITS)
    recent: tuple[tuple[str, Money], ...] = ()

    def may(self, right: Right) -> bool:
        """Tell whether one of the roles has the right, or an approval gives it."""
        return right in self.granted or not MAY[right].isdisjoint(self.roles)

    def may_ask(self, right: Right) -> bool:
        """Tell whether one of the roles may ask somebody else to approve it."""
        return not MAY_ASK.get(right, _NOBODY).isdisjoint(self.roles)

    def require(self, right: Right) -> None:
        """Refuse unless one of the roles has the right, or an approval gives it."""
        if self.may(right):
            return
        if self.may_ask(right):
            raise Refused(
                Refusal.APPROVAL_REQUIRED,
                f"To {right.value} takes somebody else's approval. Ask for it.",
                limit=Money(0),
            )
        allowed = ", ".join(sorted((MAY[right] | MAY_ASK.get(right, _NOBODY)) - {DEMO}))
        raise Refused(Refusal.NO_RIGHT, f"You have no right to {right.value}; it takes: {allowed}.")

    def limit(self, kind: str) -> Money:
        """Give the person's own limit, else the highest of the roles', else nothing."""
        if kind in self.own_limits:
            return self.own_limits[kind]
        return highest(self.role_limits, self.roles, kind)

    def require_limit(self, kind: str, amount: Money, *, field: str) -> None:
        """Refuse what is above the limit, unless an approval has carried it on already."""
        if not LIMITED[kind].isdisjoint(self.granted):
            return
        limit = self.limit(kind)
        if amount > limit:
            raise Refused(
                Refusal.APPROVAL_REQUIRED,
                f"{dollars(amount)} is above your {kind.replace('_', '-')} limit of "
                f"{dollars(limit)}. Someone with a higher limit must approve it.",
                field=field,
                limit=limit,
            )
        together = fullest(sums_with(kind, amount, self.recent, self.limit))
        if together.is_over:
            raise Refused(
                Refusal.APPROVAL_REQUIRED,
                f"With what you did for this customer in the last 24 hours this makes "
                f"{dollars(together.total)}, above your limit of {dollars(together.limit)}. "
                "Someone with a higher limit must approve it.",
                field=field,
                limit=together.limit,
            )
