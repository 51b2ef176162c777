"""The auditor's story: waivers for staff by amount, the largest proven and marked; one tampered."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pymongo.collection import Collection
from pymongo.database import Database

from embedded import keys
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto import documents
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from proto.values import Money
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.keyboard import expect_focus, tab_to
from tests.told_times import Took

pytestmark = pytest.mark.browser

WHO: Final = "staff-supervisor"
ADDRESS: Final = "/audit?type=waivers&staff=true&period=30-days"


def waived_for_staff(product: Running, read_models: Database[dict[str, Any]], count: int) -> None:
    """Charge and waive late fees on accounts of a customer who is flagged as staff."""
    key = keys.private_key(Path(product.keys_dir), "desk")
    now = datetime.now(UTC)
    token = mint(key, issuer="desk", actor_id=WHO, session_id="test", now=now)
    metadata = ((METADATA_KEY, f"Bearer {token}"),)
    accounts = read_models[documents.LOAN_ACCOUNTS.name]
    # Accounts that were charged a late fee are those of other journeys.
    others = {"source": "ledger", "fees.type": {"$ne": "LATE_FEE"}}
    account = accounts.find_one({"accountStatus": {"$in": ["in_arrears", "active"]}, **others})
    assert account is not None
    staff = {"$set": {"staffFlag": True}}
    read_models[documents.CUSTOMERS.name].update_one({"_id": account["customerIdString"]}, staff)
    with grpc.insecure_channel(product.ledger_address) as channel:
        stub = AccountingLedgerServiceStub(channel)
        for each in range(count):
            stub.MakeAdjustment(
                ledger.MakeAdjustmentRequest(
                    loan_account_id=account["loanAccountId"],
                    fee_delta="20.00",
                    principal_delta="0.00",
                    reason="Charged twice",
                    reason_code="posting_error",
                    approved_by=WHO,
                    idempotency_key=f"audit-charge-{each}",
                ),
                metadata=metadata,
            )
            stub.WaiveFee(
                ledger.WaiveFeeRequest(
                    loan_account_id=account["loanAccountId"],
                    waiver_amount=f"{10 + each}.00",
                    reason="Charged twice",
                    reason_code="courtesy",
                    approved_by=WHO,
                    idempotency_key=f"audit-waiver-{each}",
                ),
                metadata=metadata,
            )


def matching(read_models: Database[dict[str, Any]]) -> list[str]:
    """Find the ids of waivers for staff, with no filter of the desk's."""
    staff = [
        each["_id"] for each in read_models[documents.CUSTOMERS.name].find({"staffFlag": True})
    ]
    found = read_models[documents.AUDIT_EVENTS.name].find(
        {"eventType": "fee.waived.v1", "customerId": {"$in": staff}}
    )
    month = 30 * 86_400
    now = datetime.now(UTC)
    recent = [each for each in found if (now - each["recordedAt"]).total_seconds() < month]
    return sorted(each["_id"] for each in recent)


def largest_first(page: Page, table: Locator) -> Locator:
    """Sort by amount; give the $50.00 that support waived for a colleague."""
    page.get_by_role("combobox", name="Sort").click()
    page.get_by_role("option", name="Largest amount").click()
    expect(page.get_by_text("Events without an amount are not in this order.")).to_be_visible()
    first = table.locator("tbody tr").first
    for told in ("$50.00", "Sarah Nguyen", "Duplicate charge", "Mei Tran", "Staff"):
        expect(first).to_contain_text(told)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    told_amounts = [each for each in table.locator("td").all_inner_texts() if each[:1] == "$"]
    amounts = [Money.parse(each[1:]) for each in told_amounts]
    assert amounts == sorted(amounts, reverse=True)
    assert len(set(amounts)) > 1
    return first.get_by_role("button", name="Fee waived")


def read_the_event(dialog: Locator) -> None:
    """See it proven, and in the event itself, byte for byte, who let what be waived and why."""
    for proof in ("Chain: entry", "List: every column", "Signature: by the ledger"):
        expect(dialog.get_by_text(proof)).to_be_visible(timeout=PATIENCE_MS)
    expect(dialog).to_contain_text("By Sarah Nguyen")
    body = json.loads(dialog.get_by_test_id("stCode").inner_text())
    assert (body["amount"], body["reason_code"]) == ("50.00", "duplicate_charge")
    assert body["approved_by"] == "staff-support"


def look_at_the_customer(page: Page, dialog: Locator) -> None:
    """Go by the event to its customer, who is staff and was charged twice, and come back."""
    expect(dialog.get_by_text("Staff", exact=True)).to_be_visible()
    address = page.url
    dialog.get_by_role("link").click()
    expect(page.get_by_text("Total owing")).to_be_visible(timeout=PATIENCE_MS)
    assert "/customer?id=" in page.url
    expect(page.get_by_text("Staff", exact=True).last).to_be_visible()
    charged = page.get_by_role("row").filter(has_text="Late fee").filter(has_text="$50.00")
    expect(charged).to_have_count(2)
    page.goto(address.split("&event=")[0])
    expect(page.get_by_role("table", name="Audit trail")).to_be_visible(timeout=PATIENCE_MS)


def mark_without_a_mouse(page: Page) -> None:
    """Open the first waiver, write the note and mark it, all by keys; Enter twice marks once."""
    keys, dialog = page.keyboard, page.get_by_role("dialog")
    tab_to(page, lambda name: name == "Fee waived")
    keys.press("Enter")
    expect(dialog.get_by_text("Chain: entry")).to_be_visible()
    tab_to(page, lambda name: name == "Body")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    tab_to(page, lambda name: name == "Note")
    keys.type("The fee was charged twice; the waiver is right")
    tab_to(page, lambda name: name == "Mark as verified")
    keys.press("Enter")
    keys.press("Enter")
    expect(dialog.get_by_text("Recorded. The list follows")).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    expect_focus(page, "Fee waived")


@contextmanager
def tampered(
    trail: Collection[dict[str, Any]], event: dict[str, Any], field: str, value: str
) -> Iterator[None]:
    """Let somebody have changed a field of a stored event."""
    trail.update_one({"_id": event["_id"]}, {"$set": {field: value}})
    try:
        yield
    finally:
        trail.update_one({"_id": event["_id"]}, {"$set": {field: event[field]}})


def test_an_auditor_checks_the_waivers_for_staff(
    product: Running,
    context: BrowserContext,
    read_models: Database[dict[str, Any]],
    took: Took,
) -> None:
    """Filter, sort, see it proven, mark it, export exactly that; a changed one turns red."""
    before = len(matching(read_models))
    began = time.monotonic()
    desk = Desk(product, context)
    desk.open(ADDRESS)
    desk.sign_in("compliance")
    page = desk.page
    expect(page.get_by_role("tab", name="Trail", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    waived_for_staff(product, read_models, 2)
    table = page.get_by_role("table", name="Audit trail")
    expect(table.locator("tbody tr")).to_have_count(before + 2, timeout=PATIENCE_MS)
    expected = matching(read_models)
    assert len(expected) == before + 2

    largest_first(page, table).click()
    dialog = page.get_by_role("dialog")
    read_the_event(dialog)
    look_at_the_customer(page, dialog)
    mark_without_a_mouse(page)
    trail = read_models[documents.AUDIT_EVENTS.name]

    expect(table.locator("tbody tr").first).to_contain_text("Verified", timeout=PATIENCE_MS)
    marked = trail.find_one({"reviewStatus": "verified"})
    assert marked is not None
    assert str(marked["amount"]) == "50.00"
    assert {marked["actor"], marked["approvedBy"]} == {"staff-support"}
    assert marked["reviewedBy"] == "staff-compliance"
    reviewed = {"eventType": "item.reviewed.v1", "body": {"$regex": re.escape(marked["_id"])}}
    assert trail.count_documents(reviewed) == 1
    page.get_by_role("button", name="Export CSV").click()
    with page.expect_download(timeout=PATIENCE_MS) as download:
        page.get_by_role("button", name="Save").click()
    exported = Path(download.value.path()).read_text(encoding="utf-8-sig")
    ids = [row["event_id"] for row in csv.DictReader(io.StringIO(exported))]
    assert sorted(ids) == expected

    asked = trail.find_one({"eventType": "writeoff.requested.v1"})
    assert asked is not None
    with tampered(trail, asked, "requestedBy", "staff-somebody"):
        desk.open(f"/audit?event={asked['_id'].replace(':', '%3A')}")
        told = f"requester staff-somebody, the ledger's event {asked['requestedBy']}."
        flaw = f"Tampered: the list says {told}"
        expect(dialog.get_by_text(flaw)).to_be_visible(timeout=PATIENCE_MS)
    took("4 compliance", time.monotonic() - began)
