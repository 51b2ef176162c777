"""Steps that the commands on requests share: there, whole, undecided, by the right person."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import msgspec

from ledger.commands import binding
from ledger.commands.command import AccountCommand, Command, Decided, Facts
from ledger.domain import request as requests
from ledger.domain.approvals import KINDS, Kind
from ledger.domain.history import State, as_posting
from ledger.domain.identity import sign_ins_under
from ledger.domain.loan import Loan
from ledger.domain.request import Request
from ledger.domain.rights import Permissions, Right
from ledger.domain.splitting import adjusted
from ledger.domain.staff import SUBJECT_PREFIX, Staff
from ledger.domain.structuring import related_to, splits_a_limit
from ledger.errors import Refusal, Refused
from proto.events import AdjustmentMade, LedgerEvent, PaymentReversed, PostingEvent
from proto.values import Instant, Key, Money

Decide = Callable[[Any, Any, Facts], tuple[LedgerEvent, ...] | Decided]
Registry = Mapping[type[Command], Decide]


class RequestCommand(Command, frozen=True, kw_only=True):
    """A command on a request that is there."""

    right: ClassVar = Right.DECIDE_REQUEST
    request_id: Key

    @property
    def subject_id(self) -> Key:
        """The request's own history."""
        return requests.subject_of(self.request_id)

    def touches(self, before: State | None) -> tuple[Key, ...]:
        """The account that it is about."""
        return (before.loan_account_id,) if isinstance(before, Request) else ()


def existing(state: State | None, command: RequestCommand) -> Request:
    """Give the request. Refused when it is not there, or has changed since it was seen."""
    if not isinstance(state, Request):
        raise Refused(
            Refusal.NO_SUCH_REQUEST,
            f"The ledger has no request {command.request_id}.",
            field="request_id",
        )
    if command.expected_version not in (0, state.version):
        raise Refused(
            Refusal.STALE_VERSION,
            f"The request has changed since you opened it; it is {state.status} now. "
            "Look at it again, then repeat.",
            field="expected_version",
            current_version=state.version,
        )
    return state


def status_at(request: Request, at: Instant) -> str:
    """Give the status at a moment: what waited too long has expired, recorded or not."""
    return requests.EXPIRED if request.is_open and at >= request.expires_at else request.status


def still_open(request: Request, at: Instant) -> None:
    """Refuse what was decided, or has waited too long. Decided is final."""
    status = status_at(request, at)
    if status == requests.EXPIRED:
        raise Refused(
            Refusal.REQUEST_EXPIRED,
            f"The request {request.number} expired on {request.expires_at:%d/%m/%Y} (UTC). "
            "Whoever asked may ask again.",
            current_version=request.version,
        )
    if not request.is_open:
        by = f" by {request.decided_by}" if request.decided_by else ""
        raise Refused(
            Refusal.REQUEST_DECIDED,
            f"The request {request.number} is {status}{by} already; that is final.",
            current_version=request.version,
        )


def still_pending(request: Request, at: Instant) -> None:
    """Refuse what waits for nobody's decision."""
    still_open(request, at)
    if request.status == requests.RETURNED:
        raise Refused(
            Refusal.REQUEST_RETURNED,
            f"The request {request.number} was returned to {request.requested_by}, who must "
            "resubmit it first.",
            current_version=request.version,
        )


def expiry(facts: Facts) -> Instant:
    """Give the moment from which a request made now has waited too long."""
    return Instant.of(facts.at + timedelta(days=facts.rules.approval_expires_days))


def only_requester(request: Request, facts: Facts) -> None:
    """Refuse everybody but who asked."""
    if request.requested_by != facts.actor_id:
        raise Refused(
            Refusal.NOT_REQUESTER,
            f"Only {request.requested_by}, who asked, may do that with {request.number}.",
        )


def check_may_ask(kind: Kind, facts: Facts) -> None:
    """Refuse who may not, or may not any more, ask for this kind of command."""
    if not facts.permissions.may_ask(kind.right):
        raise Refused(Refusal.NO_RIGHT, f"You have no right to ask to {kind.right.value}.")


def related(
    customer_id: str,
    requested_by: str,
    asked_at: tuple[Instant, ...],
    facts: Facts,
    but: str = "",
) -> tuple[Request, ...]:
    """Give the requester's other requests for the customer, as they stand, close to moments."""
    return related_to(
        facts.look.requests(customer_id),
        requested_by=sign_ins_under(requested_by, facts.look.staff()),
        asked_at=asked_at,
        hours=facts.rules.structuring_hours,
        but=but,
    )


def related_now(request: Request, facts: Facts) -> tuple[Request, ...]:
    """Give the requests that make one sum with a request as of this moment."""
    who, moments = request.requested_by, request.asked_at
    return related(request.customer_id, who, moments, facts, but=request.request_id)


def is_structuring_now(request: Request, others: tuple[Request, ...], facts: Facts) -> bool:
    """Tell whether a request passes a limit with its related ones, by its requester's limits."""
    requester = staff_of(request.requested_by, facts)
    limits = Permissions(
        requester.staff_id, requester.roles, requester.limits, role_limits=facts.rules.limits
    )
    return splits_a_limit(kind_of(request), request.amount, others, limits, facts.rules)


def kind_of(request: Request) -> Kind:
    """Give the request's kind."""
    return KINDS[request.kind]


def loan_of(request: Request, facts: Facts) -> Loan:
    """Give the account as it is now. A request is only ever made for one that is there."""
    state = facts.look.state(request.loan_account_id)
    if not isinstance(state, Loan):
        raise TypeError(f"{request.request_id} is about no loan")
    return state


def staff_of(staff_id: str, facts: Facts) -> Staff:
    """Give a staff member. Staff is never removed."""
    state = facts.look.state(f"{SUBJECT_PREFIX}{staff_id}")
    if not isinstance(state, Staff):
        raise Refused(Refusal.STAFF_UNKNOWN, f"The ledger does not know {staff_id} as staff.")
    return state


def bound_command(request: Request, registry: Registry, approved_by: str) -> AccountCommand:
    """Read the command that the request binds, to be carried out by its approver."""
    kinds = (kind for kind in registry if issubclass(kind, AccountCommand))
    return binding.read_command(request.command, kinds, approved_by=approved_by)


def carried_out(
    loan: Loan | None, command: AccountCommand, facts: Facts, registry: Registry
) -> Decided:
    """Decide a command as its approval carries it out: the right is granted, once."""
    permissions = msgspec.structs.replace(
        facts.permissions, granted=frozenset({type(command).right})
    )
    granted = msgspec.structs.replace(facts, permissions=permissions)
    decided = registry[type(command)](loan, command, granted)
    return decided if isinstance(decided, Decided) else Decided(events=decided)


def carrying(events: Iterable[LedgerEvent]) -> list[PostingEvent]:
    """Give the postings that carry a command out, in order; not what follows from them."""
    postings = (posting for event in events if (posting := as_posting(event)) is not None)
    return [posting for posting in postings if getattr(posting, "approved_by", "")]


def amount_asked(events: Iterable[LedgerEvent]) -> Money:
    """Give the amount that a request names.

    Of a correction it is the larger of what is taken back and what is posted in its place;
    of an undo what had been written off, whatever was recovered since and is posted anew.
    """
    postings = carrying(events)
    if isinstance(postings[0], PaymentReversed):
        return max(amount_of(each) for each in postings)
    return amount_of(postings[0])


def amount_of(posting: PostingEvent) -> Money:
    """Give what a posting is held against a limit with; of an adjustment both changes."""
    if isinstance(posting, AdjustmentMade):
        return adjusted(posting.principal_delta, posting.fee_delta)
    amount: Money = getattr(posting, "amount")  # noqa: B009 - all that carry a command out have it
    return amount
