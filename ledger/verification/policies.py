"""The rule that an approver signed, made anew from the journal and held against what it says.

Amounts, sums and a person's own limits are in the journal. What is not, a limit that comes
from a role and the senior threshold, are settings of that time: they are taken as signed.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain.approvals import KINDS
from ledger.domain.policy import check_limit, policy_of
from ledger.domain.request import Request
from ledger.domain.rights import Permissions
from ledger.domain.rules import DEFAULT_RULES
from ledger.domain.staff import Staff
from ledger.domain.structuring import related_to
from ledger.errors import Refused
from ledger.journal import Entry
from ledger.verification import Wrong
from proto.values import InvalidMoney, Money

SUMS_BY_EACH_LIMIT: Final = 2
"""The version of the rules from which a policy tells all its limits."""


class _Told(Struct, frozen=True):
    """What a signed policy tells, as far as it is believed or compared."""

    rules_version: int
    limit_kind: str
    limit: str
    sum: str
    sum_limit: str
    related_request_ids: tuple[str, ...]
    senior_threshold: str
    senior_limit: str
    limits: dict[str, str] = {}
    sum_of_all: str = ""


def named_in(text: str) -> tuple[str, ...]:
    """Give the related requests that a signed policy names; none where it cannot be read."""
    try:
        return msgspec.json.decode(text, type=_Told).related_request_ids
    except msgspec.MsgspecError:
        return ()


def tells_what_moves(text: str) -> bool:
    """Tell whether the amount is all that moves; before, a correction named the new one alone."""
    return msgspec.json.decode(text, type=_Told).rules_version >= SUMS_BY_EACH_LIMIT


def check_policy(
    entry: Entry, request: Request, approver: Staff, text: str, others: Mapping[str, Request]
) -> None:
    """Raise Wrong unless the approver's limits reached, alone and for the sum, and were these.

    `others` are the customer's requests that stood then, as far as the walk has seen them.
    """
    try:
        told = msgspec.json.decode(text, type=_Told)
        limits = {kind: Money.parse(each) for kind, each in told.limits.items()}
        limits[KINDS[request.kind].limit_kind] = Money.parse(told.limit)
        limits["write_off"] = Money.parse(told.senior_limit)
        threshold = Money.parse(told.senior_threshold)
        sums = [Money.parse(each) for each in (told.sum, told.sum_limit)]
    except (msgspec.MsgspecError, InvalidMoney):
        raise Wrong(entry, "the policy that was signed cannot be read") from None
    for kind, limit in limits.items():
        own = approver.limits.get(kind)
        if own is not None and own != limit:
            raise Wrong(entry, f"its policy tells a limit of {limit}; the approver's own was {own}")
    limit = Money.parse(told.limit)
    if request.amount > limit:
        raise Wrong(entry, f"{request.amount} is above the approver's limit of {limit}")
    related = _related(entry, request, told, others)
    if told.rules_version < SUMS_BY_EACH_LIMIT:
        _check_old_sum(entry, sums, threshold, limits["write_off"])
        return
    rules = msgspec.structs.replace(DEFAULT_RULES, senior_threshold=threshold)
    policy = policy_of(
        request, Permissions(approver.staff_id, approver.roles, limits), related, rules
    )
    if policy.text != text:
        raise Wrong(entry, "the policy that was signed is not what the journal makes of it")
    try:
        check_limit(policy)
    except Refused as refused:
        raise Wrong(entry, f"the approver's limits did not reach: {refused.sentence}") from None


def _related(
    entry: Entry, request: Request, told: _Told, others: Mapping[str, Request]
) -> tuple[Request, ...]:
    """Give the requests that the policy names; what the requester asked for besides is wrong.

    Another sign-in of the requester's is believed: who is the same person is told better
    every year.
    """
    for request_id in told.related_request_ids:
        if request_id not in others:
            raise Wrong(entry, f"its policy names {request_id}, no request of the customer's then")
    must = related_to(
        others.values(),
        requested_by=frozenset({request.requested_by}),
        asked_at=request.asked_at,
        hours=DEFAULT_RULES.structuring_hours,
        but=request.request_id,
    )
    for each in must:
        if each.request_id not in told.related_request_ids:
            raise Wrong(entry, f"its policy leaves out {each.request_id} of the same requester")
    return tuple(others[request_id] for request_id in told.related_request_ids)


def _check_old_sum(entry: Entry, sums: list[Money], threshold: Money, senior_limit: Money) -> None:
    """Hold a policy of the first rules against itself: one sum, and the highest limit."""
    summed, limit = sums
    if summed > limit:
        raise Wrong(entry, f"the sum of {summed} is above the approver's limit of {limit}")
    if summed > threshold >= senior_limit:
        raise Wrong(entry, f"above {threshold} its approver was not senior")
