"""What customers, staff and feeds wrote is text on every screen, whatever it is made of."""

import re
import uuid
from typing import Final

import pytest
import redis
from msgspec import Struct
from playwright.sync_api import Browser, Dialog, Page, expect

from embedded.running import Running
from proto import servicing_pb2 as pb
from proto.documents import APPROVALS, AUDIT_EVENTS, CONVERSATIONS, CUSTOMERS, NOTES, TRANSACTIONS
from proto.servicing_pb2_grpc import NoteServiceStub
from tests.journeys.hands import Books, ReadModels, signed_in, until
from tests.ledger.approvers import approver, ask, write_off
from tests.loan_requests import new_key, open_loan_request
from tests.projector.feed import Feed

pytestmark = pytest.mark.browser

TEXT: Final = "<img src=x onerror=alert(1)> **b** [l](http://evil.example) $where :red[r] "
HOSTILE: Final = f"{TEXT}\u202egnp.exe"
SHOWN: Final = f"{TEXT}gnp.exe"
LONG: Final = "long " * 2_000


class Written(Struct, frozen=True):
    """Where the texts stand: an account, and a request that was rejected."""

    account_id: str
    request_id: str


def written(product: Running, read_models: ReadModels) -> Written:
    """Let a feed, a member of staff and an approver write them."""
    name = uuid.uuid4().hex[:8]
    customer_id, account_id, staff_id = f"CUS-{name}", f"LOAN-0999-{name}", f"staff-{name}"
    with redis.Redis.from_url(product.redis_url) as client:
        feed = Feed(client)
        person = {"customer_id": customer_id, "first_name": HOSTILE, "last_name": LONG}
        feed.tell("customer.created.v1", person, id=f"c-{name}")
        talk = {"conv": f"CONV-{name}", "usr": customer_id}
        feed.tell("conversation_started", {}, id=f"t-{name}", **talk)
        for number, said in enumerate((HOSTILE, LONG)):
            feed.tell("user_input", {"utterance": said}, id=f"u-{name}-{number}", **talk)
    books = Books(product)
    books.system.active_loan(open_loan_request(account_id=account_id, customer_id=customer_id))
    books.caller("staff-admin").create_staff(staff_id, ["support"], HOSTILE)
    author = books.caller(staff_id)
    author.repay(account_id, "1.00", payment_reference=HOSTILE)
    noted = pb.AddNoteRequest(customer_id=customer_id, text=HOSTILE, idempotency_key=new_key())
    NoteServiceStub(author.channel).AddNote(noted, metadata=author.metadata())
    asked = ask(author, write_off(account_id), notes=HOSTILE).request_id
    approver(books).reject(asked, comment=HOSTILE)
    books.close()
    for collection, query in (
        (CUSTOMERS, {"_id": customer_id}),
        (CONVERSATIONS, {"_id": f"CONV-{name}", "utterances.1": {"$exists": True}}),
        (TRANSACTIONS, {"loanAccountId": account_id, "type": "REPAYMENT"}),
        (NOTES, {"customerId": customer_id}),
        (APPROVALS, {"_id": asked, "status": "rejected"}),
        (AUDIT_EVENTS, {"requestId": asked, "eventType": "writeoff.rejected.v1"}),
    ):
        what = f"{collection.name} {query}"
        until(lambda c=collection, q=query: read_models[c.name].count_documents(q) == 1, what)  # type: ignore[misc]  # bound as they are now
    return Written(account_id, asked)


class Reader:
    """Reads pages, and notes what a text did beside being read."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url, self.opened = page, url, list[str]()
        page.on("dialog", self._note)

    def _note(self, dialog: Dialog) -> None:
        self.opened.append(dialog.message)
        dialog.dismiss()

    def open(self, address: str) -> None:
        """Go to an address, and wait until the page is drawn."""
        self.page.goto(f"{self._url}{address}")
        expect(self.page.get_by_role("button", name="Notices")).to_be_visible()
        drawn = self.page.get_by_test_id("stApp")
        expect(drawn).to_have_attribute("data-test-script-state", "notRunning")

    def press(self, button: str) -> None:
        """Press a button that is told by its words."""
        self.page.get_by_role("button", name=button).first.click()

    def expect_text(self, *, times: int = 1, shown: str = SHOWN) -> None:
        """See the text as it was written, so many times at least, and nothing come of it."""
        words = self.page.get_by_text(shown[:40]).filter(visible=True)
        expect(words.nth(times - 1)).to_be_visible()
        told = words.first.inner_text().replace("\u2060", "")
        assert shown in told or told.rstrip("…") in shown
        assert self.page.locator("img[src='x'], a[href*='evil']").count() == 0
        assert "\u202e" not in self.page.locator("body").inner_text()
        assert self.opened == []


def test_what_others_wrote_does_nothing_anywhere(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """Names, references, notes, comments and talks: on the customer, the request and the audit.

    The audit, filtered by an account, leads on to the account.
    """
    made = written(product, read_models)
    with signed_in(product, browser, "staff-supervisor") as context:
        reader = Reader(context.new_page(), product.dashboard_url)
        reader.open(f"/customer?account={made.account_id}")
        expect(reader.page.get_by_role("heading").filter(has_text="<img")).to_be_visible()
        reader.expect_text(times=2)
        reader.page.get_by_role("table").get_by_role("button", name="Repayment").click()
        reader.expect_text(times=3)
        reader.page.get_by_role("tab", name="Conversations").click()
        talk = reader.page.get_by_role("list", name="Transcript")
        expect(talk.get_by_text(SHOWN)).to_be_visible()
        expect(talk.get_by_text("long long")).to_contain_text(LONG.strip())
        reader.page.get_by_role("tab", name="Notes").click()
        reader.press("Reveal the note")
        expect(reader.page.get_by_test_id("stText").get_by_text(SHOWN)).to_be_visible()
        reader.expect_text()
        reader.open(f"/request?id={made.request_id}")
        reader.press("Read the requester's words")
        expect(reader.page.get_by_test_id("stText").get_by_text(SHOWN).first).to_be_visible()
        reader.expect_text(times=3)
    with signed_in(product, browser, "staff-compliance") as context:
        reader = Reader(context.new_page(), product.dashboard_url)
        reader.open(f"/audit?account={made.account_id}")
        reader.expect_text(times=2)
        reader.press("Write-off rejected")
        dialog = reader.page.get_by_role("dialog")
        dialog.get_by_role("tab", name="Texts").click()
        dialog.get_by_label("What you read it for").fill("A complaint")
        dialog.get_by_label("What you read it for").press("Enter")
        dialog.get_by_role("button", name="Show the texts").click()
        expect(dialog.get_by_role("tabpanel").get_by_text(TEXT[:20])).to_be_visible()
        reader.expect_text()
        dialog.get_by_role("tab", name="Review").click()
        dialog.get_by_role("button", name="Mark as verified").click()
        expect(dialog.get_by_text("Write a note of at least")).to_be_visible()
        dialog.get_by_role("tab", name="Texts").click()
        reader.expect_text()
        expect(dialog.get_by_text("Signature: by the ledger")).to_be_visible()
        reader.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        trail = reader.page.get_by_role("table", name="Audit trail")
        trail.get_by_role("button", name=made.account_id).first.click()
        expect(reader.page).to_have_url(re.compile("/customer[?]account="))
        expect(reader.page.get_by_role("heading").filter(has_text="<img")).to_be_visible()
