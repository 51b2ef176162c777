"""The kinds of request, who may approve which, and how a comment is measured."""

import hashlib
import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from ledger.domain.rights import LIMIT_KIND_OF, Right
from proto.events import (
    ApprovalApproved,
    ApprovalCancelled,
    ApprovalExpired,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalResubmitted,
    ApprovalReturned,
    WriteOffApproved,
    WriteOffCancelled,
    WriteOffExpired,
    WriteOffRejected,
    WriteOffRequested,
    WriteOffResubmitted,
    WriteOffReturned,
)
from proto.values import Instant

COMMENT_CHARACTERS_MIN: Final = 10
PRIORITIES: Final = ("normal", "high", "urgent")


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of request: the right that is asked for, and the limit of who approves it."""

    name: str
    right: Right
    number_prefix: str = "AP"
    requested: type[ApprovalRequested] = ApprovalRequested
    approved: type[ApprovalApproved] = ApprovalApproved
    rejected: type[ApprovalRejected] = ApprovalRejected
    returned: type[ApprovalReturned] = ApprovalReturned
    resubmitted: type[ApprovalResubmitted] = ApprovalResubmitted
    cancelled: type[ApprovalCancelled] = ApprovalCancelled
    expired: type[ApprovalExpired] = ApprovalExpired

    @property
    def limit_kind(self) -> str:
        """The kind of limit that both who acts alone and who approves it have."""
        return LIMIT_KIND_OF[self.right]


_KINDS: Final = (
    Kind(
        name="write_off",
        right=Right.WRITE_OFF,
        number_prefix="WO",
        requested=WriteOffRequested,
        approved=WriteOffApproved,
        rejected=WriteOffRejected,
        returned=WriteOffReturned,
        resubmitted=WriteOffResubmitted,
        cancelled=WriteOffCancelled,
        expired=WriteOffExpired,
    ),
    Kind(name="write_off_undo", right=Right.UNDO_WRITE_OFF),
    Kind(name="recovery", right=Right.RECORD_RECOVERY),
    Kind(name="correction", right=Right.CORRECT_PAYMENT),
    Kind(name="waiver", right=Right.WAIVE_FEE),
    Kind(name="adjustment", right=Right.MAKE_ADJUSTMENT),
    Kind(name="reversal", right=Right.REVERSE_TRANSACTION),
    Kind(name="refund", right=Right.REFUND_OVERPAYMENT),
)

KINDS: Final = {kind.name: kind for kind in _KINDS}
KIND_OF_RIGHT: Final = {kind.right: kind for kind in _KINDS}

_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159")
"""Characters that count as letters or signs and show nothing."""
_UNSEEN: Final = frozenset(
    {"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"},
)


def visible_characters(text: str) -> int:
    """Count what a reader sees: no white space, nothing of zero width, no combining marks."""
    composed = unicodedata.normalize("NFC", text)
    return sum(
        unicodedata.category(each) not in _UNSEEN and each not in _BLANK for each in composed
    )


def request_number(
    prefix: str, request_id: str, at: Instant, is_taken: Callable[[str], bool]
) -> str:
    """Name a request for people, `WO-20251115000100-7F3A`; of its second it is the only one."""
    for attempt in range(1 << 16):
        digest = hashlib.sha256(f"{request_id}:{attempt}".encode()).hexdigest()
        number = f"{prefix}-{at:%Y%m%d%H%M%S}-{digest[:4].upper()}"
        if not is_taken(number):
            return number
    raise ValueError(f"every number of the second {at} is taken")
