"""One's own request under another name: refused on the page and, by hand, in the ledger."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect

from embedded.running import Running
from proto.documents import APPROVALS, STAFF
from tests.journeys.hands import Books, ReadModels, own_account, signed_in, until
from tests.ledger.approvers import Approver, approver, ask, person, refused, write_off
from tests.loan_requests import new_id

pytestmark = pytest.mark.browser

LIMITS: Final = {"write_off": "100000.00"}


def disguises(books: Books) -> tuple[str, dict[str, Approver]]:
    """Make somebody who asks, and the sign-ins under which the same person would decide."""
    mark = new_id("x")[2:]
    mail, number = f"kim.lee.{mark}@example.com", f"E-1001-{mark}"
    asking = person(books, "support", email=mail, person_id=number)
    fields: dict[str, dict[str, Any]] = {
        "letter case": {"email": mail.upper()},
        "white space": {"email": f" {mail} "},
        "look-alike letters": {"email": mail.replace("e", "\u0435").replace("i", "\u0456")},
        "the same staff number": {"person_id": number.lower()},
        "the staff id itself": {"person_id": asking.actor_id.upper()},
        "acting for them": {"acts_for": [asking.actor_id]},
    }
    return asking.actor_id, {name: approver(books, LIMITS, **each) for name, each in fields.items()}


def test_nobody_decides_their_own_request_in_any_disguise(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """Every sign-in sees the request with the rule in place of the buttons; another may decide."""
    books = Books(product)
    account_id = own_account(product, read_models)
    asking, others = disguises(books)
    request_id = ask(books.caller(asking), write_off(account_id)).request_id
    stranger = approver(books, LIMITS)
    wanted = [*(each.caller.actor_id for each in others.values()), stranger.caller.actor_id]
    staff, requests = read_models[STAFF.name], read_models[APPROVALS.name]
    until(lambda: staff.count_documents({"_id": {"$in": wanted}}) == len(wanted), "the staff")
    until(lambda: requests.count_documents({"_id": request_id}) == 1, "the request")

    decisions = re.compile("^(Approve|Reject|Return)")
    for name, other in others.items():
        for act in (other.approve, other.reject, other.return_):
            assert refused(act, request_id).reason == "OWN_REQUEST", name
        with signed_in(product, browser, other.caller.actor_id) as context:
            page = context.new_page()
            page.goto(f"{product.dashboard_url}/request?id={request_id}")
            rule = "act for each other" if name == "acting for them" else "are the same person's"
            expect(page.get_by_text(f"{rule}. Ask another approver")).to_be_visible()
            expect(page.get_by_role("button", name=decisions)).to_have_count(0)
    with signed_in(product, browser, stranger.caller.actor_id) as context:
        page = context.new_page()
        page.goto(f"{product.dashboard_url}/request?id={request_id}")
        expect(page.get_by_role("button", name=decisions)).to_have_count(3)
    assert stranger.reject(request_id).status == "rejected"
    books.close()
