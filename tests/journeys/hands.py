"""What a journey needs beside a browser: sign-ins at once, accounts of its own, calls by hand."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import redis
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pymongo.database import Database

from dashboard.session import COOKIE
from dashboard.sessions import Sessions
from embedded.running import Running
from proto.documents import LOAN_ACCOUNTS, TRANSACTIONS
from tests.browser.fixtures import shown
from tests.journeys.desk import PATIENCE_MS
from tests.ledger_caller import Caller
from tests.loan_requests import open_loan_request

ReadModels = Database[dict[str, Any]]
WAIT_SECONDS_MAX: Final = 60.0


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)


def by_hand(product: Running, actor_id: str) -> Caller:
    """Call the ledger as somebody, past every screen."""
    return Caller(product.ledger_address, Path(product.keys_dir), actor_id)


class Books:
    """The product's ledger, called as anybody: what the ledger's own tests ask of theirs."""

    def __init__(self, product: Running) -> None:
        self._product = product
        self._callers: dict[str, Caller] = {}

    def caller(self, actor_id: str) -> Caller:
        """Give a connection as one actor."""
        if actor_id not in self._callers:
            self._callers[actor_id] = by_hand(self._product, actor_id)
        return self._callers[actor_id]

    @property
    def system(self) -> Caller:
        """The command line's actor."""
        return self.caller("system")

    def close(self) -> None:
        """End the connections."""
        for each in self._callers.values():
            each.close()


@contextmanager
def signed_in(
    product: Running, browser: Browser, staff_id: str, url: str = ""
) -> Iterator[BrowserContext]:
    """Give somebody's browser with a session that the server started without a password."""
    with redis.Redis.from_url(product.redis_url) as client:
        secret = Sessions(client).start(staff_id)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": COOKIE, "value": secret, "url": url or product.dashboard_url}])
    try:
        yield context
    except Exception as error:
        error.add_note(shown([context]))
        raise
    finally:
        context.close()


def own_account(product: Running, read_models: ReadModels, late_fee: str = "") -> str:
    """Open an account that no other journey uses, and wait until the screens know it."""
    system = by_hand(product, "system")
    account_id = f"LOAN-0999-{uuid.uuid4().hex[:10]}"
    system.active_loan(open_loan_request(account_id=account_id))
    if late_fee:
        system.late_fee(account_id, late_fee)
    version = system.balance(account_id).account_version
    system.close()
    accounts = read_models[LOAN_ACCOUNTS.name]
    shown = {"_id": account_id, "ver": {"$gte": version}}
    until(lambda: accounts.count_documents(shown) == 1, f"{account_id} on the screens")
    return account_id


def place_of(account_id: str) -> str:
    """Give an account's address at the desk."""
    return f"/customer?account={account_id}"


def posted(read_models: ReadModels, account_id: str, kind: str) -> list[str]:
    """List the amounts of a kind that were posted to an account, oldest first."""
    mine = {"loanAccountId": account_id, "type": kind}
    found = read_models[TRANSACTIONS.name].find(mine).sort("position", 1)
    return [str(each["amount"]) for each in found]


def open_account(page: Page, url: str, account_id: str) -> None:
    """Open an account at the desk and wait until it is there."""
    page.goto(f"{url}{place_of(account_id)}")
    expect(page.get_by_role("heading", name=f"N-{account_id}").first).to_be_visible()


def total_owing(page: Page) -> str:
    """Read what is owed."""
    metric = page.get_by_test_id("stMetric").filter(has_text="Total owing").first
    return metric.get_by_test_id("stMetricValue").inner_text().strip()
