"""Notes about customers and marks of those who audit, through the one door."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from proto import codec
from proto import servicing_pb2 as pb
from proto.events import ItemReviewed, NoteAdded, NoteAmended
from proto.servicing_pb2_grpc import NoteServiceStub, ReviewServiceStub
from tests.builders import Caller, LedgerProcess, new_id, new_key, open_loan_request, refusal_of


def _add(caller: Caller, **fields: object) -> pb.NoteResponse:
    request = pb.AddNoteRequest(
        **{  # type: ignore[arg-type] # fields of the request
            "customer_id": "CUS-1",
            "text": "prefers to be called after six",
            "idempotency_key": new_key(),
            **fields,
        }
    )
    return NoteServiceStub(caller.channel).AddNote(request, metadata=caller.metadata())


def _amend(caller: Caller, note_id: str, text: str, version: int = 0) -> pb.NoteResponse:
    request = pb.AmendNoteRequest(
        note_id=note_id, text=text, idempotency_key=new_key(), expected_version=version
    )
    return NoteServiceStub(caller.channel).AmendNote(request, metadata=caller.metadata())


def _verify(caller: Caller, event_id: str, note: str = "") -> pb.ReviewResponse:
    request = pb.MarkVerifiedRequest(event_id=event_id, note=note, idempotency_key=new_key())
    return ReviewServiceStub(caller.channel).MarkVerified(request, metadata=caller.metadata())


def _query(caller: Caller, event_id: str, note: str = "why then?") -> pb.ReviewResponse:
    request = pb.QueryItemRequest(event_id=event_id, note=note, idempotency_key=new_key())
    return ReviewServiceStub(caller.channel).QueryItem(request, metadata=caller.metadata())


def _event(caller: Caller, event_id: str) -> tuple[pb.JournalEntry, Any]:
    entry = next(each for each in caller.entries() if each.event_id == event_id)
    return entry, codec.read_event(entry.event_type, entry.body)


def test_a_note_is_kept_as_ciphertext_under_its_customer(system: Caller, support: Caller) -> None:
    """The journal tells who wrote about whom and when, and not a word of what."""
    account = system.active_loan(open_loan_request(customer_id="CUS-1"))
    answer = _add(support, loan_account_id=account)
    entry, event = _event(system, answer.event_id)
    assert isinstance(event, NoteAdded)
    assert (event.customer_id, event.account_id, entry.actor) == ("CUS-1", account, "staff-support")
    assert set(event.sealed_texts) == {"text"}
    assert b"after six" not in entry.body


def test_an_amended_note_has_a_new_text_and_keeps_the_old_one_in_the_journal(
    system: Caller, support: Caller, supervisor: Caller
) -> None:
    """Nothing is edited: the amendment is an event that follows the note's first.

    Under somebody's name stands what they wrote: nobody else amends it.
    """
    added = _add(support)
    with pytest.raises(grpc.RpcError) as refused:
        _amend(supervisor, added.note_id, "prefers e-mail")
    assert refusal_of(refused.value).reason == "NOT_AUTHOR"
    amended = _amend(support, added.note_id, "prefers e-mail", version=added.note_version)
    assert (amended.note_id, amended.note_version) == (added.note_id, 2)
    assert isinstance(_event(system, added.event_id)[1], NoteAdded)
    assert isinstance(_event(system, amended.event_id)[1], NoteAmended)


def test_a_note_sent_twice_under_one_key_is_one_note(support: Caller) -> None:
    """The retry is told the id that the first try was given."""
    key = new_key()
    first, second = _add(support, idempotency_key=key), _add(support, idempotency_key=key)
    assert second.idempotent_replay
    assert (first.note_id, first.event_id) == (second.note_id, second.event_id)


def _foreign_account(ledger: LedgerProcess) -> object:
    account = ledger.system.open_loan(open_loan_request(customer_id="CUS-2"))
    return _add(ledger.caller("staff-support"), loan_account_id=account)


def _stale(ledger: LedgerProcess) -> object:
    support = ledger.caller("staff-support")
    note = _add(support)
    _amend(support, note.note_id, "a", version=1)
    return _amend(support, note.note_id, "b", version=1)


@pytest.mark.parametrize(
    ("act", "reason", "field"),
    [
        (
            lambda led: _add(led.caller("staff-support"), loan_account_id="LA-none"),
            "NO_SUCH_ACCOUNT",
            "loan_account_id",
        ),
        (_foreign_account, "NOT_THE_CUSTOMERS", "customer_id"),
        (
            lambda led: _amend(led.caller("staff-support"), "none", "x"),
            "NO_SUCH_NOTE",
            "note_id",
        ),
        (_stale, "STALE_VERSION", "expected_version"),
        (lambda led: _add(led.caller("staff-support"), text=" "), "INVALID_FIELD", "text"),
        (
            lambda led: _add(led.caller("staff-support"), text="card 4111 1111 1111 1111"),
            "CARD_NUMBER",
            "text",
        ),
        (lambda led: _add(led.caller("staff-compliance")), "NO_RIGHT", ""),
        (lambda led: _add(led.caller("staff-analyst")), "NO_RIGHT", ""),
        (lambda led: _add(led.caller("staff-admin")), "NO_RIGHT", ""),
    ],
)
def test_a_note_that_is_refused_says_why(
    ledger: LedgerProcess, act: Callable[[LedgerProcess], object], reason: str, field: str
) -> None:
    """As every command does."""
    with pytest.raises(grpc.RpcError) as refused:
        act(ledger)
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == (reason, field)


def test_a_mark_is_an_event_of_its_own_about_the_event_that_was_looked_at(
    ledger: LedgerProcess, system: Caller, support: Caller
) -> None:
    """A later mark does not replace the earlier one; both stay."""
    compliance = ledger.caller("staff-compliance")
    account = system.active_loan(open_loan_request(customer_id="CUS-1"))
    repaid = support.repay(account, "10.00").event_id
    queried, verified = _query(compliance, repaid), _verify(compliance, repaid)
    assert queried.review_id == verified.review_id == f"review:{repaid}"
    marks = [_event(system, each.event_id)[1] for each in (queried, verified)]
    assert all(isinstance(mark, ItemReviewed) for mark in marks)
    assert [mark.outcome for mark in marks] == ["queried", "verified"]
    assert {(m.event_id, m.account_id, m.customer_id) for m in marks} == {
        (repaid, account, "CUS-1")
    }
    assert [set(mark.sealed_texts) for mark in marks] == [{"note"}, set()]


def test_an_event_about_staff_is_reviewed_too(ledger: LedgerProcess, system: Caller) -> None:
    """It concerns no customer and no account."""
    created = ledger.caller("staff-admin").create_staff(new_id("p"), ["support"])
    answer = _verify(ledger.caller("staff-compliance"), created.event_id, note="as it should be")
    mark = _event(system, answer.event_id)[1]
    assert (mark.account_id, mark.customer_id) == ("", "")


def _second_sign_in(caller: Caller, person_id: str) -> None:
    request = pb.CreateStaffRequest(
        staff_id=f"{person_id}-2",
        username=f"{person_id}-2",
        display_name="A Person",
        roles=["compliance"],
        person_id=person_id,
        idempotency_key=new_key(),
    )
    caller.staff.Create(request, metadata=caller.metadata())


@pytest.mark.parametrize("act", [_verify, _query])
def test_nobody_reviews_what_they_did_themselves(
    ledger: LedgerProcess, act: Callable[[Caller, str], object]
) -> None:
    """Neither under the same sign-in nor under another one of the same person."""
    staff_id = new_id("p")
    admin = ledger.caller("staff-admin")
    admin.create_staff(staff_id, ["support", "compliance"])
    _second_sign_in(admin, staff_id)
    person = ledger.caller(staff_id)
    own = person.repay(ledger.system.active_loan(), "1.00").event_id
    for caller in (person, ledger.caller(f"{staff_id}-2")):
        with pytest.raises(grpc.RpcError) as refused:
            act(caller, own)
        assert refusal_of(refused.value).reason == "OWN_EVENT"


@pytest.mark.parametrize(
    ("event_id", "reason"),
    [
        ("LA-none:1", "NO_SUCH_EVENT"),
        ("LA-none", "INVALID_FIELD"),
        ("LA-none:0", "INVALID_FIELD"),
        ("LA-none:99999999999999999999", "INVALID_FIELD"),
        ("", "INVALID_FIELD"),
    ],
)
def test_an_event_that_is_not_there_is_not_reviewed(
    ledger: LedgerProcess, event_id: str, reason: str
) -> None:
    """An id is a subject, a colon and a version."""
    with pytest.raises(grpc.RpcError) as refused:
        _verify(ledger.caller("staff-compliance"), event_id)
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == (reason, "event_id")


@pytest.mark.parametrize("actor", ["staff-support", "staff-supervisor", "staff-admin", "system"])
@pytest.mark.parametrize("act", [_verify, _query])
def test_only_compliance_reviews(
    ledger: LedgerProcess, act: Callable[[Caller, str], object], actor: str
) -> None:
    """Nobody else has the right."""
    with pytest.raises(grpc.RpcError) as refused:
        act(ledger.caller(actor), "LA-none:1")
    assert refusal_of(refused.value).reason == "NO_RIGHT"


def test_a_question_without_words_is_none(ledger: LedgerProcess) -> None:
    """To query is to ask something."""
    with pytest.raises(grpc.RpcError) as refused:
        _query(ledger.caller("staff-compliance"), "LA-1:1", note=" ")
    assert refusal_of(refused.value).field == "note"
