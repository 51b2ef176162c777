"""What concerns somebody stands on every page, whatever they do meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import grpc
import pytest
import redis
from streamlit.testing.v1 import AppTest

from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.registry import parameters_of
from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from proto import documents
from proto.documents import ApprovalDocument, OperationDocument, StaffNotificationDocument
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.recording_ledger import RecordingLedger, says_no
from tests.dashboard.desk.screens.reading import button, everything
from tests.dashboard.own_process import run
from tests.desk_process import add_staff

NOW = Instant.of(datetime.now(UTC))


def _any_page() -> None:
    from dashboard import session  # noqa: PLC0415 - AppTest runs this function's text by itself
    from dashboard.components import notification_centre  # noqa: PLC0415 - the same

    notification_centre.show(session.require())


def at_any_page(database: DeskDatabase, streams: redis.Redis, role: str) -> tuple[AppTest, str]:
    """Give somebody's tab, not yet drawn, and who they are."""
    staff_id = add_staff(database, role)
    page = AppTest.from_function(_any_page, default_timeout=60)
    page.session_state[SECRET_SLOT] = Sessions(streams).start(staff_id)
    return page, staff_id


def left(store: Store, key: str, staff_id: str, state: str, at: datetime = NOW) -> None:
    """Leave a repayment as a desk that was stopped left it."""
    document = OperationDocument(
        staff_id=Key(staff_id),
        command="RecordRepayment",
        loan_account_id=Key("ACC-1"),
        parameters={"loan_account_id": "ACC-1", "amount": "12.34", "seen_version": "7"},
        state=state,
        sentence="The account is closed." if state == "refused" else "No answer came.",
        created_at=Instant.of(at),
        updated_at=Instant.of(at),
    )
    store(documents.OPERATIONS, key, document)


def test_what_failed_or_is_not_known_stands_there_after_a_restart(
    database: DeskDatabase, streams: redis.Redis, store: Store, books: RecordingLedger
) -> None:
    """Each with its own parameters and key; what is not known is asked for with that key."""
    page, staff_id = at_any_page(database, streams, "support")
    left(store, "key-failed", staff_id, "refused")
    left(store, "key-unknown", staff_id, "unknown")
    left(store, "key-of-another", "staff-x", "refused")
    run(page)
    told = everything(page).replace("\\", "")
    assert "Record $12.34** failed: The account is closed" in told
    assert "Record $12.34** is not known yet: No answer came" in told
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="too late"))
    button(page, "Check again").click()
    run(page)
    for _ in range(100):
        if books.commands():
            break
        run(page)
    assert {each.request.idempotency_key for each in books.commands()} == {"key-unknown"}
    button(page, "Dismiss").click()
    run(page)
    stored = database[documents.OPERATIONS.name].find({})
    states = {each["_id"]: each["state"] for each in stored}
    assert list(states.values()).count("dismissed") == 1
    assert states["key-of-another"] == "refused"


def test_somebody_new_who_is_found_done_there_gets_a_start_password(
    database: DeskDatabase, streams: redis.Redis, store: Store, books: RecordingLedger
) -> None:
    """As from the form: nobody could sign in otherwise."""
    page, staff_id = at_any_page(database, streams, "admin")
    change = CreateStaff(staff_id="staff-li", username="li", display_name="Li", roles=("admin",))
    document = OperationDocument(
        staff_id=Key(staff_id),
        command=change.name,
        loan_account_id=Key(""),
        parameters=parameters_of(change),
        state="unknown",
        sentence="No answer came.",
        created_at=NOW,
        updated_at=NOW,
    )
    store(documents.OPERATIONS, "key-new", document)
    run(page)
    button(page, "Check again").click()
    run(page)
    assert [each.request.idempotency_key for each in books.commands()] == ["key-new"]
    given = page.session_state["slot:start-password"]
    assert (given.staff_id, given.trouble) == ("staff-li", "")
    assert given.password


def test_nothing_that_failed_is_left_out_however_many_or_old(
    database: DeskDatabase, streams: redis.Redis, store: Store
) -> None:
    """Page by page, with how many more there are; one notice in passing counts them."""
    page, staff_id = at_any_page(database, streams, "support")
    for number in range(33):
        left(store, f"key-{number}", staff_id, "refused", at=NOW - timedelta(days=number))
    run(page)
    assert [each.label for each in page.button].count("Dismiss") == 15
    assert any("33 changes failed" in each.value for each in page.toast)
    for label in ("Show 15 of 18 more", "Show 3 of 3 more"):
        button(page, label).click()
        run(page)
    assert [each.label for each in page.button].count("Dismiss") == 33


def test_a_passing_notice_leads_to_the_form_with_what_was_entered(
    database: DeskDatabase, streams: redis.Redis, store: Store, books: RecordingLedger
) -> None:
    """Its link opens the form and sends nothing; only one's own, and the failed one stays."""
    page, staff_id = at_any_page(database, streams, "support")
    left(store, "key-failed", staff_id, "refused")
    left(store, "key-of-another", "staff-x", "refused")
    run(page)
    assert "slot:form" not in page.session_state
    (toast,) = page.toast
    assert "[Retry](/customer?account=ACC-1&retry=key-failed)" in toast.value
    page.query_params["retry"] = "key-of-another"
    run(page)
    assert "slot:form" not in page.session_state
    page.query_params["retry"] = "key-failed"
    run(page)
    form = page.session_state["slot:form"]
    assert (form.entered.amount, form.retries) == (Money(12_34), "key-failed")
    assert form.account.loan_account_id == "ACC-1"
    assert books.commands() == []
    assert "failed: The account is closed" in everything(page)


def test_an_outcome_is_news_until_it_is_read(
    database: DeskDatabase, streams: redis.Redis, store: Store
) -> None:
    """In passing once, then in the list, until it is marked."""
    page, staff_id = at_any_page(database, streams, "support")
    document = StaffNotificationDocument(
        request_id=Key("REQ-1"),
        status="rejected",
        is_open=False,
        at=NOW,
        staff_id=Key(staff_id),
        kind="write_off",
        amount=Money(2_500_00),
    )
    store(documents.STAFF_NOTIFICATIONS, "event-1", document)
    run(page)
    assert ["Your request was rejected" in each.value for each in page.toast] == [True]
    run(page)
    assert list(page.toast) == []
    button(page, "Mark all as read").click()
    run(page)
    assert "New" not in everything(page)
    assert "Your request was rejected" in everything(page)


@pytest.mark.parametrize(
    ("role", "told"),
    [("support", "asked for nothing"), ("supervisor", "Nothing waits"), ("admin", "for nothing")],
)
def test_an_empty_list_says_what_comes_next(
    opened: Callable[..., AppTest], role: str, told: str
) -> None:
    """One sentence, for who decides and for who asks."""
    assert told in everything(opened("approvals.py", role))


@pytest.mark.parametrize("file", ["approvals.py", "request.py"])
@pytest.mark.parametrize("role", ["analyst", "compliance"])
def test_requests_are_closed_to_other_roles(
    opened: Callable[..., AppTest], file: str, role: str
) -> None:
    """The page says whom it is for."""
    assert "This page is for" in opened(file, role, id="REQ-1").warning[0].value


def test_a_request_that_only_the_screens_know_is_still_told(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """A ledger that cannot tell of it takes the decision away, not the page."""
    document = ApprovalDocument(
        request_id=Key("REQ-1"),
        kind="write_off",
        status="pending",
        amount=Money(2_500_00),
        account_number="1000-0042",
        loan_account_id=Key("ACC-1"),
        requested_by=Key("staff-x"),
        requested_by_name="**Sarah**",
        requested_at=NOW,
    )
    store(documents.APPROVALS, "REQ-1", document)
    page = opened("request.py", "supervisor", id="REQ-1")
    heading, asked, *_ = (each.value for each in page.markdown)
    assert "Write-off, $2,500.00, account 1000-0042" in heading.replace("\\", "")
    assert r"\*\*Sarah\*\*" in asked
    assert "Approve" not in {each.label for each in page.button}
    assert "No request is known to you" in everything(opened("request.py", "support", id="REQ-1"))


@pytest.mark.parametrize("role", ["support", "supervisor", "compliance", "analyst", "admin"])
def test_everybody_finds_their_own_rights(opened: Callable[..., AppTest], role: str) -> None:
    """The page opens for every role."""
    assert "My rights and limits" in everything(opened("me.py", role))
