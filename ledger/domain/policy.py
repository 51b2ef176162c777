"""The rule by which one approver may decide one request, as the text that they sign."""

from typing import Final

from msgspec import Struct

from ledger.domain.approvals import KINDS
from ledger.domain.money import dollars
from ledger.domain.request import Request
from ledger.domain.rights import Permissions
from ledger.domain.rules import Rules
from ledger.domain.structuring import limit_kinds, sum_with
from ledger.errors import Refusal, Refused
from proto import codec
from proto.values import Money

RULES_VERSION: Final = 1


class Policy(Struct, frozen=True, kw_only=True):
    """What is held against what: the amount, the sum, and the approver's limits."""

    approver: str
    kind: str
    limit_kind: str
    amount: Money
    limit: Money
    summed: Money
    sum_limit: Money
    """The highest of the limits of the kinds that are in the sum."""
    related: tuple[str, ...]
    senior_threshold: Money
    senior_limit: Money

    @property
    def needs_senior(self) -> bool:
        """Whether the sum is above the senior threshold."""
        return self.summed > self.senior_threshold

    @property
    def is_senior(self) -> bool:
        """Whether the approver's write-off limit is above the senior threshold."""
        return self.senior_limit > self.senior_threshold

    @property
    def is_structuring(self) -> bool:
        """Whether only the sum passes the approver's limit, or the senior threshold."""
        alone = self.amount <= self.limit and self.amount <= self.senior_threshold
        return alone and (self.summed > self.sum_limit or self.needs_senior)

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
                "sum": str(self.summed),
                "sum_limit": str(self.sum_limit),
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
    kinds = limit_kinds(kind, related)
    return Policy(
        approver=approver.actor_id,
        kind=kind.name,
        limit_kind=kind.limit_kind,
        amount=request.amount,
        limit=approver.limit(kind.limit_kind),
        summed=sum_with(request.amount, related),
        sum_limit=max(approver.limit(each) for each in kinds),
        related=tuple(each.request_id for each in related),
        senior_threshold=rules.senior_threshold,
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
    if policy.summed > policy.sum_limit:
        raise _too_low(
            f"With {len(policy.related)} other of the requester's for this customer within a day "
            f"this makes {dollars(policy.summed)}, above your limit of "
            f"{dollars(policy.sum_limit)}.",
            policy.sum_limit,
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
