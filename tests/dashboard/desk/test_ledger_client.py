"""The typed client against a real server on a real port."""

from collections.abc import Iterator

import grpc
import pytest

from dashboard.ledger_answers import MEANINGS
from dashboard.ledger_client import (
    Caller,
    LedgerClient,
    LedgerFault,
    LedgerRefused,
    OutcomeUnknown,
)
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from tests.dashboard.desk.recording_ledger import RecordingLedger, posted, says_no
from tests.journeys.relay import Relay
from tests.ports import free_port

SARAH = Caller("staff-support", "session-1")
RECORD_REPAYMENT = "AccountingLedgerService/RecordRepayment"
EVERY_FAILURE = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
REFUSALS = {3, 5, 6, 7, 9, 11, 12, 16}


@pytest.fixture
def books() -> Iterator[RecordingLedger]:
    """A ledger that listens."""
    server = RecordingLedger(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(books: RecordingLedger) -> Iterator[LedgerClient]:
    """A client that hardly pauses between tries."""
    client = LedgerClient(books.address, _token, back_off_seconds=(0.01, 0.01))
    yield client
    client.close()


def _token(staff_id: str, session_id: str) -> str:
    return f"{staff_id}/{session_id}"


def _repayment() -> ledger.RecordRepaymentRequest:
    return ledger.RecordRepaymentRequest(
        loan_account_id="ACC-1", amount="10.00", idempotency_key="key-00000001", expected_version=7
    )


def test_a_connection_that_is_long_in_coming_is_waited_for(books: RecordingLedger) -> None:
    """As on a machine that is busy: the first call is sent, once, and nothing is called lost."""
    line = Relay(books.address)
    line.connect_late(0.7)
    client = LedgerClient(line.address, _token, back_off_seconds=())
    client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    assert len(books.commands()) == 1
    client.close()
    line.close()


def test_every_status_has_a_meaning() -> None:
    """The table covers all sixteen statuses that are no success."""
    assert set(MEANINGS) == set(EVERY_FAILURE)


@pytest.mark.parametrize("code", EVERY_FAILURE)
def test_a_change_that_fails_is_refused_or_of_unknown_outcome(
    books: RecordingLedger, client: LedgerClient, code: grpc.StatusCode
) -> None:
    """A refusal is tried once; what may have been done is tried again with the same key."""
    books.script.extend([says_no(code, text="because")] * 3)
    refused = code.value[0] in REFUSALS
    with pytest.raises(LedgerRefused if refused else OutcomeUnknown):
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    once = refused or code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(books.commands()) == (1 if once else 3)
    assert {each.request.idempotency_key for each in books.commands()} == {"key-00000001"}


@pytest.mark.parametrize("code", EVERY_FAILURE)
def test_a_question_that_fails_is_refused_or_a_fault(
    books: RecordingLedger, client: LedgerClient, code: grpc.StatusCode
) -> None:
    """A question leaves no doubt behind: either a rule said no, or nothing was changed."""
    books.script.append(says_no(code))
    with pytest.raises(LedgerRefused if code.value[0] in REFUSALS else LedgerFault):
        client.get_balance("ACC-1", SARAH)


def test_a_busy_ledger_is_asked_again_and_the_answer_is_given(
    books: RecordingLedger, client: LedgerClient
) -> None:
    """After ABORTED the same key is sent again; its answer is the command's."""
    books.script.extend([says_no(grpc.StatusCode.ABORTED), posted("1.00")])
    answer = client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    assert isinstance(answer, ledger.TransactionResponse)
    assert answer.transaction.total_after == "1.00"


def test_a_refusal_brings_its_sentence_field_limit_and_version(
    books: RecordingLedger, client: LedgerClient
) -> None:
    """What the rule says travels whole to the screen."""
    detail = servicing.RefusalDetail(
        reason="STALE_VERSION",
        sentence="The account changed.",
        field="f",
        limit="50.00",
        current_version=8,
    )
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, detail))
    with pytest.raises(LedgerRefused) as caught:
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    no = caught.value
    assert (no.reason, no.sentence, no.field, no.limit, no.current_version) == (
        "STALE_VERSION",
        "The account changed.",
        "f",
        "50.00",
        8,
    )


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED]
)
def test_a_token_refused_at_the_second_try_leaves_the_first_in_doubt(
    books: RecordingLedger, client: LedgerClient, code: grpc.StatusCode
) -> None:
    """Who acts is checked before the key is looked up, so the first try may have been done."""
    books.script.extend([says_no(grpc.StatusCode.UNAVAILABLE), says_no(code), says_no(code)])
    with pytest.raises(OutcomeUnknown):
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)


def test_a_rule_that_says_no_at_the_second_try_settles_it(
    books: RecordingLedger, client: LedgerClient
) -> None:
    """The key is looked up before the rules: had the first try been done, it would be found."""
    books.script.extend(
        [says_no(grpc.StatusCode.UNAVAILABLE), says_no(grpc.StatusCode.FAILED_PRECONDITION)]
    )
    with pytest.raises(LedgerRefused):
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)


def test_what_was_never_sent_changed_nothing() -> None:
    """A ledger that does not listen is a fault, not a doubt."""
    client = LedgerClient(f"127.0.0.1:{free_port()}", _token, back_off_seconds=(0.01,))
    with pytest.raises(LedgerFault):
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    client.close()


def test_a_ledger_that_dies_after_it_was_known_is_a_fault_when_it_cannot_be_reached(
    books: RecordingLedger, client: LedgerClient
) -> None:
    """Without a connection nothing leaves the desk, so nothing can have been changed."""
    client.capabilities(SARAH)
    books.stop()
    with pytest.raises(LedgerFault):
        client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    assert books.commands() == []


def test_deadlines_are_ten_seconds_to_read_and_forty_five_to_write(
    books: RecordingLedger, client: LedgerClient
) -> None:
    """The contract's deadlines travel with each call; gRPC rounds them up on the way."""
    client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    books.script.append(says_no(grpc.StatusCode.NOT_FOUND))
    with pytest.raises(LedgerRefused):
        client.get_balance("ACC-1", SARAH)
    write, read = books.commands()[0], books.calls[-1]
    assert 11 < (write.seconds_left or 0) < 46
    assert 0 < (read.seconds_left or 0) < 11


def test_every_call_says_who_acts(books: RecordingLedger, client: LedgerClient) -> None:
    """The token of the staff member's session is in the metadata."""
    client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    assert {each.metadata["authorization"] for each in books.calls} == {
        "Bearer staff-support/session-1"
    }


def test_what_the_ledger_offers_is_asked_once(books: RecordingLedger, client: LedgerClient) -> None:
    """The answer is kept for a while: two pages, one question."""
    client.capabilities(SARAH)
    assert client.capabilities(SARAH).previews
    assert [each.rpc for each in books.calls] == ["GetCapabilities"]


@pytest.fixture
def older_client() -> Iterator[tuple[RecordingLedger, LedgerClient]]:
    """A ledger that speaks the contract without our additions."""
    server = RecordingLedger(free_port(), extended_fields=False)
    server.start()
    client = LedgerClient(server.address, _token, back_off_seconds=())
    yield server, client
    client.close()
    server.stop()


def test_an_older_ledger_is_not_sent_our_fields(
    older_client: tuple[RecordingLedger, LedgerClient],
) -> None:
    """Without the capability, fields from 100 up stay at home and the command is sent."""
    books, client = older_client
    client.command(RECORD_REPAYMENT, _repayment(), SARAH)
    assert books.commands()[0].request.expected_version == 0
    assert books.commands()[0].request.amount == "10.00"
    assert not client.capabilities(SARAH).previews


def test_a_named_fee_is_never_sent_to_a_ledger_that_would_overlook_it(
    older_client: tuple[RecordingLedger, LedgerClient],
) -> None:
    """A field that changes what is done is refused at the desk, not dropped."""
    books, client = older_client
    request = ledger.WaiveFeeRequest(
        loan_account_id="ACC-1", waiver_amount="10.00", target_transaction_id="TX-FEE"
    )
    with pytest.raises(LedgerRefused) as caught:
        client.command("AccountingLedgerService/WaiveFee", request, SARAH)
    assert caught.value.field == "target_transaction_id"
    assert books.commands() == []
