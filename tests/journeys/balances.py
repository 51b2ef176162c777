"""An account's balances where they are told: on the screen, in MongoDB, and by the ledger."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import grpc
from playwright.sync_api import Page
from pymongo.database import Database

from dashboard.formats import money
from embedded import keys
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from proto.documents import LOAN_ACCOUNTS
from proto.values import Money

FIGURES: Final = ("Principal", "Interest", "Fees", "Total owing")


def on_screen(page: Page) -> dict[str, str]:
    """Read the figures of the page."""
    values = {}
    for label in FIGURES:
        metric = page.get_by_test_id("stMetric").filter(has_text=label).first
        values[label] = metric.get_by_test_id("stMetricValue").inner_text().strip()
    return values


def in_ledger(product: Running, account_id: str) -> ledger.GetBalanceResponse:
    """Ask the ledger."""
    key = keys.private_key(Path(product.keys_dir), "command-line")
    token = mint(
        key, issuer="command-line", actor_id="system", session_id="test", now=datetime.now(UTC)
    )
    with grpc.insecure_channel(product.ledger_address) as channel:
        return AccountingLedgerServiceStub(channel).GetBalance(
            ledger.GetBalanceRequest(loan_account_id=account_id),
            metadata=((METADATA_KEY, f"Bearer {token}"),),
            timeout=60,
        )


def agree(
    product: Running, read_models: Database[dict[str, Any]], page: Page, account_id: str
) -> None:
    """Assert that the screen, MongoDB and the ledger tell the same to the cent."""
    stored = read_models[LOAN_ACCOUNTS.name].find_one({"_id": account_id})
    assert stored is not None
    balances, books = stored["balances"], in_ledger(product, account_id)
    by_label = {
        "Principal": (balances["principal"], books.principal_balance),
        "Interest": (balances["interest"], books.interest_balance),
        "Fees": (balances["fees"], books.fee_balance),
        "Total owing": (balances["totalOutstanding"], books.total_outstanding),
    }
    told = {
        label: tuple(money(Money.parse(str(each))) for each in both)
        for label, both in by_label.items()
    }
    assert told == {label: (amount, amount) for label, amount in on_screen(page).items()}
    assert stored["ver"] == books.account_version
