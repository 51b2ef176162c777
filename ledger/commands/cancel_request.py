"""ApprovalService.Cancel: the requester takes the request back, in a role that may (roles.md).

Whose role changed since leaves it to be decided, or to expire.
"""

from typing import ClassVar

from ledger.commands import request_steps
from ledger.commands.command import Facts
from ledger.commands.request_steps import RequestCommand
from ledger.domain.history import State
from ledger.domain.rights import Right
from proto.events import LedgerEvent
from proto.values import Code, Key


class CancelRequest(RequestCommand, frozen=True, kw_only=True):
    """Take one's own request back."""

    right: ClassVar = Right.CANCEL_REQUEST
    reason_code: Code = Code("")
    comment: str = ""


def decide(state: State | None, command: CancelRequest, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Cancel what is not decided yet."""
    request = request_steps.existing(state, command)
    request_steps.only_requester(request, facts)
    request_steps.still_open(request, facts.at)
    sealed: dict[str, str] = {}
    if command.comment.strip():
        sealed["comment"] = facts.look.seal(request.customer_id, "comment", command.comment)
    cancelled = request_steps.kind_of(request).cancelled(
        request_id=request.request_id,
        request_number=request.number,
        sealed_texts=sealed,
        cancelled_by=Key(facts.actor_id),
        cancelled_by_name=request_steps.staff_of(facts.actor_id, facts).display_name,
        reason_code=command.reason_code,
    )
    return (cancelled,)
