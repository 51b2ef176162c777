"""What stands beside an account's figures: conversations, notes, requests, events."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.queries.account_requests import open_requests
from dashboard.queries.conversations import (
    UTTERANCES_A_PAGE,
    ConversationOutline,
    Freshness,
    conversations_of,
    transcript,
)
from dashboard.queries.notes import notes_of
from dashboard.queries.rights import NotAllowed
from dashboard.queries.statement import Statement, StatementLine
from dashboard.queries.transaction_event import TransactionEventInFull, transaction_event
from dashboard.recent_customers import KEPT, recent_customers, remember
from dashboard.reports.statement_csv import statement_csv
from proto import documents
from proto.documents import ApprovalDocument, ConversationDocument, NoteDocument, Utterance
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import customer, transaction

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SUPPORT = frozenset({"support"})
ANALYST = frozenset({"analyst"})


def conversation(name: str, said: int, minutes_ago: int = 5) -> ConversationDocument:
    """Build a conversation of John's in which customer and assistant take turns."""
    last = Instant.of(NOW - timedelta(minutes=minutes_ago))
    lines = [
        Utterance(
            username="customer" if number % 2 == 0 else "assistant",
            utterance=f"line {number}",
            created_at=last,
        )
        for number in range(said)
    ]
    return ConversationDocument(
        conversation_id=Key(name),
        customer_id_string=Key("CUS-12345"),
        last_utterance_time=last,
        utterances=lines,
    )


def test_conversations_are_listed_newest_first(database: DeskDatabase, store: Store) -> None:
    """Those of this customer, and of nobody else."""
    store(documents.CONVERSATIONS, "C-1", conversation("C-1", 2, minutes_ago=900))
    store(documents.CONVERSATIONS, "C-2", conversation("C-2", 2, minutes_ago=4))
    found = conversations_of(database, SUPPORT, "CUS-12345")
    assert [each.conversation_id for each in found] == ["C-2", "C-1"]
    assert conversations_of(database, SUPPORT, "CUS-1") == []
    assert transcript(database, SUPPORT, "CUS-1", "C-1") is None


def test_a_long_transcript_is_read_in_parts(database: DeskDatabase, store: Store) -> None:
    """The newest part first; together the parts are every line, once and in order."""
    said = 2 * UTTERANCES_A_PAGE + 5
    store(documents.CONVERSATIONS, "C-1", conversation("C-1", said))
    parts = [transcript(database, SUPPORT, "CUS-12345", "C-1", page) for page in (1, 2, 3)]
    lines: list[str] = []
    for part in reversed(parts):
        assert part is not None
        assert (part.pages, part.lines) == (3, said)
        assert len(part.conversation.utterances) <= UTTERANCES_A_PAGE
        lines += [each.utterance for each in part.conversation.utterances]
    assert lines == [f"line {number}" for number in range(said)]
    beyond = transcript(database, SUPPORT, "CUS-12345", "C-1", 99)
    assert beyond is not None
    assert beyond.page == 3


def test_a_conversation_without_a_word_can_be_opened(database: DeskDatabase, store: Store) -> None:
    """It has one empty part."""
    store(documents.CONVERSATIONS, "C-1", conversation("C-1", 0))
    found = transcript(database, SUPPORT, "CUS-12345", "C-1")
    assert found is not None
    assert (found.conversation.utterances, found.pages) == ((), 1)


@pytest.mark.parametrize(
    ("minutes", "fresh"),
    [
        (2, "active"),
        (3, "paused"),
        (20, "paused"),
        (21, "soft_end"),
        (1440, "soft_end"),
        (1441, "hard_end"),
    ],
)
def test_freshness_follows_the_last_message(minutes: int, fresh: Freshness) -> None:
    """Under 3 minutes active, to 20 paused, to 24 hours soft end, older hard end."""
    last = Instant.of(NOW - timedelta(minutes=minutes))
    each = ConversationOutline(conversation_id=Key("C-1"), last_utterance_time=last)
    assert each.freshness(NOW) == fresh


def test_an_analyst_reads_no_conversation_and_no_note(database: DeskDatabase) -> None:
    """Transcripts and notes are about persons."""
    for ask in (conversations_of, notes_of, open_requests):
        with pytest.raises(NotAllowed):
            ask(database, ANALYST, "CUS-12345")
    with pytest.raises(NotAllowed):
        transcript(database, ANALYST, "CUS-12345", "C-1")


def test_notes_are_listed_newest_first_without_their_text(
    database: DeskDatabase, store: Store
) -> None:
    """Who and when; the text is in an event, behind the ledger."""
    for number in (1, 2):
        note = NoteDocument(
            note_id=Key(f"N-{number}"),
            customer_id=Key("CUS-12345"),
            added_by=Key("staff-support"),
            added_at=Instant.of(NOW + timedelta(hours=number)),
            text_event_id=Key(f"note:N-{number}:1"),
        )
        store(documents.NOTES, f"N-{number}", note)
    found = notes_of(database, SUPPORT, "CUS-12345")
    assert [(each.note_id, each.text_event_id) for each in found] == [
        ("N-2", "note:N-2:1"),
        ("N-1", "note:N-1:1"),
    ]


def test_an_account_shows_what_is_not_decided_yet(database: DeskDatabase, store: Store) -> None:
    """Pending and returned requests; what is over is history."""
    for status in ("pending", "returned", "approved", "rejected", "cancelled", "expired"):
        request = ApprovalDocument(
            request_id=Key(status),
            status=status,
            loan_account_id=Key("ACC-1"),
            amount=Money(2_500_00),
            requested_at=Instant.of(NOW),
        )
        store(documents.APPROVALS, status, request)
    found = open_requests(database, SUPPORT, "ACC-1")
    assert {each.status for each in found} == {"pending", "returned"}
    assert open_requests(database, SUPPORT, "ACC-2") == []


def test_a_transaction_opens_on_its_own_account_alone(database: DeskDatabase, store: Store) -> None:
    """An address that names another account finds nothing; an analyst gets no reference."""
    store(documents.TRANSACTIONS, "TX-1", transaction(1, reference="P-1"))
    found = transaction_event(database, SUPPORT, "ACC-1", "TX-1")
    assert isinstance(found, TransactionEventInFull)
    assert (found.event_id, found.payment_reference) == ("ACC-1:1", "P-1")
    assert transaction_event(database, SUPPORT, "ACC-2", "TX-1") is None
    assert "P-1'" not in repr(transaction_event(database, ANALYST, "ACC-1", "TX-1"))


def test_a_statements_file_has_its_balances_and_no_formula() -> None:
    """What begins like a formula is text; amounts are plain figures."""
    line = StatementLine("2026-11-05", "TX-1", "=1+1", Money(50_00), None, Money(770_00))
    told = Statement(
        account_number="0997-0050",
        first="2026-11-01",
        last="2026-11-30",
        opening=Money(720_00),
        charged=Money(50_00),
        paid=Money(0),
        closing=Money(770_00),
        lines=(line,),
    )
    assert statement_csv(told).splitlines()[1:] == [
        "2026-11-01,,Opening balance,,,720.00",
        "2026-11-05,TX-1,'=1+1,50.00,,770.00",
        "2026-11-30,,Closing balance,,,770.00",
    ]


def test_whom_somebody_opened_last_stands_first(database: DeskDatabase, store: Store) -> None:
    """Each once, only so many, everybody their own; an analyst's list names nobody."""
    for number in range(KEPT + 2):
        store(documents.CUSTOMERS, f"CUS-{number}", customer(f"CUS-{number}"))
        remember(database, "staff-support", f"CUS-{number}")
    remember(database, "staff-support", "CUS-5")
    found = [each.customer_id for each in recent_customers(database, SUPPORT, "staff-support")]
    assert found[:2] == ["CUS-5", f"CUS-{KEPT + 1}"]
    assert len(found) == len(set(found)) == KEPT
    assert recent_customers(database, SUPPORT, "staff-other") == []
    assert "John" not in repr(recent_customers(database, ANALYST, "staff-support"))
