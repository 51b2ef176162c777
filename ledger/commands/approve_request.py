"""ApprovalService.Approve: the decision and its effect, in one journal transaction."""

import msgspec

from ledger.commands import decision_steps, request_steps
from ledger.commands.command import Decided, Elsewhere, Facts
from ledger.commands.decision_steps import SignedDecision
from ledger.commands.request_steps import Registry
from ledger.domain.history import State
from ledger.domain.loan import Loan
from ledger.domain.request import Request
from ledger.errors import Refusal, Refused
from proto.values import Key


class ApproveRequest(SignedDecision, frozen=True, kw_only=True):
    """Approve a request and carry out exactly what it binds."""


def decide(
    registry: Registry, state: State | None, command: ApproveRequest, facts: Facts
) -> Decided:
    """Approve what is pending, as another person, within the limit, having seen it."""
    request = request_steps.existing(state, command)
    policy = decision_steps.check_may_decide(request, facts)
    signed = decision_steps.check_signed(request, command, policy, "approve", facts)
    loan = request_steps.loan_of(request, facts)
    decision_steps.check_seen(request, loan, command)
    decided = _effect(request, loan, facts, registry)
    effect = decided.events
    posting = request_steps.carrying(effect)[0]
    place = loan.version + 1 + next(i for i, event in enumerate(effect) if event is posting)
    approved = request_steps.kind_of(request).approved(
        request_id=request.request_id,
        request_number=request.number,
        sealed_texts=decision_steps.sealed_comment(request, "comment", command, facts),
        approved_by=Key(facts.actor_id),
        approved_by_name=signed.staff.display_name,
        ledger_event_id=Key(f"{loan.account_id}:{place}"),
        transaction_id=posting.transaction_id,
        statement=signed.statement,
        signature=signed.signature,
        key_id=command.key_id,
        approver_version=signed.staff.version,
    )
    elsewhere = (Elsewhere(loan.account_id, effect),)
    return Decided(events=(approved,), elsewhere=elsewhere, names=decided.names)


def _effect(request: Request, loan: Loan, facts: Facts, registry: Registry) -> Decided:
    """Decide the command by exactly the bytes that were bound; it is no other amount."""
    command = request_steps.bound_command(request, registry, facts.actor_id)
    carrying = msgspec.structs.replace(
        facts, request_id=request.request_id, requested_by=request.requested_by
    )
    decided = request_steps.carried_out(loan, command, carrying, registry)
    amount = request_steps.amount_asked(decided.events)
    if amount != request.amount:
        raise Refused(
            Refusal.STALE_REQUEST,
            f"What was asked for is {request.amount}, now it would be {amount}. "
            "It must be asked for again.",
            current_version=loan.version,
        )
    return decided
