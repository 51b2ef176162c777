"""ApprovalService.Request: somebody asks for a command that takes another's approval.

The command is decided as the approval would carry it out: what would be refused is
refused now, and nothing is recorded of it but the request.
"""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import msgspec

from ledger.commands import binding, request_steps
from ledger.commands.command import AccountCommand, Command, Decided, Facts, Name, with_recent
from ledger.commands.request_steps import Registry
from ledger.domain import request as requests
from ledger.domain.approvals import KIND_OF_RIGHT, Kind, request_number
from ledger.domain.history import State
from ledger.domain.loan import Loan
from ledger.domain.request import Request
from ledger.domain.rights import Right
from ledger.domain.structuring import splits_a_limit
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent
from proto.values import Code, Key, Money

NUMBER_KIND = "request_number"


class RequestApproval(Command, frozen=True, kw_only=True):
    """Ask for `command`; `texts` are the request's own, beside those of the command."""

    right: ClassVar = Right.ASK_APPROVAL
    request_id: Key
    command: AccountCommand
    reason_code: Code
    priority: Code
    texts: dict[str, str]

    @property
    def subject_id(self) -> Key:
        """The request's own history."""
        return requests.subject_of(self.request_id)

    def touches(self, before: State | None) -> tuple[Key, ...]:  # noqa: ARG002 - the same for all
        """The account that it is about."""
        return (self.command.loan_account_id,)


def decide(
    registry: Registry, state: State | None, command: RequestApproval, facts: Facts
) -> Decided:
    """Record the request, bound to the command and to the account as it is."""
    kind = KIND_OF_RIGHT[command.command.right]
    request_steps.check_may_ask(kind, facts)
    if state is not None:
        raise Refused(Refusal.ALREADY_REQUESTED, "This was asked for already.")
    account = facts.look.state(command.command.loan_account_id)
    loan = account if isinstance(account, Loan) else None
    own = facts if loan is None else with_recent(facts, loan.customer_id)
    _check_needed(kind, loan, command.command, own, registry)
    facts = msgspec.structs.replace(
        facts, request_id=command.request_id, requested_by=Key(facts.actor_id)
    )
    events = request_steps.carried_out(loan, command.command, facts, registry).events
    if loan is None:
        raise ValueError(f"{type(command.command).__name__} needs no account")
    amount = request_steps.amount_asked(events)
    _check_new(kind, loan, command.command, facts, registry)
    return _requested(kind, loan, command, amount, facts)


def _check_needed(
    kind: Kind, loan: Loan | None, command: AccountCommand, facts: Facts, registry: Registry
) -> None:
    """Refuse what the requester may do alone: the queue is for what needs another."""
    if not facts.permissions.may(kind.right):
        return
    try:
        registry[type(command)](loan, command, facts)
    except Refused as refused:
        if refused.reason is Refusal.APPROVAL_REQUIRED:
            return
        raise
    raise Refused(
        Refusal.APPROVAL_NOT_NEEDED,
        "This is within your own limit. Do it directly; it needs nobody's approval.",
        limit=facts.permissions.limit(kind.limit_kind),
    )


def _check_new(
    kind: Kind, loan: Loan, command: AccountCommand, facts: Facts, registry: Registry
) -> None:
    """Refuse a second open request: for a write-off or its undo any, else for the same."""
    for other in facts.look.requests(loan.customer_id):
        same_account = (other.kind, other.loan_account_id) == (kind.name, loan.account_id)
        if not same_account or request_steps.status_at(other, facts.at) not in requests.OPEN:
            continue
        whole = kind.right in (Right.WRITE_OFF, Right.UNDO_WRITE_OFF)
        if whole or _is_same(command, other, registry):
            raise Refused(
                Refusal.ALREADY_REQUESTED,
                f"This was asked for already: {other.number} is {other.status}. Wait for its "
                "decision, or have its requester take it back.",
            )


def _is_same(command: AccountCommand, other: Request, registry: Registry) -> bool:
    """Tell whether another request is for the same, whatever its texts say."""
    bound = request_steps.bound_command(other, registry, "")
    plain = (msgspec.structs.replace(each, texts={}) for each in (command, bound))
    ours, theirs = (binding.command_body(each) for each in plain)
    return ours == theirs


def _requested(
    kind: Kind, loan: Loan, command: RequestApproval, amount: Money, facts: Facts
) -> Decided:
    seal = partial(facts.look.seal, loan.customer_id)
    body = binding.command_body(_bound(command.command, amount, seal))
    related = request_steps.related(loan.customer_id, facts.actor_id, (facts.at,), facts)
    number = request_number(
        kind.number_prefix,
        command.request_id,
        facts.at,
        lambda number: facts.look.owner(NUMBER_KIND, number) is not None,
    )
    event = kind.requested(
        request_id=command.request_id,
        request_number=number,
        sealed_texts={name: seal(name, text) for name, text in command.texts.items()},
        kind=Code(kind.name),
        loan_account_id=loan.account_id,
        customer_id=loan.customer_id,
        account_number=loan.account_number,
        amount=amount,
        original_balance=loan.total_outstanding,
        reason=command.reason_code,
        priority=command.priority,
        requested_by=Key(facts.actor_id),
        requested_by_name=request_steps.staff_of(facts.actor_id, facts).display_name,
        command=body,
        command_hash=binding.hash_of(body),
        account_version=loan.version,
        snapshot=binding.snapshot_of(loan),
        expires_at=request_steps.expiry(facts),
        structuring=splits_a_limit(kind, amount, related, facts.permissions, facts.rules),
        related_request_ids=tuple(each.request_id for each in related),
    )
    events: tuple[LedgerEvent, ...] = (event,)
    return Decided(events=events, names=(Name(NUMBER_KIND, number, "request_number"),))


def _bound(
    command: AccountCommand, amount: Money, seal: Callable[[str, str], str]
) -> AccountCommand:
    """Fill in the amount where the whole balance was meant, and seal the texts once."""
    texts = {name: seal(name, text) for name, text in command.texts.items()}
    bound = msgspec.structs.replace(command, texts=texts)
    if getattr(bound, "amount", amount) is None:
        bound = msgspec.structs.replace(bound, amount=amount)
    return bound
