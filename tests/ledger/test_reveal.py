"""Free texts are read one event at a time, by who may, and that is on the record."""

import sqlite3

import grpc
import pytest

from proto import subjects
from tests.builders import LedgerProcess, refusal_of
from tests.ledger import asking


def _waived(ledger: LedgerProcess) -> str:
    account = ledger.system.active_loan()
    answer = ledger.caller("staff-support").waive(
        account, "10.00", reason="her son is ill", notes="called twice"
    )
    return answer.event_id


def test_a_text_is_given_back_as_it_was_written(ledger: LedgerProcess) -> None:
    """By the event's id, every text of it by name."""
    found = asking.reveal(ledger.caller("staff-compliance"), _waived(ledger))
    assert found.texts == {"reason": "her son is ill", "notes": "called twice"}


def test_reading_is_recorded_with_who_why_and_what(ledger: LedgerProcess) -> None:
    """The record holds the names of the texts, never what they say; the purpose is one more."""
    event_id = _waived(ledger)
    found = asking.reveal(ledger.caller("staff-support"), event_id, "Jane says he is ill")
    (entry,) = [e for e in ledger.system.entries() if e.event_id == found.recorded_as]
    assert entry.subject_id == f"{subjects.REVEAL}staff-support"
    assert (entry.event_type, entry.actor) == ("text.revealed.v1", "staff-support")
    assert b'"names":["notes","reason"]' in entry.body
    assert event_id.encode() in entry.body
    assert b"is ill" not in entry.body
    why = asking.reveal(ledger.caller("staff-compliance"), found.recorded_as)
    assert why.texts == {"purpose": "Jane says he is ill"}


@pytest.mark.parametrize("actor", ["staff-analyst", "projector", "system"])
def test_who_may_not_read_texts_reads_none(ledger: LedgerProcess, actor: str) -> None:
    """Not the analyst, not a machine; and nothing is recorded."""
    event_id = _waived(ledger)
    head = len(ledger.system.entries())
    with pytest.raises(grpc.RpcError) as refused:
        asking.reveal(ledger.caller(actor), event_id)
    assert refusal_of(refused.value).reason == "NO_RIGHT"
    assert len(ledger.system.entries()) == head


@pytest.mark.parametrize("event_id", ["", "x", "LA-none:1", ":", "a:b", "a:²", "a:" + "9" * 40])
def test_an_event_that_is_not_there_is_not_found(ledger: LedgerProcess, event_id: str) -> None:
    """Nor is one that holds no text."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.reveal(ledger.caller("staff-support"), event_id)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_purpose_must_be_given(ledger: LedgerProcess) -> None:
    """Nobody reads for no reason."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.reveal(ledger.caller("staff-support"), _waived(ledger), " ")
    assert refusal_of(refused.value).field == "purpose"


def test_a_text_whose_key_is_gone_is_told_so(ledger_alone: LedgerProcess) -> None:
    """Destroying a customer's key erases the text; the chain stays as it is."""
    event_id = _waived(ledger_alone)
    ledger_alone.stop()
    keys = sqlite3.connect(ledger_alone.data_dir / "ledger" / "text-keys.db")
    keys.execute("DELETE FROM text_keys")
    keys.commit()
    keys.close()
    ledger_alone.start()
    with pytest.raises(grpc.RpcError) as refused:
        asking.reveal(ledger_alone.caller("staff-support"), event_id)
    assert refusal_of(refused.value).reason == "TEXT_ERASED"
