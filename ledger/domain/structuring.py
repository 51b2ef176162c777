"""Structuring: requests of one requester for one customer within a day, taken together."""

from collections.abc import Iterable
from datetime import timedelta

from ledger.domain.approvals import KINDS, Kind
from ledger.domain.money import plus, total
from ledger.domain.request import APPROVED, PENDING, RETURNED, Request
from ledger.domain.rights import Permissions
from ledger.domain.rules import Rules
from proto.values import Instant, Money

_COUNTED = frozenset({PENDING, RETURNED, APPROVED})
"""What was refused, taken back or expired gave nobody anything."""


def related_to(
    requests: Iterable[Request],
    *,
    requested_by: frozenset[str],
    asked_at: tuple[Instant, ...],
    hours: int,
    but: str = "",
) -> tuple[Request, ...]:
    """Give a requester's other requests, of one customer's, that are close in time.

    `requested_by` holds every sign-in of the requester. To resubmit a request is to ask for it
    at that moment too.
    """
    span = timedelta(hours=hours)
    found = (
        each
        for each in requests
        if each.requested_by in requested_by
        and each.request_id != but
        and each.status in _COUNTED
        and any(abs(one - other) < span for one in each.asked_at for other in asked_at)
    )
    return tuple(sorted(found, key=lambda each: each.requested_at))


def sum_with(amount: Money, related: Iterable[Request]) -> Money:
    """Give an amount together with those of related requests."""
    return plus(amount, total(each.amount for each in related))


def limit_kinds(kind: Kind, related: Iterable[Request]) -> frozenset[str]:
    """Give the kinds of limit that a request and its related ones fall under."""
    return frozenset({kind.limit_kind, *(KINDS[each.kind].limit_kind for each in related)})


def splits_a_limit(
    kind: Kind, amount: Money, related: tuple[Request, ...], requester: Permissions, rules: Rules
) -> bool:
    """Tell whether requests pass a limit together that none of them passes alone.

    Held against them are the requester's limit, that of an approver by the role alone, and
    the senior threshold.
    """
    kinds = limit_kinds(kind, related)
    by_role = rules.limits.get("supervisor", {})
    limits = (
        max(requester.limit(each) for each in kinds),
        max(by_role.get(each, Money(0)) for each in kinds),
        rules.senior_threshold,
    )
    largest = max((amount, *(each.amount for each in related)))
    return any(largest <= limit < sum_with(amount, related) for limit in limits)
