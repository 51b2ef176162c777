"""Dead letters are found by any reference inside, and published again once they can be read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from projector import assembly, commands
from projector.letters import Letters, without_names
from projector.settings import Settings
from proto import documents
from proto.streams import DEAD_LETTERS, INBOX
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, customer, update
from tests.projector.mirror import Mirror, Plain


@pytest.fixture
def letters(settings: Settings) -> Iterator[Letters]:
    """The store of dead letters, as an operator has it."""
    with assembly.letters(settings) as made:
        yield made


def stored(drain: Drain, mirror: Mirror, count: int = 1) -> list[Plain]:
    """Work until so many dead letters are stored."""
    drain.until(lambda: mirror.database["dead-letters"].count_documents({}) == count)
    return mirror.all(documents.DEAD_LETTERS)


def test_the_error_names_what_is_wrong_in_the_body(feed: Feed, drain: Drain) -> None:
    """Class and text: `InvalidTimestamp: '2025-13-45'`."""
    feed.tell("account.updated.v1", update(timestamp="2025-13-45"))
    drain()
    assert feed.dead_letters()[0]["error"].startswith("InvalidTimestamp: '2025-13-45'")


@pytest.mark.parametrize(
    "reference", ["P-998877", "p-998877", "LOAN-7", "event-1", "0412 345 678", "0412345678"]
)
def test_a_dead_letter_is_found_by_any_reference_inside(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters, reference: str
) -> None:
    """In the body or beside it, whole or as a word of a text, in any case."""
    body = account("LOAN-7", loan_amount="NaN", note="for payment P-998877", call="0412 345 678")
    feed.tell("account.created.v1", body)
    feed.tell("account.created.v1", account("LOAN-8", loan_amount="NaN"))
    stored(drain, mirror, 2)
    assert [each.sender for each in letters.find(reference)] == ["test-feed"]
    assert letters.find("P-998878") == []


def test_no_name_is_readable_among_the_dead_letters(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters
) -> None:
    """The fields are ciphertext under the customer's key; the error quotes figures alone."""
    feed.tell("customer.changed.v1", customer(date_of_birth="Mia Chen"))
    (letter,) = stored(drain, mirror)
    assert (letter["customerId"], letter["errorKind"]) == ("CUS-1", "InvalidTimestamp")
    assert "Mia" not in str(mirror.database["dead-letters"].find_one())
    assert b"Mia" in letters.opened(letter["_id"])[b"payload"]
    assert (
        without_names("InvalidMoney: '1.005' has, 'Mia' not")
        == "InvalidMoney: '1.005' has, '…' not"
    )


def test_a_replay_publishes_the_original_once(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters, streams: redis.Redis
) -> None:
    """Field by field as it came; a second replay of the same letter publishes nothing."""
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    (letter,) = stored(drain, mirror)
    assert letters.replay(letter["_id"])
    assert not letters.replay(letter["_id"])
    published: Any = streams.xrange(INBOX)
    first, again = published
    assert first[1] == again[1]
    assert mirror.one(documents.DEAD_LETTERS, letter["_id"])["status"] == "replayed"


def test_a_letter_that_is_resolved_stays_so(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters
) -> None:
    """A replay that comes late publishes the entry and opens nothing again."""
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    (letter,) = stored(drain, mirror)
    letters.resolve(letter["_id"])
    assert letters.replay(letter["_id"])
    assert mirror.one(documents.DEAD_LETTERS, letter["_id"])["status"] == "resolved"


def test_what_can_be_read_by_then_is_applied(
    feed: Feed, drain: Drain, mirror: Mirror, settings: Settings
) -> None:
    """An event that MongoDB refused for a while goes through after its replay."""
    mirror.take_only("customers", {"firstName": {"$ne": "Nobody"}})
    feed.tell("customer.created.v1", customer("CUS-2", first_name="Nobody"))
    (letter,) = stored(drain, mirror)
    mirror.take_only("customers", {})
    assert commands.run(["replay", letter["_id"]], settings) == 0
    drain()
    assert mirror.customer("CUS-2")["firstName"] == "Nobody"


def test_the_intakes_dead_letters_are_stored_too(
    drain: Drain, mirror: Mirror, letters: Letters, streams: redis.Redis
) -> None:
    """Whoever moved them there; one without a stream came from the inbox."""
    body = json.dumps({"account_id": "OUR-1", "payment_reference": "P-998877"})
    streams.xadd(
        DEAD_LETTERS, {"typ": "payment.received.v1", "payload": body, "error": "Refused: x"}
    )
    (letter,) = stored(drain, mirror)
    assert (letter["stream"], letter["errorKind"]) == (INBOX, "Refused")
    assert [each.letter_id for each in letters.find("P-998877", "open")] == [letter["_id"]]


def test_an_operator_resolves_and_finds_on_the_command_line(
    feed: Feed,
    drain: Drain,
    mirror: Mirror,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`find`, `resolve`, and a sentence for an id that is not there."""
    feed.tell("account.created.v1", account(loan_amount="1e3"))
    (letter,) = stored(drain, mirror)
    assert commands.run(["resolve", letter["_id"]], settings) == 0
    assert commands.run(["find", "LOAN-1"], settings) == 0
    assert f"{letter['_id']} resolved account.created.v1 InvalidMoney" in capsys.readouterr().out
    assert commands.run(["replay", "1-1"], settings) == 1
    assert "There is no dead letter 1-1" in capsys.readouterr().out
