"""The whole way by keyboard alone: nobody at this desk needs a mouse."""

from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pymongo.database import Database

from embedded.demo import bad_debts
from embedded.running import Running
from proto.documents import APPROVALS, AUDIT_EVENTS, CUSTOMERS, LOAN_ACCOUNTS
from tests.journeys.desk import PASSWORDS, PATIENCE_MS, Desk
from tests.journeys.hands import Books, ReadModels, own_account, signed_in, until
from tests.journeys.keyboard import expect_focus, tab_to
from tests.journeys.test_approval import PASSPHRASE, make_key
from tests.ledger.approvers import ask, write_off

pytestmark = pytest.mark.browser

OTHERS: Final = {"CUS-12345", *(each.customer_id for each in bad_debts.DEBTS)}
"""Whose accounts other journeys tell of."""


@pytest.fixture
def fee_owner(read_models: Database[dict[str, Any]]) -> tuple[str, str]:
    """The name of somebody else than John with a small late fee, and the account's number."""
    is_open = {"accountStatus": {"$in": ["active", "in_arrears"]}}
    has_fee = {"fees": {"$elemMatch": {"type": "LATE_FEE"}}, **is_open}
    for account in read_models[LOAN_ACCOUNTS.name].find(has_fee).sort("_id", 1):
        customer = read_models[CUSTOMERS.name].find_one({"_id": account["customerIdString"]})
        if customer is not None and customer["_id"] not in OTHERS:
            return customer["customerId"], account["accountNumber"]
    raise AssertionError("the portfolio holds no late fee")


def test_a_fee_is_waived_without_a_mouse(
    product: Running, context: BrowserContext, fee_owner: tuple[str, str]
) -> None:
    """Sign in, Ctrl+K, type, Enter, Tab to Waive fee, fill, Ctrl+Enter; Esc closes before."""
    customer_id, number = fee_owner
    desk = Desk(product, context)
    desk.open()
    page, keys = desk.page, desk.page.keyboard
    expect(page.get_by_role("textbox", name="Password")).to_be_visible(timeout=PATIENCE_MS)
    tab_to(page, lambda name: name == "Username")
    keys.type("support")
    tab_to(page, lambda name: name == "Password")
    keys.type(PASSWORDS["support"])
    keys.press("Enter")
    expect(desk.search_box()).to_be_visible(timeout=PATIENCE_MS)

    keys.press("ControlOrMeta+k")
    keys.type(customer_id)
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_role("heading", name=number)).to_be_visible(timeout=PATIENCE_MS)
    tab_to(page, lambda name: name == "Waive fee")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    expect_focus(page, "Waive fee")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, lambda name: name.startswith("Amount"))
    keys.press("ControlOrMeta+a")
    keys.type("1.00")
    tab_to(page, lambda name: name == "Note")
    keys.type("Called in")
    expect(page.get_by_role("button", name="Waive $1.00")).to_be_enabled()
    keys.press("ControlOrMeta+Enter")
    expect(page.get_by_text("Synced").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("row").filter(has_text="Fee waiver")).to_contain_text("Sarah Nguyen")


def test_a_request_is_returned_and_another_rejected_without_a_mouse(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """Tab to the comment, the passphrase where it takes one, the button; Enter twice acts once."""
    books, requests = Books(product), read_models[APPROVALS.name]
    sarah = books.caller("staff-support")
    returned, rejected = (
        ask(sarah, write_off(own_account(product, read_models))).request_id for _ in range(2)
    )
    until(lambda: requests.count_documents({"_id": {"$in": [returned, rejected]}}) == 2, "both")
    books.close()
    with signed_in(product, browser, "staff-supervisor") as context:
        michael = Desk(product, context)
        make_key(michael)
        decide_without_a_mouse(michael, returned, "Return with the comment as a question")
        expect(michael.page.get_by_role("heading", name="Write-off")).to_contain_text("Returned")
        decide_without_a_mouse(michael, rejected, "Reject", PASSPHRASE)
        expect(michael.page.get_by_text("Rejected by Michael Torres")).to_be_visible()
        expect(michael.page.get_by_text("failed:")).to_have_count(0)
    for request_id, step in ((returned, "returned"), (rejected, "rejected")):
        told = {"requestId": request_id, "eventType": f"writeoff.{step}.v1"}
        assert read_models[AUDIT_EVENTS.name].count_documents(told) == 1


def decide_without_a_mouse(desk: Desk, request_id: str, button: str, passphrase: str = "") -> None:
    """Open a request and decide it, by keys alone."""
    desk.open(f"/request?id={request_id}")
    page = desk.page
    expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()
    tab_to(page, lambda name: name == "Comment")
    page.keyboard.type("Please look at the file once more.")
    if passphrase:
        tab_to(page, lambda name: name == "Passphrase of your signing key")
        page.keyboard.type(passphrase)
    tab_to(page, lambda name: name == button)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
