"""What the ledger answers to a command and to its preview, as the desk shows it."""

from typing import Final

from msgspec import Struct

from dashboard.formats import wire_money
from dashboard.ledger_client import LedgerRefused
from dashboard.queries.health import Health
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Money

READ_ONLY: Final = "READ_ONLY"
STALE_VERSION: Final = "STALE_VERSION"
APPROVAL_REQUIRED: Final = "APPROVAL_REQUIRED"


class Balances(Struct, frozen=True):
    """An account's figures before or after a command."""

    principal: Money
    interest: Money
    fees: Money
    overpayment: Money
    total: Money
    account_status: str
    account_version: int


class Preview(Struct, frozen=True):
    """What a command would do. `refusal` is the rule's sentence where it may not."""

    allowed: bool
    refusal: str = ""
    reason: str = ""
    before: Balances | None = None
    after: Balances | None = None
    overpayment: Money = Money(0)
    instalments: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    own_limit: Money | None = None

    @property
    def needs_approval(self) -> bool:
        """Whether somebody else may approve what this person may not do alone."""
        return self.reason == APPROVAL_REQUIRED


class Done(Struct, frozen=True):
    """The ledger said yes: the version and the balances after the command's last event.

    `account_version` is 0 where the ledger in use gives none.
    """

    transaction_id: str
    account_version: int
    principal: Money | None
    interest: Money | None
    fees: Money | None
    total: Money | None
    was_done_before: bool


def check_writable(health: Health) -> None:
    """Refuse every change while the projector or the ledger is lost."""
    if health.read_only:
        raise LedgerRefused(READ_ONLY, health.sentence)


def read_done(response: ledger.TransactionResponse) -> Done:
    """Read the answer to a command."""
    posted = response.transaction
    return Done(
        posted.transaction_id,
        posted.account_version,
        wire_money(posted.principal_after),
        wire_money(posted.interest_after),
        wire_money(posted.fee_after),
        wire_money(posted.total_after),
        response.idempotent_replay,
    )


def read_preview(response: servicing.PreviewResponse) -> Preview:
    """Read the answer to a preview."""
    posted = response.transaction
    return Preview(
        allowed=response.allowed,
        refusal=response.refusal.sentence,
        reason=response.refusal.reason,
        before=_balances(response.before) if response.HasField("before") else None,
        after=_balances(response.after) if response.HasField("after") else None,
        overpayment=wire_money(posted.overpayment) or Money(0),
        instalments=tuple(each.payment_number for each in posted.applied_to_instalments),
        warnings=tuple(response.warnings),
        own_limit=wire_money(response.actor_limit),
    )


def _balances(sent: servicing.Balances) -> Balances:
    return Balances(
        wire_money(sent.principal) or Money(0),
        wire_money(sent.interest) or Money(0),
        wire_money(sent.fees) or Money(0),
        wire_money(sent.overpayment) or Money(0),
        wire_money(sent.total_outstanding) or Money(0),
        sent.account_status,
        sent.account_version,
    )
