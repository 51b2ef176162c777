"""ApprovalService.Resubmit: the requester looked again, and asks by the account as it is."""

from typing import ClassVar

import msgspec

from ledger.commands import binding, request_steps
from ledger.commands.command import Facts
from ledger.commands.request_steps import Registry, RequestCommand
from ledger.domain.history import State
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent
from proto.values import Key


class ResubmitRequest(RequestCommand, frozen=True, kw_only=True):
    """Ask again. `account_version` is the account as the requester saw it."""

    right: ClassVar = Right.ASK_APPROVAL
    comment: str
    account_version: int


def decide(
    registry: Registry, state: State | None, command: ResubmitRequest, facts: Facts
) -> tuple[LedgerEvent, ...]:
    """Bind the account as it is now; the command stays, and must still be possible.

    To resubmit is to ask: the requester must still have the right to, and what they asked
    for that day makes one sum with it.
    """
    request = request_steps.existing(state, command)
    request_steps.only_requester(request, facts)
    request_steps.check_may_ask(request_steps.kind_of(request), facts)
    request_steps.still_open(request, facts.at)
    loan = request_steps.loan_of(request, facts)
    if command.account_version != loan.version:
        raise Refused(
            Refusal.STALE_VERSION,
            f"The account is at version {loan.version}, you saw {command.account_version}. "
            "Look at it again, then resubmit.",
            field="account_version",
            current_version=loan.version,
        )
    carrying = msgspec.structs.replace(
        facts, request_id=request.request_id, requested_by=request.requested_by
    )
    bound = request_steps.bound_command(request, registry, facts.actor_id)
    request_steps.carried_out(loan, bound, carrying, registry)
    again = msgspec.structs.replace(request, asked_at=(*request.asked_at, facts.at))
    related = request_steps.related_now(again, facts)
    texts = {"comment": command.comment} if command.comment else {}
    resubmitted = request_steps.kind_of(request).resubmitted(
        request_id=request.request_id,
        request_number=request.number,
        sealed_texts={
            name: facts.look.seal(request.customer_id, name, text) for name, text in texts.items()
        },
        resubmitted_by=Key(facts.actor_id),
        resubmitted_by_name=request_steps.staff_of(facts.actor_id, facts).display_name,
        account_version=loan.version,
        snapshot=binding.snapshot_of(loan),
        original_balance=loan.total_outstanding,
        expires_at=request_steps.expiry(facts),
        structuring=request_steps.is_structuring_now(request, related, facts),
        related_request_ids=tuple(each.request_id for each in related),
    )
    return (resubmitted,)
