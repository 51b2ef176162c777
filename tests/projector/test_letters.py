"""Dead letters are found by any reference inside, and published again once they can be read."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
import redis

from projector import assembly, commands
from projector.letter_form import without_names
from projector.letter_work import NotWhole
from projector.letters import LETTERS_GROUP, UNSTORED, Letters
from projector.settings import Settings
from projector.stream import make_group
from proto import codec, documents
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


def consumers(streams: redis.Redis) -> list[bytes]:
    """Name those who read the dead letters."""
    listed: Any = streams.xinfo_consumers(DEAD_LETTERS, LETTERS_GROUP)
    return [each["name"] for each in listed]


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


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("InvalidMoney: '1.005' has, 'Mia' not", "InvalidMoney: '1.005' has, '…' not"),
        (
            """InvalidTimestamp: 'Sean "Jack" O\\'Brien' - at x""",
            "InvalidTimestamp: '…' - at x",
        ),
        ("InvalidBody: 'O'Brien' is none", "InvalidBody: '…' is none"),
        ("InvalidBody: 'Mia Ch", "InvalidBody: '…'"),
        ("InvalidBody: the entry's id 5 is none", "InvalidBody: the entry's id 5 is none"),
    ],
)
def test_an_error_quotes_nobody(error: str, shown: str) -> None:
    """However its quotes are escaped, nested or cut off; figures and dates stay."""
    assert without_names(error) == shown


def test_what_a_killed_projector_had_in_hand_another_stores(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """Else it is never found, and holds up the trimming for ever; the dead one leaves the group."""
    make_group(streams, DEAD_LETTERS, LETTERS_GROUP)
    feed.raw({"typ": "customer.changed.v1", "payload": "{", "error": "x: y"}, DEAD_LETTERS)
    assert streams.xreadgroup(LETTERS_GROUP, "killed", {DEAD_LETTERS: ">"})
    stored(drain, mirror)
    drain.until(lambda: consumers(streams) == [b"test-consumer"])
    assert streams.xpending(DEAD_LETTERS, LETTERS_GROUP)["pending"] == 0


def test_a_letter_that_cannot_be_read_holds_up_no_other(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """A time that is none is that of its entry; what MongoDB refuses is put aside, whole."""
    mirror.take_only("dead-letters", {"sender": {"$ne": "refused"}})
    odd = {"typ": "customer.changed.v1", "payload": "{", "moved_at": "1736900000.5"}
    odd_id = feed.raw(odd, DEAD_LETTERS)
    feed.raw({**odd, "agt": "refused"}, DEAD_LETTERS)
    feed.tell("customer.changed.v1", "{")
    letters = stored(drain, mirror, 2)
    assert [each["sender"] for each in letters] == ["", "test-feed"]
    assert letters[0]["movedAt"] == codec.stored_instant(codec.entry_time(odd_id))
    ((_, aside),) = cast("list[Any]", streams.xrange(UNSTORED))
    assert (aside[b"agt"], aside[b"payload"]) == (b"refused", b"{")
    assert streams.xpending(DEAD_LETTERS, LETTERS_GROUP)["pending"] == 0


def test_of_an_entry_without_bounds_the_beginning_is_kept(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters, settings: Settings
) -> None:
    """With the size and hash of all of it, found by what stands beside it; never replayed.

    No document of MongoDB could hold it. Also where its names are what is large.
    """
    noise = os.urandom(18 << 20)
    feed.raw({b"typ": b"user_input", b"usr": b"CUS-9", b"id": b"LARGE-1", b"payload": noise})
    feed.raw(
        {b"typ": b"user_input", b"id": b"LARGE-2", b"x" * (settings.payload_bytes_max + 1): b""}
    )
    feed.tell("customer.changed.v1", "{")
    large, named, _ = stored(drain, mirror, 3)
    assert [each["errorKind"] for each in (large, named)] == ["TooLarge", "TooLarge"]
    assert (large["customerId"], large["wholeBytes"] > len(noise)) == ("CUS-9", True)
    assert named["wholeBytes"] == 0
    assert [each.letter_id for each in letters.find("LARGE-1")] == [large["_id"]]
    assert len(letters.opened(large["_id"])[b"payload"]) < 10_000
    with pytest.raises(NotWhole):
        letters.replay(large["_id"])
    assert commands.run(["replay", large["_id"]], settings) == 1


def test_a_long_list_inside_crowds_out_no_reference(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters
) -> None:
    """What stands beside it in the body, or in the entry, is looked for first."""
    rows = [f"row-{number}" for number in range(1_500)]
    body = {"rows": rows, "account_id": "LOAN-7", "loan_amount": "NaN"}
    entry_id = feed.tell("account.created.v1", body)
    (letter,) = stored(drain, mirror)
    for reference in ("LOAN-7", entry_id):
        assert [each.letter_id for each in letters.find(reference)] == [letter["_id"]]


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


def test_a_letter_that_is_given_twice_stays_as_it_is(
    feed: Feed, drain: Drain, mirror: Mirror, letters: Letters, streams: redis.Redis
) -> None:
    """As after a projector that died before it acknowledged; the new ones beside it are stored."""
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    (letter,) = stored(drain, mirror)
    letters.resolve(letter["_id"])
    feed.tell("account.created.v1", account("LOAN-2", loan_amount="NaN"))
    streams.xgroup_setid(DEAD_LETTERS, LETTERS_GROUP, "0")
    assert [each["status"] for each in stored(drain, mirror, 2)] == ["resolved", "open"]
    assert not streams.exists(UNSTORED)


def test_a_letter_waits_until_mongodb_says_that_it_is_safe(
    feed: Feed, drain: Drain, mirror: Mirror, settings: Settings, streams: redis.Redis
) -> None:
    """A MongoDB that lacks its other nodes takes it, but promises nothing: nor the second time."""
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    stored(drain, mirror)
    streams.xgroup_setid(DEAD_LETTERS, LETTERS_GROUP, "0")
    url = f"{settings.mongodb_url}&w=2&wtimeoutMS=50"
    with assembly.letters(replace(settings, mongodb_url=url)) as unsure:
        for _ in range(2):
            unsure.turn("unsure")
    assert not streams.exists(UNSTORED)
    assert streams.xpending(DEAD_LETTERS, LETTERS_GROUP)["pending"] == 1


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
