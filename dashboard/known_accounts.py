"""Whether the ledger in use knows an account, and what it says is owed.

An account with a version is our own ledger's. Of any other the ledger is asked once for each
state of the projection: an outside ledger serves its accounts like any, and tells the parts of
a balance that the outside feed leaves out.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Literal

import grpc
from msgspec import Struct, structs

from dashboard.formats import wire_money
from dashboard.ledger_client import Caller, LedgerClient, LedgerFault, LedgerRefused
from dashboard.queries.accounts import AccountView, BalancesView
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

Standing = Literal["served", "unknown", "not_told"]

KEPT_SECONDS: Final = 60.0
KEPT_MAX: Final = 5_000
SENTENCES: Final[dict[Standing, str]] = {
    "served": "",
    "unknown": "This account came with an outside feed, and the ledger in use does not know it:"
    " it is here for reading.",
    "not_told": "This account came with an outside feed, and the ledger in use does not tell now"
    " whether it knows it: until then it is here for reading.",
}
"""Why an account is for reading; empty where it is not."""


class Known(Struct, frozen=True):
    """What is known of an account: who serves it, and the ledger's own balances if asked for."""

    standing: Standing
    balances: BalancesView | None = None

    @property
    def is_served(self) -> bool:
        """Whether commands are possible."""
        return self.standing == "served"

    @property
    def sentence(self) -> str:
        """Why it is for reading; empty where it is not."""
        return SENTENCES[self.standing]

    def completed(self, account: AccountView) -> AccountView:
        """Fill in the parts that the feed left out, where both agree on what is owed."""
        asked, shown = self.balances, account.figures
        if asked is None or shown.principal is not None:
            return account
        if asked.total_outstanding != shown.total_outstanding:
            return account
        parts = {
            name: value
            for name in ("principal", "interest", "fees")
            if (value := getattr(asked, name)) is not None
        }
        return structs.replace(account, balances=structs.replace(shown, **parts))


OURS: Final = Known("served")
NOT_TOLD: Final = Known("not_told")


class KnownAccounts:
    """Asks the ledger about accounts without a version, and keeps its answers for a minute."""

    def __init__(self, client: LedgerClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, Money | None], tuple[Known, float]] = {}

    def look(self, account: AccountView, caller: Caller) -> Known:
        """Tell whether the ledger knows it; an answer that did not come is not kept."""
        if account.ver is not None:
            return OURS
        key = (str(account.loan_account_id), account.figures.total_outstanding)
        now = self._clock()
        with self._lock:
            known, until = self._kept.get(key, (NOT_TOLD, now))
        if until > now:
            return known
        known = self._ask(account.loan_account_id, caller)
        if known.standing != "not_told":
            with self._lock:
                if len(self._kept) >= KEPT_MAX:
                    self._kept.clear()
                self._kept[key] = known, now + KEPT_SECONDS
        return known

    def _ask(self, loan_account_id: str, caller: Caller) -> Known:
        try:
            answer = self._client.get_balance(loan_account_id, caller)
        except LedgerRefused as no:
            is_unknown = no.status == grpc.StatusCode.NOT_FOUND.name
            return Known("unknown") if is_unknown else NOT_TOLD
        except LedgerFault:
            return NOT_TOLD
        return Known("served", _balances(answer))


def _balances(answer: ledger.GetBalanceResponse) -> BalancesView:
    """Read what is owed; an older ledger knows no interest, so there is none."""
    return BalancesView(
        total_outstanding=wire_money(answer.total_outstanding),
        principal=wire_money(answer.principal_balance),
        interest=wire_money(answer.interest_balance) or Money(0),
        fees=wire_money(answer.fee_balance),
    )
