"""A message of the inbox is posted once or its letter is closed: never both, whoever asks."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_key, refusal_of
from tests.counts import count
from tests.ledger.approvers import Approver, approver, ask, cancel, refused
from tests.ledger.taking_back import close_letter, issue, new_message


@pytest.fixture
def admin(ledger: LedgerProcess) -> Caller:
    """Who closes letters and asks for corrections."""
    return ledger.caller("staff-admin")


@pytest.fixture(scope="module")
def decider(ledger: LedgerProcess) -> Approver:
    """Who decides them."""
    return approver(ledger)


def _correction(account: str, message_id: str) -> pb.PreviewRequest:
    return pb.PreviewRequest(issue_correction=issue(account, message_id, "10.00"))


def test_a_letter_is_not_closed_while_its_correction_may_still_be_approved(
    system: Caller, admin: Caller, decider: Approver
) -> None:
    """Neither pending nor returned; other messages are, and this one when it is over."""
    message_id, account = new_message(), system.active_loan()
    asked = ask(admin, _correction(account, message_id))
    told = refused(close_letter, admin, message_id=message_id)
    assert (told.reason, asked.request_number in told.sentence) == ("CORRECTION_WAITS", True)
    close_letter(admin, message_id=new_message())
    decider.return_(asked.request_id)
    assert "returned" in refused(close_letter, admin, message_id=message_id).sentence
    cancel(admin, asked.request_id)
    asked = ask(admin, _correction(account, message_id))
    assert refused(close_letter, admin, message_id=message_id).reason == "CORRECTION_WAITS"
    decider.reject(asked.request_id)
    close_letter(admin, message_id=message_id)


def test_a_message_that_was_closed_is_not_corrected_any_more(system: Caller, admin: Caller) -> None:
    """On whatever account; its other letters may be closed too, the same one not again."""
    message_id, letter_id = new_message(), new_message()
    close_letter(admin, letter_id, message_id)
    for _ in range(2):
        told = refused(ask, admin, _correction(system.active_loan(), message_id))
        assert (told.reason, told.field) == ("LETTER_CLOSED", "original_message_id")
    close_letter(admin, message_id=message_id)
    assert refused(close_letter, admin, letter_id, message_id).reason == "LETTER_CLOSED"
    again = pb.ReplayLetterRequest(letter_id=letter_id, idempotency_key=new_key())
    with pytest.raises(grpc.RpcError) as error:
        admin.operations.ReplayLetter(again, metadata=admin.metadata())
    assert refusal_of(error.value).reason == "LETTER_CLOSED"


def test_a_message_that_was_posted_is_not_closed_as_without_a_posting(
    system: Caller, admin: Caller, decider: Approver
) -> None:
    """What stands in the books was posted."""
    message_id = new_message()
    decider.approve(ask(admin, _correction(system.active_loan(), message_id)).request_id)
    assert refused(close_letter, admin, message_id=message_id).reason == "MESSAGE_POSTED"


def _reason(act: object, *args: object, **named: object) -> str:
    try:
        act(*args, **named)  # type: ignore[operator] # a call
    except grpc.RpcError as error:
        return refusal_of(error).reason
    return ""


def test_of_asking_and_closing_at_once_one_is_refused(system: Caller, admin: Caller) -> None:
    """Also where both come into one group of the ledger's commits."""
    account, loser = system.active_loan(), {"CORRECTION_WAITS", "LETTER_CLOSED"}
    with ThreadPoolExecutor(8) as pool:
        for _ in range(count(20, 200)):
            message_id = new_message()
            both = (
                pool.submit(_reason, ask, admin, _correction(account, message_id)),
                pool.submit(_reason, close_letter, admin, message_id=message_id),
            )
            found = {each.result() for each in both}
            assert "" in found
            assert len(found & loser) == 1
