"""The rule by which one approver may decide one request, as the text that they sign."""

from typing import Final

from msgspec import Struct

from ledger.domain.approvals import KINDS
from ledger.domain.money import dollars
from ledger.domain.request import Request
from ledger.domain.rights import Permissions
from ledger.domain.rules import Rules
from ledger.domain.splitting import Sum, fullest, sum_under, sums_with
from ledger.domain.structuring import parts_of
from ledger.errors import Refusal, Refused
from proto import codec
from proto.values import Money

RULES_VERSION: Final = 2
"""By version 1 a sum was held against the highest of the limits of the kinds in it."""


class Policy(Struct, frozen=True, kw_only=True):
    """What is held against what: the amount, the sum, and the approver's limits."""

    approver: str
    kind: str
    limit_kind: str
    amount: Money
    limits: dict[str, Money]
    """The approver's own, for each kind of limit that the request and its related have."""
    summed: Sum
    """Of the sums that the request is part of, the one that leaves the least of its limit."""
    everything: Sum
    """The request and all its related, under the senior threshold."""
    related: tuple[str, ...]
    senior_limit: Money

    @property
    def limit(self) -> Money:
        """The approver's limit for what is asked for."""
        return self.limits[self.limit_kind]

    @property
    def senior_threshold(self) -> Money:
        """Above it an approver must be senior."""
        return self.everything.limit

    @property
    def needs_senior(self) -> bool:
        """Whether all of it together is above the senior threshold."""
        return self.everything.is_over

    @property
    def is_senior(self) -> bool:
        """Whether the approver's write-off limit is above the senior threshold."""
        return self.senior_limit > self.senior_threshold

    @property
    def is_structuring(self) -> bool:
        """Whether only the sum passes the approver's limit, or the senior threshold."""
        alone = self.amount <= self.limit and self.amount <= self.senior_threshold
        return alone and (self.summed.is_over or self.needs_senior)

    @property
    def text(self) -> str:
        """Write the policy as canonical JSON, to be signed as it stands."""
        rule = "structuring" if self.is_structuring else "senior" if self.needs_senior else "limit"
        return codec.canonical(
            {
                "rules_version": RULES_VERSION,
                "rule": rule,
                "approver": self.approver,
                "kind": self.kind,
                "limit_kind": self.limit_kind,
                "limit": str(self.limit),
                "amount": str(self.amount),
                "limits": {kind: str(limit) for kind, limit in self.limits.items()},
                "sum": str(self.summed.total),
                "sum_limit": str(self.summed.limit),
                "sum_of_all": str(self.everything.total),
                "related_request_ids": list(self.related),
                "senior_threshold": str(self.senior_threshold),
                "senior_limit": str(self.senior_limit),
                "structuring": self.is_structuring,
            }
        ).decode()


def policy_of(
    request: Request, approver: Permissions, related: tuple[Request, ...], rules: Rules
) -> Policy:
    """Put the policy together for an approver, as of this moment."""
    kind = KINDS[request.kind]
    others = parts_of(related)
    kinds = {kind.limit_kind, *(each for each, _ in others)}
    sums = sums_with(kind.limit_kind, request.amount, others, approver.limit)
    everything = (request.amount, *(each for _, each in others))
    return Policy(
        approver=approver.actor_id,
        kind=kind.name,
        limit_kind=kind.limit_kind,
        amount=request.amount,
        limits={each: approver.limit(each) for each in sorted(kinds)},
        summed=fullest(sums),
        everything=sum_under(rules.senior_threshold, everything),
        related=tuple(each.request_id for each in related),
        senior_limit=approver.limit("write_off"),
    )


def check_limit(policy: Policy) -> None:
    """Refuse an approver whose own limit does not reach, alone or for the sum."""
    if policy.amount > policy.limit:
        raise _too_low(
            f"{dollars(policy.amount)} is above your {policy.limit_kind.replace('_', '-')} limit "
            f"of {dollars(policy.limit)}.",
            policy.limit,
        )
    if policy.summed.is_over:
        others = policy.summed.count - 1
        raise _too_low(
            f"With {others} other request{'s' * (others > 1)} of the same person for this customer "
            f"within a day this makes {dollars(policy.summed.total)}, above your limit of "
            f"{dollars(policy.summed.limit)}.",
            policy.summed.limit,
        )
    if policy.needs_senior and not policy.is_senior:
        raise _too_low(
            f"Above {dollars(policy.senior_threshold)} it takes a senior approver, whose own "
            "write-off limit is higher than that.",
            policy.senior_threshold,
        )


def _too_low(sentence: str, limit: Money) -> Refused:
    return Refused(
        Refusal.LIMIT_TOO_LOW, f"{sentence} Someone with a higher limit must decide.", limit=limit
    )
