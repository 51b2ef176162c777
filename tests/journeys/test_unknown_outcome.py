"""The line is cut, or a rule says no: nothing is lost, nothing is done twice."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.components.notification_centre import TOASTS_MAX
from embedded.running import Running
from proto import servicing_pb2 as pb
from proto.documents import STAFF_NOTIFICATIONS
from tests.builders import new_key
from tests.desk_process import DeskProcess
from tests.journeys.desk import Desk
from tests.journeys.hands import (
    Books,
    ReadModels,
    by_hand,
    open_account,
    own_account,
    place_of,
    posted,
    until,
)
from tests.journeys.keyboard import expect_focus, tab_to
from tests.journeys.relay import Relay
from tests.ledger.approvers import ask, cancel, write_off
from tests.told_times import Took

pytestmark = pytest.mark.browser

REFERENCE: Final = "BANK-77"


@pytest.fixture
def line(product: Running) -> Iterator[Relay]:
    """The line between this test's desk and the product's ledger."""
    relay = Relay(product.ledger_address)
    yield relay
    relay.close()


@pytest.fixture
def own_desk(product: Running, line: Relay, tmp_path: Path) -> Iterator[DeskProcess]:
    """One more desk at the product's servers, which the test may cut off and restart."""
    desk = DeskProcess(
        tmp_path, product.mongodb_url, product.redis_url, product.db_name, line.address
    )
    desk.environ["KEYS_DIR"] = product.keys_dir
    desk.start()
    yield desk
    desk.stop()


def fail_repayment(product: Running, read_models: ReadModels, page: Page, account_id: str) -> None:
    """Send $12.34 for an account that somebody changed a moment ago, unseen by the screen."""
    page.get_by_role("button", name="Record repayment").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Payment reference").fill(REFERENCE)
    form.get_by_role("textbox", name="Amount").fill("12.34")
    expect(form.get_by_role("button", name="Record $12.34")).to_be_enabled()
    system, projector = by_hand(product, "system"), product.parts["projector"]
    os.kill(projector, signal.SIGSTOP)
    try:
        system.late_fee(account_id, "5.00")
        page.get_by_role("button", name="Record $12.34").click()
        expect(page.get_by_role("button", name="Retry").first).to_be_attached()
    finally:
        os.kill(projector, signal.SIGCONT)
        system.close()
    # Who stands still for long is taken for lost: it has gone on before it is stopped again.
    until(lambda: posted(read_models, account_id, "LATE_FEE") == ["5.00"], "it goes on")


def lose_the_answer(page: Page, line: Relay, read_models: ReadModels, account_id: str) -> None:
    """Waive $5.00 so that the ledger does it and nobody hears of it."""
    page.get_by_role("button", name="Waive fee").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Amount").fill("5.00")
    send = page.get_by_role("button", name="Waive $5.00")
    expect(send).to_be_enabled()
    line.swallow_answers_to(b"/WaiveFee")
    send.click()
    until(lambda: posted(read_models, account_id, "FEE_WAIVER") == ["5.00"], "it is in the books")
    line.cut()


def expect_not_known(page: Page) -> None:
    """See that it is not known, and that nothing else can be done before it is."""
    again = page.get_by_test_id("stMain").get_by_role("button", name="Check again")
    expect(page.get_by_text("Waive $5.00 is not known yet").first).to_be_visible()
    expect(again.first).to_be_visible()
    expect(page.get_by_role("button", name="Record repayment").first).to_be_disabled()


def expect_failed(page: Page) -> None:
    """See the failed repayment, with what can be done about it."""
    expect(page.get_by_text("Record $12.34 failed: The account has changed").first).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Retry").first).to_be_visible()


def is_bell(name: str) -> bool:
    """Tell the button of the notices from a passing notice, which bears the same sign."""
    return name.startswith("notifications") and "Notices" in name


def have_many_notices(product: Running, read_models: ReadModels, staff_id: str) -> None:
    """Return so many of somebody's requests that the screen counts them in passing."""
    books, mine = Books(product), []
    requester, supervisor = books.caller(staff_id), books.caller("staff-supervisor")
    for _ in range(TOASTS_MAX + 1):
        asked = ask(requester, write_off(own_account(product, read_models))).request_id
        answer = pb.DecideApprovalRequest(
            request_id=asked, comment="what did they say?", idempotency_key=new_key()
        )
        supervisor.approvals.Return(answer, metadata=supervisor.metadata())
        cancel(requester, asked)
        mine.append(asked)
    books.close()
    told = {"staffId": staff_id, "requestId": {"$in": mine}}
    notices = read_models[STAFF_NOTIFICATIONS.name]
    until(lambda: notices.count_documents(told) == len(mine), "the answers are told")


def clear_up_without_a_mouse(page: Page) -> None:
    """Dismiss the newer of two failed repayments in the notices, and retry the other, by keys."""
    keys, listed = page.keyboard, page.get_by_test_id("stPopoverBody")
    told = listed.get_by_text("$12.34 failed")
    tab_to(page, is_bell)
    keys.press("Enter")
    expect(told).to_have_count(2)
    expect(listed.get_by_text("is not known yet")).to_have_count(0)
    keys.press("Escape")
    expect(told).to_have_count(0)
    tab_to(page, is_bell)
    keys.press("Enter")
    expect_focus(page, "Retry")
    tab_to(page, lambda name: name == "Dismiss")
    keys.press("Enter")
    expect(told).to_have_count(1)
    keys.press("Escape")
    expect(told).to_have_count(0)
    tab_to(page, is_bell)
    keys.press("Enter")
    expect_focus(page, "Retry")
    keys.press("Enter")
    form = page.get_by_role("dialog")
    expect(form.get_by_role("textbox", name="Payment reference")).to_have_value(REFERENCE)
    expect(form.get_by_text("Since what failed was entered")).to_be_visible()
    expect(form.get_by_text("Late fee $5.00 by")).to_be_visible()
    expect(form.get_by_role("button", name="Record $12.34")).to_be_enabled()
    keys.press("ControlOrMeta+Enter")


def test_what_failed_and_what_is_not_known_outlive_everything(
    product: Running,
    read_models: ReadModels,
    context: BrowserContext,
    line: Relay,
    own_desk: DeskProcess,
    took: Took,
) -> None:
    """Reload, sign-out, restart of the desk: then checked with its key, retried, dismissed."""
    unknown = own_account(product, read_models, late_fee="15.00")
    failed, dismissed = (own_account(product, read_models) for _ in range(2))
    have_many_notices(product, read_models, "staff-support")
    began = time.monotonic()
    sarah = Desk(product, context)
    sarah.url = own_desk.url
    sarah.open(place_of(failed))
    sarah.sign_in("support")
    page, other = sarah.page, context.new_page()
    open_account(other, own_desk.url, dismissed)
    fail_repayment(product, read_models, page, failed)
    fail_repayment(product, read_models, other, dismissed)
    expect_failed(page)
    open_account(page, own_desk.url, unknown)
    lose_the_answer(page, line, read_models, unknown)
    expect_not_known(page)

    page.reload()
    expect_not_known(page)
    sarah.sign_out()
    other.close()
    own_desk.stop()
    own_desk.start()
    sarah.open(place_of(unknown))
    sarah.sign_in("support")
    expect_not_known(page)
    page.get_by_role("button", name="Notices").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_text("Record $12.34 failed")).to_have_count(
        2
    )

    line.mend()
    open_account(page, own_desk.url, unknown)
    expect(page.get_by_text("changes are off until it is back")).to_have_count(0)
    page.get_by_test_id("stMain").get_by_role("button", name="Check again").first.click()
    expect(page.get_by_text("Synced Waived $5.00").first).to_be_visible()
    assert posted(read_models, unknown, "FEE_WAIVER") == ["5.00"]

    clear_up_without_a_mouse(page)
    expect(page.get_by_text("Synced Recorded $12.34").first).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Retry")).to_have_count(0)
    assert posted(read_models, failed, "REPAYMENT") == ["12.34"]
    assert posted(read_models, dismissed, "REPAYMENT") == []
    took("unknown outcome, failed action, restart", time.monotonic() - began)
