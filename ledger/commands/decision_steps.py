"""Steps of whoever decides a request: they may, are somebody else, saw it, and signed it."""

import base64
from datetime import timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from ledger.commands import binding, request_steps
from ledger.commands.command import Facts
from ledger.commands.request_steps import RequestCommand
from ledger.domain.identity import act_for_each_other, sign_ins_of
from ledger.domain.loan import Loan
from ledger.domain.policy import Policy, check_limit, policy_of
from ledger.domain.request import Request
from ledger.domain.staff import Staff
from ledger.errors import Refusal, Refused
from proto import decision
from proto.values import Instant, Key

CLOCKS_APART_MAX: Final = timedelta(minutes=5)
DIFFERENCES_TOLD_MAX: Final = 5


class SignedDecision(RequestCommand, frozen=True, kw_only=True):
    """Approve or reject: the comment, and what the approver's key has signed."""

    comment: str
    signature: bytes
    key_id: Key
    account_version: int
    changes_seen: bool
    decided_at: Instant
    comment_salt: bytes
    policy: str


class Signed(Struct, frozen=True):
    """A statement that was found to be signed, as it is recorded."""

    statement: str
    signature: str
    staff: Staff


def check_segregation(request: Request, facts: Facts) -> None:
    """Refuse who asked, another sign-in of theirs, and whoever acts for them or they for.

    A requester who was disabled since, or has other roles, leaves the request as it is: the
    approver answers for it. To ask for it again takes the right anew.
    """
    everybody = facts.look.staff()
    requester = request_steps.staff_of(request.requested_by, facts)
    approver = request_steps.staff_of(facts.actor_id, facts)
    theirs, mine = sign_ins_of(requester, everybody), sign_ins_of(approver, everybody)
    if approver.staff_id == requester.staff_id:
        raise _own("Nobody decides their own request.")
    if not theirs.isdisjoint(mine):
        raise _own(f"Your sign-in and {requester.staff_id}, who asked, are the same person's.")
    if act_for_each_other(theirs, mine, everybody):
        raise _own(f"You and {requester.staff_id}, who asked, act for each other.")


def _own(sentence: str) -> Refused:
    return Refused(Refusal.OWN_REQUEST, f"{sentence} Ask another approver to look at it.")


def policy_for(request: Request, facts: Facts) -> Policy:
    """Put the policy together for who acts."""
    related = request_steps.related_now(request, facts)
    return policy_of(request, facts.permissions, related, facts.rules)


def check_may_decide(request: Request, facts: Facts) -> Policy:
    """Refuse what is not pending, one's own, or above one's limit; give the policy."""
    request_steps.still_pending(request, facts.at)
    check_segregation(request, facts)
    policy = policy_for(request, facts)
    check_limit(policy)
    return policy


def check_signed(
    request: Request, command: SignedDecision, policy: Policy, verb: decision.Decision, facts: Facts
) -> Signed:
    """Refuse a statement that is not this one, or that the approver's key did not sign."""
    if command.policy != policy.text:
        raise Refused(
            Refusal.POLICY_CHANGED,
            "The rule for this request is not the one that you signed. Look at it again.",
            field="policy",
        )
    if abs(facts.at - command.decided_at) > CLOCKS_APART_MAX:
        raise Refused(
            Refusal.DECIDED_AT_OFF,
            f"decided_at is more than five minutes from the ledger's clock ({facts.at}). "
            "Decide again.",
            field="decided_at",
        )
    statement = decision.statement(
        request_id=request.request_id,
        request_hash=request.command_hash,
        decision=verb,
        comment_hash=decision.comment_hash(command.comment_salt, command.comment),
        approver=facts.actor_id,
        account_version=command.account_version,
        changes_seen=command.changes_seen,
        policy=command.policy,
        decided_at=command.decided_at,
    )
    staff = request_steps.staff_of(facts.actor_id, facts)
    _verify(staff, command, statement)
    return Signed(statement.decode(), base64.b64encode(command.signature).decode(), staff)


def _verify(staff: Staff, command: SignedDecision, statement: bytes) -> None:
    """Refuse a signature that is not of this statement by the approver's own good key."""
    key = next((each for each in staff.keys if each.key_id == command.key_id), None)
    if key is None or key.is_revoked:
        was = "was revoked" if key else "is none of yours"
        raise Refused(
            Refusal.NO_SUCH_KEY,
            f"The key {command.key_id or '(none)'} {was}. Enrol a key, then decide again.",
            field="key_id",
        )
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key))
        public.verify(command.signature, statement)
    except InvalidSignature:
        raise Refused(
            Refusal.BAD_SIGNATURE,
            "The signature is not of this decision by your key. Decide again.",
            field="signature",
        ) from None


def check_seen(request: Request, loan: Loan, command: SignedDecision) -> None:
    """Refuse an account that is not any more what was asked about, unless it was looked at."""
    changed = binding.differences(request.snapshot, binding.snapshot_of(loan))
    seen = command.account_version
    if not request.account_version <= seen <= loan.version:
        raise Refused(
            Refusal.STALE_REQUEST,
            f"The account is at version {loan.version}, asked about at "
            f"{request.account_version}; you saw {seen}. Look at it again.",
            field="account_version",
            current_version=loan.version,
        )
    if changed and not (command.changes_seen and seen == loan.version):
        raise Refused(
            Refusal.STALE_REQUEST,
            f"The account has changed since it was asked: {told(changed)}. Look at it again.",
            field="account_version",
            current_version=loan.version,
        )


def told(changed: tuple[binding.Difference, ...]) -> str:
    """Say what has changed, the first few of it."""
    shown = [
        f"{each.field} was {each.requested}, is {each.now}"
        for each in changed[:DIFFERENCES_TOLD_MAX]
    ]
    more = len(changed) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def sealed_comment(
    request: Request, name: str, command: SignedDecision, facts: Facts
) -> dict[str, str]:
    """Seal the comment and its salt: with the customer's key both are erased."""
    texts = {name: command.comment, "comment_salt": command.comment_salt.hex()}
    return {each: facts.look.seal(request.customer_id, each, text) for each, text in texts.items()}
