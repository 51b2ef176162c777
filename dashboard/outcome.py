"""What one try of an intent comes to: done, refused, never sent, or not known."""

from typing import Final

from msgspec import Struct

from dashboard.commands.answers import Balances, Done
from dashboard.commands.staff_change import StaffChanged
from dashboard.ledger_client import (
    ABOUT_THE_ACTOR,
    Caller,
    LedgerClient,
    LedgerFault,
    LedgerRefused,
    OutcomeUnknown,
)
from dashboard.operation import NOT_SENT, Operation
from dashboard.sessions import SessionEnded
from proto.values import Money

IN_DOUBT: Final = "It may have been done before."
_SAYS_NOTHING = frozenset(each.name for each in ABOUT_THE_ACTOR)


class Outcome(Struct, frozen=True, kw_only=True):
    """Where the intent stands now; the version is that of what it changed, as answered."""

    state: str
    reason: str = ""
    sentence: str = ""
    account_version: int = 0
    after: Balances | None = None


def sent(operation: Operation, client: LedgerClient, caller: Caller, *, in_doubt: bool) -> Outcome:
    """Send it and tell what came of it.

    What an earlier try may have done stays `in_doubt` until the ledger itself has looked its
    key up: that a later try did not arrive, or was not let in, says nothing about the first.
    """
    try:
        done = operation.command.send(client, caller, operation.key)
    except (LedgerRefused, LedgerFault, SessionEnded) as no:
        failed, was_looked_up = _failed(no)
        if in_doubt and not was_looked_up:
            told = f"{_words(no)} {IN_DOUBT}"
            return Outcome(state="unknown", reason="NOT_LOOKED_UP", sentence=told)
        return failed
    except OutcomeUnknown as doubt:
        sentence = f"{doubt.sentence} It may have been done (reference {doubt.reference})."
        return Outcome(state="unknown", reason=doubt.status, sentence=sentence)
    if isinstance(done, StaffChanged):
        return Outcome(state="synced", account_version=done.version)
    if not isinstance(done, Done):
        return Outcome(state="synced")
    return Outcome(
        state="synced" if operation.command.is_request else "saved",
        account_version=done.account_version,
        after=_answered(operation, done),
    )


def _failed(no: LedgerRefused | LedgerFault | SessionEnded) -> tuple[Outcome, bool]:
    """Give the failure of a first try, and whether the ledger had looked the key up."""
    if isinstance(no, LedgerRefused):
        refused = Outcome(state="refused", reason=no.reason, sentence=no.sentence)
        return refused, no.status not in _SAYS_NOTHING
    if isinstance(no, LedgerFault):
        sentence = f"{no.sentence} Nothing was changed (reference {no.reference})."
        return Outcome(state="refused", reason=NOT_SENT, sentence=sentence), False
    return Outcome(state="refused", reason=NOT_SENT, sentence=str(no)), False


def _words(no: LedgerRefused | LedgerFault | SessionEnded) -> str:
    return str(no) if isinstance(no, SessionEnded) else no.sentence


def _answered(operation: Operation, done: Done) -> Balances | None:
    """Correct what the preview promised by what the ledger answered."""
    if done.total is None:
        return operation.after
    promised = operation.after
    return Balances(
        principal=done.principal or Money(0),
        interest=done.interest or Money(0),
        fees=done.fees or Money(0),
        overpayment=promised.overpayment if promised else Money(0),
        total=done.total,
        account_status=promised.account_status if promised else "",
        account_version=done.account_version,
    )
