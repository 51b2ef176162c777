"""Structuring: requests of one requester for one customer within a day, taken together."""

from collections.abc import Iterable
from datetime import timedelta

from ledger.domain.approvals import KINDS, Kind
from ledger.domain.request import APPROVED, PENDING, RETURNED, Request
from ledger.domain.rights import Permissions
from ledger.domain.rules import Rules
from ledger.domain.splitting import sum_under, sums_with
from proto.values import Code, Instant, Money

COUNTED = frozenset({PENDING, RETURNED, APPROVED})
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
        and each.status in COUNTED
        and any(abs(one - other) < span for one in each.asked_at for other in asked_at)
    )
    return tuple(sorted(found, key=lambda each: each.requested_at))


def parts_of(related: Iterable[Request]) -> tuple[tuple[str, Money], ...]:
    """Give requests as they are added up: the kind of limit, and the amount."""
    return tuple((KINDS[each.kind].limit_kind, each.amount) for each in related)


def splits_a_limit(
    kind: Kind, amount: Money, related: tuple[Request, ...], requester: Permissions, rules: Rules
) -> bool:
    """Tell whether requests pass a limit together that none of them passes alone.

    Held against them are the requester's limits, those of an approver by the role alone, and
    the senior threshold, which is the same for all kinds.
    """
    others = parts_of(related)
    by_role = Permissions("", (Code("supervisor"),), role_limits=rules.limits)
    sums = (
        *sums_with(kind.limit_kind, amount, others, requester.limit),
        *sums_with(kind.limit_kind, amount, others, by_role.limit),
        sum_under(rules.senior_threshold, (amount, *(each for _, each in others))),
    )
    return any(each.is_split for each in sums)
