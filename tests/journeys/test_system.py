"""The administrator's eye on the machine: a stopped part, a changed document, the switch."""

import contextlib
import os
import signal
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from bson import Decimal128
from playwright.sync_api import BrowserContext, Page, expect
from pymongo.database import Database

from embedded import keys
from embedded.running import Running
from proto import documents
from proto import servicing_pb2 as servicing
from proto.actor_token import METADATA_KEY, mint
from proto.servicing_pb2_grpc import OperationsServiceStub
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.hands import until
from tests.told_times import Took

pytestmark = pytest.mark.browser


@pytest.fixture
def projector_pid(product: Running) -> Iterator[int]:
    """The projector's process, which goes on whatever the test did to it."""
    pid = product.parts["projector"]
    yield pid
    with contextlib.suppress(ProcessLookupError):  # the supervisor may have made another
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def _takes_changes(product: Running) -> Iterator[None]:
    """Let the ledger take changes afterwards, whatever the test did."""
    yield
    key = keys.private_key(Path(product.keys_dir), "desk")
    now = datetime.now(UTC)
    token = mint(key, issuer="desk", actor_id="staff-admin", session_id="test", now=now)
    request = servicing.SetReadOnlyRequest(
        read_only=False, reason="The test is over", idempotency_key=uuid.uuid4().hex
    )
    with grpc.insecure_channel(product.ledger_address) as channel:
        metadata = ((METADATA_KEY, f"Bearer {token}"),)
        OperationsServiceStub(channel).SetReadOnly(request, metadata=metadata)


def watch_the_projector_stop(page: Page, pid: int) -> None:
    """Stop it: it is named as lost, the rest of the page works; let it go on: it is well."""
    # While a page is drawn anew below a banner, a table can stand there twice for a moment.
    parts = page.get_by_role("table", name="Parts").first
    projector = parts.get_by_role("row").filter(has_text="Projector")
    expect(projector).to_contain_text("Well", timeout=PATIENCE_MS)
    os.kill(pid, signal.SIGSTOP)
    expect(projector).to_contain_text("Lost", timeout=PATIENCE_MS)
    expect(projector).to_contain_text("The projector does not answer")
    expect(parts.get_by_role("row").filter(has_text="Ledger")).to_contain_text("Well")
    expect(page.get_by_role("table", name="Signed head").first).to_be_visible()
    os.kill(pid, signal.SIGCONT)
    expect(projector).to_contain_text("Well", timeout=PATIENCE_MS)


def watch_a_changed_document(page: Page, read_models: Database[dict[str, Any]]) -> None:
    """Change a balance behind the ledger's back: it is found, named, opened, and healed."""
    accounts = read_models[documents.LOAN_ACCOUNTS.name]
    account = accounts.find_one({"source": "ledger", "accountStatus": "paid_off"})
    assert account is not None
    where, field = {"_id": account["_id"]}, "balances.totalPaid"
    expect(page.get_by_text("No account differs from the ledger.")).to_be_visible()
    accounts.update_one(where, {"$set": {field: Decimal128("0.07")}})
    try:
        row = page.get_by_role("table", name="Mismatches").get_by_role("row")
        found = row.filter(has_text=field)
        expect(found).to_contain_text("0.07", timeout=PATIENCE_MS)
        expect(found).to_contain_text(account["_id"])
        expect(found).to_contain_text(f"{account['_id']}:")
    finally:
        accounts.update_one(where, {"$set": {field: account["balances"]["totalPaid"]}})
    expect(page.get_by_text("No account differs from the ledger.")).to_be_visible(
        timeout=PATIENCE_MS
    )


def throw_the_switch(page: Page) -> None:
    """Switch the ledger to read-only with a reason, and back."""
    page.get_by_role("button", name="Switch to read-only").first.click()
    page.get_by_label("Reason").fill("Moving house")
    page.get_by_role("button", name="Switch to read-only").last.click()
    told = page.get_by_text("Alex Kim set it so").first
    expect(told).to_contain_text("Moving house", timeout=PATIENCE_MS)
    expect(page.get_by_text("has switched the ledger to read-only").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.get_by_role("button", name="Take changes again").first.click()
    page.get_by_label("Reason").fill("Moved")
    page.get_by_role("button", name="Take changes again").last.click()
    expect(told).to_contain_text("Moved", timeout=PATIENCE_MS)
    expect(page.get_by_text("The ledger takes changes.").first).to_be_visible(timeout=PATIENCE_MS)


def rebuild_what_is_shown(page: Page, read_models: Database[dict[str, Any]]) -> None:
    """A balance that somebody changed is as the events make it afterwards."""
    accounts = read_models[documents.LOAN_ACCOUNTS.name]
    account = accounts.find_one({"source": "ledger", "accountStatus": "paid_off"})
    assert account is not None
    wrong = {"$set": {"balances.totalPaid": Decimal128("0.07")}}
    accounts.update_one({"_id": account["_id"]}, wrong)
    expect(page.get_by_text("has switched the ledger to read-only")).to_have_count(0)
    page.get_by_role("button", name="Rebuild what the screens show").first.click()
    asking = page.get_by_role("dialog").get_by_role("button", name="Rebuild what the screens show")
    asking.click()
    right = {"_id": account["_id"], "balances.totalPaid": account["balances"]["totalPaid"]}
    until(lambda: bool(accounts.count_documents(right)), "the balance is as the events make it")
    expect(page.get_by_text("Last rebuilt").first).to_contain_text("mended", timeout=PATIENCE_MS)


@pytest.mark.usefixtures("_takes_changes")
def test_an_administrator_sees_what_is_the_matter(
    product: Running,
    context: BrowserContext,
    read_models: Database[dict[str, Any]],
    projector_pid: int,
    took: Took,
) -> None:
    """A part that stands still, a document that somebody changed, a ledger that was locked."""
    began = time.monotonic()
    desk = Desk(product, context)
    desk.open("/system")
    desk.sign_in("admin")
    watch_a_changed_document(desk.page, read_models)
    watch_the_projector_stop(desk.page, projector_pid)
    throw_the_switch(desk.page)
    rebuild_what_is_shown(desk.page, read_models)
    took("3 administrator, parts and the switch", time.monotonic() - began)
