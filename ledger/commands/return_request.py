"""ApprovalService.Return: a request goes back to its requester, who is asked for more."""

from ledger.commands import decision_steps, request_steps
from ledger.commands.command import Facts
from ledger.commands.request_steps import RequestCommand
from ledger.domain.history import State
from proto.events import LedgerEvent
from proto.values import Key


class ReturnRequest(RequestCommand, frozen=True, kw_only=True):
    """Return a request with a reason. It decides nothing, so nothing is signed."""

    comment: str


def decide(state: State | None, command: ReturnRequest, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Return what is pending, as another person."""
    request = request_steps.existing(state, command)
    request_steps.still_pending(request, facts.at)
    decision_steps.check_segregation(request, facts)
    reason = facts.look.seal(request.customer_id, "reason", command.comment)
    returned = request_steps.kind_of(request).returned(
        request_id=request.request_id,
        request_number=request.number,
        sealed_texts={"reason": reason},
        returned_by=Key(facts.actor_id),
        returned_by_name=request_steps.staff_of(facts.actor_id, facts).display_name,
    )
    return (returned,)
