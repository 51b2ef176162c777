"""Dead letters at the desk: found by any reference, paged, read whatever is in them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
import pytest

from dashboard.letter_entry import bad_fields, read_entry
from dashboard.queries import letters
from dashboard.queries.letters import LetterFilter, LetterRow
from dashboard.queries.rights import NotAllowed
from dashboard.session import ROLE_NAMES
from proto import documents
from proto.documents import DeadLetterDocument, LetterStepDocument
from proto.search_tokens import tokens
from proto.streams import INBOX, INTERNAL
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store

ADMIN: Final = frozenset({"admin"})
KEY: Final = bytes(32)
FIRST: Final = datetime(2026, 11, 1, tzinfo=UTC)
BODY: Final = b'{"account_id":"ACC-555","amount":"180.00","effective_date":"2025-13-45"}'
ERROR: Final = b"InvalidTimestamp: '2025-13-45' - at `$.effective_date`"


def dead(store: Store, number: int, reference: str = "P-998877", **told: object) -> str:
    """Put a letter there; of two, the one with the later number came later."""
    letter_id = f"1700000000000-{number}"
    usual: dict[str, object] = {
        "letter_id": Key(letter_id),
        "stream": INBOX,
        "entry_id": f"16-{number}",
        "event_type": "payment.received.v1",
        "error_kind": "InvalidTimestamp",
        "error": ERROR.decode(),
        "moved_at": Instant.of(FIRST + timedelta(minutes=number // 2)),
        "customer_id": Key(""),
        "sealed": b"",
        "tokens": tokens(KEY, [reference]),
    }
    document = DeadLetterDocument(**(usual | told))  # type: ignore[arg-type]  # any field
    store(documents.DEAD_LETTERS, letter_id, document)
    return letter_id


def found(database: DeskDatabase, **chosen: str) -> list[str]:
    """Give the ids of what a filter leaves."""
    page = letters.letters_page(database, ADMIN, KEY, LetterFilter(**chosen))
    return [str(each.letter_id) for each in page.rows]


def test_a_letter_is_found_by_any_reference_and_narrowed_by_state_and_error(
    database: DeskDatabase, store: Store
) -> None:
    """In any case of letters, and with the space around it that came with a paste."""
    first = dead(store, 1)
    second = dead(store, 2, "P-1", status="resolved", error_kind="InvalidMoney")
    assert found(database, reference=" p-998877 ") == [first]
    assert found(database, reference="P-99887") == []
    assert found(database, status="resolved") == [second]
    assert found(database, error_kind="InvalidMoney", reference="P-998877") == []
    assert found(database) == [second, first]
    assert letters.error_kinds(database, ADMIN) == ["InvalidMoney", "InvalidTimestamp"]


def test_the_pages_follow_one_another_without_a_gap(database: DeskDatabase, store: Store) -> None:
    """Also where two came in the same moment; what comes meanwhile shifts nothing."""
    every = [dead(store, number) for number in range(1, 8)]
    seen, after = list[str](), None
    while True:
        page = letters.letters_page(database, ADMIN, KEY, LetterFilter(), after, page_rows=3)
        seen += [str(each.letter_id) for each in page.rows]
        after = page.following
        if after is None:
            break
        dead(store, 90 + len(seen))
    assert seen == every[::-1]
    assert page.count == 9


def test_the_steps_of_a_letter_are_its_own_and_its_messages(
    database: DeskDatabase, store: Store
) -> None:
    """An event of our ledger with the same place in another stream is another matter."""
    dead(store, 1)
    dead(store, 2, stream=INTERNAL, entry_id="16-1")
    for number, told in enumerate(
        (
            {"kind": "opened", "letter_id": Key("1700000000000-1")},
            {"kind": "correction_asked", "message_id": Key("16-1"), "request_id": Key("REQ-1")},
            {"kind": "corrected", "message_id": Key("16-2")},
        )
    ):
        at = Instant.of(FIRST + timedelta(hours=number))
        step = LetterStepDocument(event_id=Key(f"e{number}"), by=Key("staff-admin"), at=at, **told)  # type: ignore[arg-type]  # any field
        store(documents.LETTER_STEPS, f"e{number}", step)
    ours = letters.letter(database, ADMIN, "1700000000000-1")
    ledgers = letters.letter(database, ADMIN, "1700000000000-2")
    assert ours is not None
    assert ledgers is not None
    steps = letters.steps_of(database, ADMIN, ours)
    assert [each.kind for each in steps] == ["opened", "correction_asked"]
    assert letters.steps_of(database, ADMIN, ledgers) == []
    assert [each.letter_id for each in letters.letters_of(database, ADMIN, "16-1")] == [
        "1700000000000-1"
    ]


@pytest.mark.parametrize("role", sorted(set(ROLE_NAMES) - ADMIN))
def test_nobody_else_reads_dead_letters(database: DeskDatabase, store: Store, role: str) -> None:
    """Neither the list nor one of them, nor what was done, nor an answer."""
    dead(store, 1)
    roles = frozenset({role})
    row = letters.letter(database, ADMIN, "1700000000000-1")
    assert row is not None
    asked: list[Callable[[], object]] = [
        lambda: letters.letters_page(database, roles, KEY, LetterFilter()),
        lambda: letters.letter(database, roles, "1700000000000-1"),
        lambda: letters.letters_of(database, roles, "16-1"),
        lambda: letters.steps_of(database, roles, row),
        lambda: letters.requests_of(database, roles, []),
        lambda: letters.error_kinds(database, roles),
        lambda: letters.answer(database, roles, "e1"),
    ]
    for ask in asked:
        with pytest.raises(NotAllowed):
            ask()


def test_the_list_is_sent_neither_the_entry_nor_its_tokens() -> None:
    """What lies sealed stays where it is."""
    assert not {"sealed", "tokens", "customer_id"} & {
        each.name for each in msgspec.structs.fields(LetterRow)
    }


def test_the_entry_is_read_with_the_bad_field_named_and_the_payment_in_it() -> None:
    """What can be read is kept for the correction; what cannot is left open."""
    entry = read_entry(
        {b"typ": b"payment.received.v1", b"agt": b"bank", b"payload": BODY, b"error": ERROR}
    )
    assert entry.is_payment
    assert entry.bad == {"effective_date"}
    assert entry.around == (("typ", "payment.received.v1"), ("agt", "bank"))
    payment = entry.payment
    assert (payment.account_id, payment.amount) == ("ACC-555", Money(180_00))
    assert (payment.effective_date, payment.payment_reference) == (None, "")
    fine = read_entry({b"payload": BODY.replace(b"2025-13-45", b"2026-11-14")})
    assert fine.payment.effective_date == date(2026, 11, 14)


@pytest.mark.parametrize(
    ("error", "bad"),
    [
        ("InvalidMoney: '1.005' - at `$.amount`", {"amount"}),
        ("InvalidMoney: '1.005'", {"amount"}),
        ("InvalidBody: Expected `str`, got `int` - at `$.account_id`", {"account_id"}),
        ("INVALID_DATE: effective_date must be a date.", {"effective_date"}),
        ("NoSuchThing: nothing of it", set()),
    ],
)
def test_the_bad_field_is_found_by_place_name_or_value(error: str, bad: set[str]) -> None:
    """However the error says it."""
    body = {"account_id": "7", "amount": "1.005", "effective_date": "2026-01-01"}
    assert bad_fields(error, body) == bad


@pytest.mark.parametrize(
    "payload", [b"", b"not json", b"[1, 2]", b'"x"', b"\xff\xfe", b"[" * 5_000, b'{"a": {"b": 1}}']
)
def test_an_entry_is_shown_whatever_it_holds(payload: bytes) -> None:
    """No JSON, no text, too deep: there is something to show, and no payment in it."""
    entry = read_entry({b"payload": payload, b"error": b"NotText: x"})
    assert entry.payment.amount is None
    assert not entry.is_payment
