"""Why a rule said no, and with which status it says so: one enum, one table.

A command is refused at the first of these steps that fails, in this order: the token and
the demo clock; the fields, one after the other; the idempotency key; the actor's right;
whether the ledger takes commands; `approved_by`; the account (there, or not there yet);
its version; its status; the rules of the command, the amounts last; the actor's limit. A
refusal changes nothing.
"""

from enum import Enum, auto
from typing import Final, Literal

from proto.values import Money

Status = Literal[
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "FAILED_PRECONDITION",
    "UNIMPLEMENTED",
]


class Refusal(Enum):
    """Every reason for which the ledger says no. The name travels in RefusalDetail.

    They stand in order of precedence: of two that hold at once, the first is told.
    """

    NOT_SIGNED_IN = auto()
    STAFF_UNKNOWN = auto()
    STAFF_DISABLED = auto()
    DEMO_CLOCK = auto()
    NOT_BUILT = auto()
    INVALID_FIELD = auto()
    INVALID_AMOUNT = auto()
    CARD_NUMBER = auto()
    INVALID_DATE = auto()
    COMMENT_TOO_SHORT = auto()
    KEY_REUSED = auto()
    NO_RIGHT = auto()
    READ_ONLY = auto()
    APPROVER_NOT_ACTOR = auto()
    NO_SUCH_ACCOUNT = auto()
    NO_SUCH_STAFF = auto()
    NO_SUCH_REQUEST = auto()
    NO_SUCH_NOTE = auto()
    NO_SUCH_EVENT = auto()
    NO_SUCH_HEAD = auto()
    NO_SUCH_TEXT = auto()
    TEXT_ERASED = auto()
    OWN_RIGHTS = auto()
    NOT_AUTHOR = auto()
    OWN_EVENT = auto()
    NOT_THE_CUSTOMERS = auto()
    ACCOUNT_EXISTS = auto()
    STAFF_EXISTS = auto()
    STALE_VERSION = auto()
    CLOCK_WENT_BACK = auto()
    ALREADY_DISBURSED = auto()
    NOT_DISBURSED = auto()
    WRITTEN_OFF = auto()
    NOT_WRITTEN_OFF = auto()
    ACCOUNT_CLOSED = auto()
    ALREADY_DISABLED = auto()
    NOT_DISABLED = auto()
    MESSAGE_POSTED = auto()
    LETTER_CLOSED = auto()
    CORRECTION_WAITS = auto()
    NOT_REQUESTER = auto()
    REQUEST_EXPIRED = auto()
    REQUEST_DECIDED = auto()
    REQUEST_NOT_DECIDED = auto()
    REQUEST_RETURNED = auto()
    OWN_REQUEST = auto()
    LIMIT_TOO_LOW = auto()
    POLICY_CHANGED = auto()
    DECIDED_AT_OFF = auto()
    NO_SUCH_KEY = auto()
    BAD_SIGNATURE = auto()
    KEY_ENROLLED = auto()
    STALE_REQUEST = auto()
    NO_SUCH_FEE = auto()
    NO_SUCH_INSTALMENT = auto()
    NO_SUCH_TRANSACTION = auto()
    ALREADY_REVERSED = auto()
    NOT_REVERSIBLE = auto()
    PAID_OUT_SINCE = auto()
    SCHEDULE_DIFFERS = auto()
    INSTALMENT_PAID = auto()
    SCHEDULE_DOES_NOT_ADD_UP = auto()
    DATE_OUT_OF_WINDOW = auto()
    AMOUNT_NOT_AS_AGREED = auto()
    FEE_CAP = auto()
    NOTHING_TO_WAIVE = auto()
    WAIVER_EXCEEDS_FEE = auto()
    ADJUSTMENT_EXCEEDS_BALANCE = auto()
    AMOUNT_NOT_BALANCE = auto()
    RECOVERY_EXCEEDS_WRITE_OFF = auto()
    REFUND_EXCEEDS_OVERPAYMENT = auto()
    APPROVAL_REQUIRED = auto()
    APPROVAL_NOT_NEEDED = auto()
    ALREADY_REQUESTED = auto()
    NAME_TAKEN = auto()


STATUS: Final[dict[Refusal, Status]] = {
    Refusal.NOT_SIGNED_IN: "UNAUTHENTICATED",
    Refusal.STAFF_UNKNOWN: "PERMISSION_DENIED",
    Refusal.STAFF_DISABLED: "PERMISSION_DENIED",
    Refusal.DEMO_CLOCK: "PERMISSION_DENIED",
    Refusal.NOT_BUILT: "UNIMPLEMENTED",
    Refusal.INVALID_FIELD: "INVALID_ARGUMENT",
    Refusal.INVALID_AMOUNT: "INVALID_ARGUMENT",
    Refusal.CARD_NUMBER: "INVALID_ARGUMENT",
    Refusal.INVALID_DATE: "INVALID_ARGUMENT",
    Refusal.COMMENT_TOO_SHORT: "INVALID_ARGUMENT",
    Refusal.KEY_REUSED: "INVALID_ARGUMENT",
    Refusal.NO_RIGHT: "PERMISSION_DENIED",
    Refusal.READ_ONLY: "FAILED_PRECONDITION",
    Refusal.APPROVER_NOT_ACTOR: "PERMISSION_DENIED",
    Refusal.NO_SUCH_ACCOUNT: "NOT_FOUND",
    Refusal.NO_SUCH_STAFF: "NOT_FOUND",
    Refusal.NO_SUCH_REQUEST: "NOT_FOUND",
    Refusal.NO_SUCH_NOTE: "NOT_FOUND",
    Refusal.NO_SUCH_EVENT: "NOT_FOUND",
    Refusal.NO_SUCH_HEAD: "NOT_FOUND",
    Refusal.NO_SUCH_TEXT: "NOT_FOUND",
    Refusal.TEXT_ERASED: "NOT_FOUND",
    Refusal.OWN_RIGHTS: "PERMISSION_DENIED",
    Refusal.NOT_AUTHOR: "PERMISSION_DENIED",
    Refusal.OWN_EVENT: "PERMISSION_DENIED",
    Refusal.NOT_THE_CUSTOMERS: "FAILED_PRECONDITION",
    Refusal.ACCOUNT_EXISTS: "ALREADY_EXISTS",
    Refusal.STAFF_EXISTS: "ALREADY_EXISTS",
    Refusal.STALE_VERSION: "FAILED_PRECONDITION",
    Refusal.CLOCK_WENT_BACK: "FAILED_PRECONDITION",
    Refusal.ALREADY_DISBURSED: "ALREADY_EXISTS",
    Refusal.NOT_DISBURSED: "FAILED_PRECONDITION",
    Refusal.WRITTEN_OFF: "FAILED_PRECONDITION",
    Refusal.NOT_WRITTEN_OFF: "FAILED_PRECONDITION",
    Refusal.ACCOUNT_CLOSED: "FAILED_PRECONDITION",
    Refusal.ALREADY_DISABLED: "FAILED_PRECONDITION",
    Refusal.NOT_DISABLED: "FAILED_PRECONDITION",
    Refusal.MESSAGE_POSTED: "ALREADY_EXISTS",
    Refusal.LETTER_CLOSED: "FAILED_PRECONDITION",
    Refusal.CORRECTION_WAITS: "FAILED_PRECONDITION",
    Refusal.NOT_REQUESTER: "PERMISSION_DENIED",
    Refusal.REQUEST_EXPIRED: "FAILED_PRECONDITION",
    Refusal.REQUEST_DECIDED: "FAILED_PRECONDITION",
    Refusal.REQUEST_NOT_DECIDED: "FAILED_PRECONDITION",
    Refusal.REQUEST_RETURNED: "FAILED_PRECONDITION",
    Refusal.OWN_REQUEST: "PERMISSION_DENIED",
    Refusal.LIMIT_TOO_LOW: "PERMISSION_DENIED",
    Refusal.POLICY_CHANGED: "FAILED_PRECONDITION",
    Refusal.DECIDED_AT_OFF: "FAILED_PRECONDITION",
    Refusal.NO_SUCH_KEY: "NOT_FOUND",
    Refusal.BAD_SIGNATURE: "PERMISSION_DENIED",
    Refusal.KEY_ENROLLED: "ALREADY_EXISTS",
    Refusal.STALE_REQUEST: "FAILED_PRECONDITION",
    Refusal.NO_SUCH_FEE: "NOT_FOUND",
    Refusal.NO_SUCH_INSTALMENT: "NOT_FOUND",
    Refusal.NO_SUCH_TRANSACTION: "NOT_FOUND",
    Refusal.ALREADY_REVERSED: "ALREADY_EXISTS",
    Refusal.NOT_REVERSIBLE: "FAILED_PRECONDITION",
    Refusal.PAID_OUT_SINCE: "FAILED_PRECONDITION",
    Refusal.SCHEDULE_DIFFERS: "FAILED_PRECONDITION",
    Refusal.INSTALMENT_PAID: "FAILED_PRECONDITION",
    Refusal.SCHEDULE_DOES_NOT_ADD_UP: "FAILED_PRECONDITION",
    Refusal.DATE_OUT_OF_WINDOW: "FAILED_PRECONDITION",
    Refusal.AMOUNT_NOT_AS_AGREED: "FAILED_PRECONDITION",
    Refusal.FEE_CAP: "FAILED_PRECONDITION",
    Refusal.NOTHING_TO_WAIVE: "FAILED_PRECONDITION",
    Refusal.WAIVER_EXCEEDS_FEE: "FAILED_PRECONDITION",
    Refusal.ADJUSTMENT_EXCEEDS_BALANCE: "FAILED_PRECONDITION",
    Refusal.AMOUNT_NOT_BALANCE: "FAILED_PRECONDITION",
    Refusal.RECOVERY_EXCEEDS_WRITE_OFF: "FAILED_PRECONDITION",
    Refusal.REFUND_EXCEEDS_OVERPAYMENT: "FAILED_PRECONDITION",
    Refusal.APPROVAL_REQUIRED: "FAILED_PRECONDITION",
    Refusal.APPROVAL_NOT_NEEDED: "FAILED_PRECONDITION",
    Refusal.ALREADY_REQUESTED: "ALREADY_EXISTS",
    Refusal.NAME_TAKEN: "ALREADY_EXISTS",
}
"""The name of the gRPC status of each refusal."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no: its sentence with the remedy; nothing was changed."""

    def __init__(
        self,
        reason: Refusal,
        sentence: str,
        *,
        field: str = "",
        limit: Money | None = None,
        current_version: int = 0,
    ) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.field = field
        self.limit = limit
        self.current_version = current_version

    @property
    def status(self) -> Status:
        """The gRPC status' name."""
        return STATUS[self.reason]


class Fault(Exception):  # noqa: N818 - the world failed, the caller may try again
    """The world failed; the sentence says what is known. Try again with the same key."""
