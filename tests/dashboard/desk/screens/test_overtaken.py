"""Forms that somebody was overtaken at, or whose answer never came: typed once, done once."""

import time
from collections.abc import Callable

import grpc
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import services
from proto import documents
from proto import servicing_pb2 as servicing
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.portfolio import account, transaction
from tests.dashboard.desk.recording_ledger import (
    RecordingLedger,
    needs_approval,
    posted,
    requested,
    says_no,
)
from tests.dashboard.desk.screens.filled_forms import TYPED, send, until_sent
from tests.dashboard.desk.screens.reading import button, everything, until


def overtaken(
    request: servicing.PreviewRequest, context: grpc.ServicerContext
) -> servicing.PreviewResponse:
    """The preview of a ledger that holds version 9: what saw an older one is refused."""
    change = getattr(request, str(request.WhichOneof("command")))
    if change.expected_version >= 9:
        return needs_approval(request, context)
    response = servicing.PreviewResponse()
    response.refusal.reason = "STALE_VERSION"
    response.refusal.sentence = "The account has changed since you opened it."
    return response


@pytest.mark.parametrize("command", ["ApplyLateFee", "MakeAdjustment", "WaiveFee", "WriteOff"])
def test_who_is_overtaken_sees_what_changed_and_sends_what_was_typed(
    filled: Callable[[str], AppTest], books: RecordingLedger, store: Store, command: str
) -> None:
    """Nothing goes out on old figures; after a look at the new ones all of it does, once."""
    page = filled(command)
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(ver=9))
    repaid = transaction(3)
    repaid.ver = 9
    store(documents.TRANSACTIONS, "TX-3", repaid)
    books.preview = overtaken
    page.run()
    told = everything(page).replace("\\", "")
    assert "The account has changed since you opened it" in told
    assert "Repayment $10.00" in told
    assert page.button("send-form").disabled
    button(page, "Refresh the figures").click().run()
    for name, text in TYPED[command][0].items():
        assert page.text_input(f"{command}-ACC-1-{name}").value == text
    books.script.append(requested)
    send(page)
    until_sent(books, "Request")
    (call,) = books.commands()
    inside = getattr(call.request.command, str(call.request.command.WhichOneof("command")))
    assert inside.expected_version == 9
    for field, value in TYPED[command][1].items():
        assert getattr(inside, field) == value


@pytest.mark.parametrize("command", ["MakeAdjustment", "WriteOff"])
def test_an_answer_that_never_came_is_asked_for_as_it_was_sent(
    filled: Callable[[str], AppTest], books: RecordingLedger, command: str
) -> None:
    """The same bytes under the same key, of a change and of a request for one."""
    asks = command == "WriteOff"
    page = filled(command)
    if asks:
        books.preview = needs_approval
        page.run()
    books.script.append(says_no(grpc.StatusCode.DEADLINE_EXCEEDED))
    until(send(page), "is not known yet")
    tried = len(books.commands())
    books.script.append(requested if asks else posted())
    button(page, "Check again").click().run()
    until_sent(books, "Request" if asks else command, tried + 1)
    assert len({each.request.SerializeToString() for each in books.commands()}) == 1


def until_heard(since: int) -> None:
    """Wait until the desk has heard of a change after the mark."""
    deadline = time.monotonic() + 60
    while services.live().mark() == since:
        assert time.monotonic() < deadline, "nothing was heard"
        time.sleep(0.05)


def is_owed(page: AppTest) -> bool:
    """Whether the next look draws the whole page, with the form that is open."""
    return services.live().have_moved(page.session_state["slot:followed"])


@pytest.mark.parametrize("is_open", [True, False])
def test_a_page_that_draws_itself_still_owes_an_open_form_what_others_did(
    opened: Callable[..., AppTest], store: Store, *, is_open: bool
) -> None:
    """Drawn without its frame the page moves its marks as when it looks again by itself."""
    page = opened("customer.py", id="CUS-12345")
    until_heard(0)  # the desk has begun to listen
    page.run()
    if is_open:
        button(page, "Record repayment").click().run()
    assert not is_owed(page)
    heard = services.live().mark()
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(ver=9))
    until_heard(heard)
    page.run()
    assert is_owed(page) is is_open
    if is_open:
        button(page, "Cancel").click().run()
        page.run()
        assert not is_owed(page)
