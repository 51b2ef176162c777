"""Support at the customer: found by a payment, told from the transcript to the event."""

import csv
import io
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.formats import money
from embedded.demo import cases
from embedded.running import Running
from proto.documents import APPROVALS, AUDIT_EVENTS, LOAN_ACCOUNTS, TRANSACTIONS
from proto.values import Money
from tests.journeys.desk import Desk
from tests.journeys.hands import Books, ReadModels, own_account, place_of, until
from tests.ledger.approvers import ask, write_off
from tests.told_times import Took

pytestmark = pytest.mark.browser

OPENING, CLOSING = "Opening balance", "Closing balance"


def test_support_answers_from_one_page(
    product: Running, context: BrowserContext, read_models: ReadModels, took: Took
) -> None:
    """A payment, a transaction and an application lead to the customer; all is told there."""
    account_id, request_id = asked_about(product, read_models)
    began = time.monotonic()
    desk = Desk(product, context)
    desk.open()
    desk.sign_in("support")
    page = desk.page
    desk.search(f"DD-{cases.COLLEAGUE_NUMBER}-02")
    expect(page.get_by_role("heading", name="Mei Tran")).to_be_visible()
    expect(page.get_by_role("heading", name="Repayment $240.00")).to_be_visible()
    expect(page.get_by_text(f"TXN-LOAN-{cases.COLLEAGUE_NUMBER}").first).to_be_visible()
    open_waiver(desk, read_models)
    read_talk(page)
    read_statement(page, read_models)
    page.get_by_role("tab", name="Notes").click()
    page.get_by_label("New note").fill("Told her that the second fee is gone")
    page.get_by_role("button", name="Add note").click()
    page.get_by_role("button", name="Reveal the note").first.click()
    note = page.get_by_test_id("stText").get_by_text("Told her that the second fee is gone")
    expect(note.first).to_be_visible()

    see_the_silent(desk, read_models)
    desk.open()
    last = page.get_by_role("table", name="Opened last").get_by_role("row")
    expect(last.nth(1)).to_contain_text("Robert Ferraro")
    expect(last.nth(2)).to_contain_text("Mei Tran")
    take_back(page, f"{desk.url}{place_of(account_id)}", read_models, request_id)
    took("1 support, a customer told", time.monotonic() - began)


def asked_about(product: Running, read_models: ReadModels) -> tuple[str, str]:
    """Give an account whose write-off Sarah has asked for, and the request."""
    account_id, books = own_account(product, read_models), Books(product)
    request_id = ask(books.caller("staff-support"), write_off(account_id)).request_id
    books.close()
    shown = {"_id": request_id, "status": "pending"}
    until(lambda: read_models[APPROVALS.name].count_documents(shown) == 1, "the request is shown")
    return account_id, request_id


def open_waiver(desk: Desk, read_models: ReadModels) -> None:
    """Find a transaction by its id among the suggestions, and read its event: who, why, hash."""
    waived = {"loanAccountId": f"LOAN-{cases.COLLEAGUE_NUMBER}", "type": "FEE_WAIVER"}
    waiver = read_models[TRANSACTIONS.name].find_one(waived)
    assert waiver is not None
    event = read_models[AUDIT_EVENTS.name].find_one({"transactionId": waiver["_id"]})
    assert event is not None
    desk.search(waiver["_id"])
    page = desk.page
    expect(page.get_by_role("heading", name="Fee waiver $50.00")).to_be_visible()
    opened = page.get_by_role("table", name="Transaction", exact=True)
    for what, told in (("By", "Sarah Nguyen"), ("Reason", "Duplicate charge")):
        cells = opened.get_by_role("row").filter(has=page.get_by_text(what, exact=True))
        expect(cells).to_contain_text(told)
    for each in (waiver["_id"], event["_id"], event["hash"]):
        expect(page.get_by_test_id("stCode").get_by_text(each, exact=True)).to_be_visible()


def read_talk(page: Page) -> None:
    """Read a long transcript backwards."""
    page.get_by_role("tab", name="Conversations").click()
    talk = page.get_by_role("list", name="Transcript")
    expect(talk.get_by_text("line 70 of my statement")).to_be_visible()
    page.get_by_role("button", name="Earlier messages").click()
    expect(talk.get_by_text("line 50 of my statement")).to_be_visible()


def read_statement(page: Page, read_models: ReadModels) -> None:
    """See that its lines lead from the opening balance to what is owed, in the file as well."""
    page.get_by_role("tab", name="Statement").click()
    expect(page.get_by_role("row").filter(has_text="Fee waived")).to_contain_text("$50.00")
    account = read_models[LOAN_ACCOUNTS.name].find_one({"_id": f"LOAN-{cases.COLLEAGUE_NUMBER}"})
    assert account is not None
    owed = Money.parse(str(account["balances"]["totalOutstanding"]))
    shown = {
        name: page.get_by_test_id("stMetric").filter(has_text=name) for name in (OPENING, CLOSING)
    }
    expect(shown[CLOSING]).to_contain_text(money(owed))
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download as CSV").click()
    written = Path(downloading.value.path()).read_text()
    first, *lines, last = csv.DictReader(io.StringIO(written))
    expect(shown[OPENING]).to_contain_text(money(Money.parse(first["Balance"])))
    assert Money.parse(last["Balance"]) == owed
    balance = Money.parse(first["Balance"])
    on_screen = page.get_by_role("table", name="Statement").get_by_role("row")
    expect(on_screen).to_have_count(len(lines) + 1)
    for number, line in enumerate(lines, start=1):
        charge, payment = (Money.parse(line[each] or "0.00") for each in ("Charge", "Payment"))
        balance = Money(balance + charge - payment)
        assert Money.parse(line["Balance"]) == balance
        expect(on_screen.nth(number).get_by_role("cell").last).to_have_text(money(balance))
    assert balance == owed


def see_the_silent(desk: Desk, read_models: ReadModels) -> None:
    """Find an account by its application; see how late it is, and that a write-off is asked."""
    desk.search(f"APP-{cases.SILENT_NUMBER}")
    page = desk.page
    expect(page.get_by_role("heading", name="Robert Ferraro")).to_be_visible()
    account = read_models[LOAN_ACCOUNTS.name].find_one({"customerIdString": cases.SILENT})
    assert account is not None
    late = f"{account['aging']['currentDPD']} days past due, {account['aging']['bucket']}"
    expect(page.get_by_text(late)).to_be_visible()
    waits = page.get_by_text(re.compile("Write-off, .2,500.00, asked for by you"))
    expect(waits).to_be_visible()
    expect(page.get_by_role("button", name="Take it back…")).to_be_enabled()


def take_back(page: Page, address: str, read_models: ReadModels, request_id: str) -> None:
    """Cancel the own request from the account's card."""
    page.goto(address)
    page.get_by_role("button", name="Take it back…").click()
    page.get_by_test_id("stPopoverBody").get_by_label("Reason").click()
    page.get_by_role("option", name="The customer withdrew").click()
    page.get_by_test_id("stPopoverBody").get_by_label("Note").fill("Rang up this morning")
    page.get_by_role("button", name="Cancel my request").click()
    expect(page.get_by_text("Waits for a decision")).to_have_count(0)
    expect(page.get_by_role("button", name="Take it back…")).to_have_count(0)
    stored = read_models[APPROVALS.name].find_one({"_id": request_id})
    assert stored is not None
    assert stored["status"] == "cancelled"
    told = {"requestId": request_id, "reasonCode": "customer_withdrew"}
    assert read_models[AUDIT_EVENTS.name].count_documents(told) == 1
