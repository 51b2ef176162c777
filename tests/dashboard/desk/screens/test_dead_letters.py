"""The pages of dead letters, run without a browser: their states, and text that stays text."""

import base64
from collections.abc import Callable

import grpc
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from dashboard import services
from dashboard.components.acting import OpenForm
from dashboard.queries.accounts import account as account_on_screen
from proto import documents, letter_seal
from proto import servicing_pb2 as servicing
from proto.documents import LetterAnswerDocument, LetterStepDocument
from proto.search_tokens import tokens
from proto.values import Instant, Key
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.recording_ledger import RecordingLedger, needs_approval, says_no
from tests.dashboard.desk.screens.filled_forms import BEGUN
from tests.dashboard.desk.screens.reading import button, everything, until
from tests.dashboard.desk.test_letters import ERROR, dead

LETTER = "1700000000000-1"
EVENT = f"letter:{LETTER}:1"
HOSTILE = "<script>x</script> **b** :red[y] $x$"


@pytest.fixture
def answers(books: RecordingLedger, store: Store) -> Callable[[dict[str, str]], None]:
    """A projector that answers the next opening with a payment of these fields."""

    def ready(fields: dict[str, str]) -> None:
        def opened(request: servicing.OpenLetterRequest, _context: grpc.ServicerContext) -> Message:
            raw = {name.encode(): value.encode() for name, value in fields.items()}
            sealed = letter_seal.sealed_for(request.reader_key, EVENT.encode(), raw)
            at = Instant.parse("2026-11-01")
            answer = LetterAnswerDocument(state="sealed", at=at, sealed=sealed)
            store(documents.LETTER_ANSWERS, EVENT, answer)
            return servicing.LetterResponse(letter_id=request.letter_id, event_id=EVENT)

        books.script.append(opened)

    return ready


def payment(**told: str) -> dict[str, str]:
    """The fields of a dead payment."""
    body = ",".join(f'"{name}":"{value}"' for name, value in told.items())
    kind = {"typ": "payment.received.v1", "payload": f"{{{body}}}"}
    return {**kind, "error": ERROR.decode()}


def test_the_list_says_what_it_holds_or_that_it_is_empty(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """Empty, nothing found, a reference too short, and the row that a search leaves."""
    assert "every event that came was applied" in everything(opened("dead_letters.py", "admin"))
    dead(store, 1, sender=HOSTILE, tokens=tokens(services.search_token_key(), ["P-998877"]))
    for asked, said in (
        ("P-998877", "InvalidTimestamp"),
        ("P-1", "No dead letter holds this reference"),
        ("P", "A reference has 3 to"),
    ):
        page = opened("dead_letters.py", "admin", reference=asked)
        assert not page.exception
        assert said in everything(page)
        assert [each.value for each in page.markdown if "script" in each.value] == []


def test_an_opened_letter_marks_the_bad_field_and_offers_a_correction(
    opened: Callable[..., AppTest],
    store: Store,
    books: RecordingLedger,
    answers: Callable[[dict[str, str]], None],
) -> None:
    """The form begins with what could be read; the date is asked for, and the text is inert."""
    dead(store, 1)
    books.preview = needs_approval
    told = {"account_id": "ACC-1", "amount": "18.00", "payment_reference": HOSTILE}
    answers(payment(**told, effective_date="2025-13-45"))
    page = until(opened("dead_letter.py", "admin", id=LETTER), "Cannot be applied")
    assert not page.exception
    assert [each.request.letter_id for each in books.commands()] == [LETTER]
    button(page, "Issue a correction").click().run()
    assert page.text_input("IssueCorrection-ACC-1-amount").value == "18.00"
    assert page.date_input("IssueCorrection-ACC-1-effective_date").value is None
    assert any("came as" in each.value for each in page.markdown)
    assert [each.value for each in page.markdown if "<script" in each.value] == []
    assert page.button("send-form").disabled


def test_a_correction_that_is_entered_anew_elsewhere_opens_its_letter(
    opened: Callable[..., AppTest],
    store: Store,
    database: DeskDatabase,
    answers: Callable[[dict[str, str]], None],
) -> None:
    """After a reload, on the account's page: the bad field is marked, beside what came."""
    dead(store, 1, entry_id="1-0")
    answers(payment(account_id="ACC-1", amount="18.00", effective_date="2025-13-45"))
    page = opened("customer.py", "admin", id="CUS-12345")
    seen = account_on_screen(database, "ACC-1")
    assert seen is not None
    begun = BEGUN["IssueCorrection"]
    form = OpenForm(command=begun.name, account=seen, entered=begun, retries="key-1")
    page.session_state["slot:form"] = form
    page = until(page.run(), "Cannot be applied")
    assert any("came as **2025-13-45**" in each.value.replace("\\", "") for each in page.markdown)
    assert (
        str(page.date_input("IssueCorrection-ACC-1-effective_date").value) == begun.effective_date
    )
    assert "$18.00" in everything(page)


def test_a_letter_that_cannot_be_opened_says_why(
    opened: Callable[..., AppTest], store: Store, books: RecordingLedger
) -> None:
    """The ledger's sentence, the rest of the page, and a way to try again; nothing is offered."""
    dead(store, 1)
    refused = servicing.RefusalDetail(reason="NO_RIGHT", sentence="You have no right to it.")
    books.script.append(says_no(grpc.StatusCode.PERMISSION_DENIED, refused))
    page = until(opened("dead_letter.py", "admin", id=LETTER), "You have no right to it")
    assert "InvalidTimestamp" in page.error[0].value.replace("\\", "")
    assert {each.label for each in page.button} == {"Open the entry again"}
    page = opened("dead_letter.py", "admin", id="1-1")
    assert "There is no dead letter" in everything(page)


def test_a_replay_is_asked_for_once(
    opened: Callable[..., AppTest],
    store: Store,
    database: DeskDatabase,
    books: RecordingLedger,
    answers: Callable[[dict[str, str]], None],
) -> None:
    """Under a key of its own; once the projector has done it there is no button any more."""
    dead(store, 1, event_type="customer.changed.v1")
    fields = payment(customer_id="CUS-1") | {"typ": "customer.changed.v1"}
    answers(fields)
    page = until(opened("dead_letter.py", "admin", id=LETTER), "Only a payment can be corrected")
    books.script.append(lambda *_: servicing.LetterResponse(letter_id=LETTER, event_id="e"))
    button(page, "Replay").click().run()
    sent = [each.request for each in books.commands() if each.rpc == "ReplayLetter"]
    assert [each.letter_id for each in sent] == [LETTER]
    assert len(sent[0].idempotency_key) >= 8
    database[documents.DEAD_LETTERS.name].update_one({}, {"$set": {"status": "replayed"}})
    page.run()
    assert "Replay" not in {each.label for each in page.button}


def test_a_letter_of_which_the_beginning_was_kept_is_not_replayed(
    opened: Callable[..., AppTest], store: Store, answers: Callable[[dict[str, str]], None]
) -> None:
    """The page says how large it was and who must send it again."""
    dead(store, 1, event_type="customer.changed.v1", whole_bytes=18_000_000)
    answers({"typ": "customer.changed.v1", "payload": "x", "error": "TooLarge: too large"})
    page = until(opened("dead_letter.py", "admin", id=LETTER), "Of 18,000,000 bytes only")
    assert "Replay" not in {each.label for each in page.button}


def test_the_reader_key_is_of_this_reading(
    opened: Callable[..., AppTest],
    store: Store,
    books: RecordingLedger,
    answers: Callable[[dict[str, str]], None],
) -> None:
    """Two tabs have two keys; neither can read what was sealed for the other."""
    dead(store, 1)
    keys = []
    for _ in range(2):
        answers(payment(amount="1.00"))
        until(opened("dead_letter.py", "admin", id=LETTER), "It names no account")
        keys.append(base64.b64encode(books.commands()[-1].request.reader_key))
    assert keys[0] != keys[1]


def test_a_letter_that_needs_no_posting_is_closed_for_a_reason(
    opened: Callable[..., AppTest],
    store: Store,
    books: RecordingLedger,
    answers: Callable[[dict[str, str]], None],
) -> None:
    """The reason is one of the list; what was closed so is said on the letter, by whom.

    What the ledger refuses stands on the page in its own words.
    """
    dead(store, 1)
    answers(payment(account_id="ACC-1", amount="18.00"))
    page = until(opened("dead_letter.py", "admin", id=LETTER), "Close without a posting")
    page.selectbox(f"close-letter-reason-{LETTER}").set_value("test_message")
    waits = servicing.RefusalDetail(reason="CORRECTION_WAITS", sentence="AP-1 is pending.")
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, waits))
    button(page, "Close the letter").click().run()
    assert "AP-1 is pending." in everything(page).replace("\\", "")
    books.script.append(lambda *_: servicing.LetterResponse(letter_id=LETTER, event_id="e"))
    button(page, "Close the letter").click().run()
    _, sent = [each.request for each in books.commands() if each.rpc == "ResolveLetter"]
    told = (sent.letter_id, sent.reason_code, sent.original_message_id)
    assert told == (LETTER, "test_message", "16-1")
    at = Instant.parse("2026-11-01")
    step = LetterStepDocument(
        event_id=Key(f"letter:{LETTER}:2"),
        kind="resolved",
        letter_id=Key(LETTER),
        reason_code="test_message",
        by=Key("staff-admin"),
        at=at,
    )
    store(documents.LETTER_STEPS, f"letter:{LETTER}:2", step)
    dead(store, 1, status="resolved")
    said = everything(page.run())
    assert "Closed without a posting by" in said
    assert "A test" in said
    assert "Close the letter" not in {each.label for each in page.button}
