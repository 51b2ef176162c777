"""ApprovalService.Reject: a request is refused for good, with a reason."""

from ledger.commands import decision_steps, request_steps
from ledger.commands.command import Facts
from ledger.commands.decision_steps import SignedDecision
from ledger.domain.history import State
from proto.events import LedgerEvent
from proto.values import Key


class RejectRequest(SignedDecision, frozen=True, kw_only=True):
    """Reject a request; nothing is done to the account."""


def decide(state: State | None, command: RejectRequest, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Reject what is pending, as another person, within the limit."""
    request = request_steps.existing(state, command)
    policy = decision_steps.check_may_decide(request, facts)
    signed = decision_steps.check_signed(request, command, policy, "reject", facts)
    rejected = request_steps.kind_of(request).rejected(
        request_id=request.request_id,
        request_number=request.number,
        sealed_texts=decision_steps.sealed_comment(request, "reason", command, facts),
        rejected_by=Key(facts.actor_id),
        rejected_by_name=signed.staff.display_name,
        statement=signed.statement,
        signature=signed.signature,
        key_id=command.key_id,
        approver_version=signed.staff.version,
    )
    return (rejected,)
