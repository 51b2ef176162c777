"""What was applied is kept, in its order, and nobody can read it without the keys."""

import sqlite3
from dataclasses import replace

import pytest

from projector.archive import Archive, positions
from projector.archive_keys import KeyStore
from projector.assembly import open_keys
from projector.settings import BadSetting, Settings
from proto import documents
from proto.streams import INBOX
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, customer, posting, update
from tests.projector.mirror import Mirror


def test_what_was_applied_can_be_read_again_as_it_came(
    feed: Feed, drain: Drain, mirror: Mirror, settings: Settings
) -> None:
    """Every field of the entry, its id and stream, small or large, known type or not."""
    sent = [
        feed.tell("customer.created.v1", customer(first_name="Mia" * 400)),
        feed.tell("moon.landed.v1", "no json", cause="c1"),
    ]
    drain()
    archive = Archive(open_keys(settings))
    kept = list(mirror.database[documents.ARCHIVE.name].find().sort("_id"))
    entries = [archive.opened(each) for each in kept]
    assert [each.entry_id for each in entries if each] == sent
    assert [each.stream for each in entries if each] == [INBOX, INBOX]
    first = entries[0]
    assert first is not None
    assert b"MiaMiaMia" in first.fields[b"payload"]
    assert len(kept[0]["sealed"]) < 400, "what is large is kept compressed"


def test_no_name_is_readable_in_the_archive(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Not in the database, not in the file of keys."""
    feed.tell("customer.created.v1", customer(first_name="Mia"))
    drain()
    kept = mirror.database[documents.ARCHIVE.name].find_one() or {}
    assert kept["customerId"] == "CUS-1"
    assert b"Mia" not in kept["sealed"]


def test_an_accounts_events_are_kept_under_its_customers_key(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Also those that do not name the customer, as soon as the account is known."""
    feed.tell("account.updated.v1", update("LOAN-9"))
    feed.tell("account.created.v1", account())
    feed.tell("account.updated.v1", update(current_balance="5.00"))
    drain()
    kept = mirror.all(documents.ARCHIVE)
    assert [each["customerId"] for each in kept] == ["", "CUS-1", "CUS-1"]


def test_a_conversations_events_are_kept_under_its_customers_key(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Of those that name only the conversation, once its customer is known: in any batch."""
    feed.tell("user_input", {"utterance": "Mia here"}, conv="CONV-1")
    drain()
    feed.tell("conversation_started", {"customerId": "CUS-1"}, conv="CONV-1")
    feed.tell("user_input", {"utterance": "Mia here"}, conv="CONV-1")
    drain()
    feed.tell("noticeboard_post", {"agent_name": "a::b", "post": "x"}, conv="CONV-1")
    feed.tell("final_decision", {"decision": "APPROVED"}, conv="CONV-1")
    feed.tell("moon.landed.v1", {"crew": 3}, conv="CONV-1")
    drain()
    kept = [each["customerId"] for each in mirror.all(documents.ARCHIVE)]
    assert kept == ["", "CUS-1", "CUS-1", "CUS-1", "CUS-1", ""]


def test_an_event_is_kept_under_the_customer_it_names_itself(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """As the user of a conversation that has not begun here, or in a body that nobody reads."""
    feed.tell("user_input", {"utterance": "Mia here"}, conv="CONV-1", usr="CUS-9")
    drain()
    feed.tell("moon.landed.v1", {"customer_id": "CUS-9", "crew": 3}, usr="staff-1")
    feed.tell("account.updated.v1", update("LOAN-9"), usr="staff-1")
    drain()
    kept = [each["customerId"] for each in mirror.all(documents.ARCHIVE)]
    assert kept == ["CUS-9", "CUS-9", ""]


def test_a_requests_events_are_kept_under_its_customers_key(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """A decision names only the request."""
    asked = {"customerId": "CUS-1", "amount": "10.00", "requestedBy": "u-1"}
    feed.tell("writeoff.requested.v1", asked, conv="REQ-1")
    drain()
    feed.tell("writeoff.rejected.v1", {"rejectedBy": "u-2", "reason": "no"}, conv="REQ-1")
    drain()
    assert [each["customerId"] for each in mirror.all(documents.ARCHIVE)] == ["CUS-1", "CUS-1"]


def test_a_destroyed_key_erases(
    feed: Feed, drain: Drain, mirror: Mirror, settings: Settings
) -> None:
    """What was kept under it can be read by nobody any more; the others' can."""
    feed.tell("customer.created.v1", customer("CUS-1"))
    feed.tell("customer.created.v1", customer("CUS-2"))
    drain()
    with sqlite3.connect(settings.archive_keys) as keys:
        keys.execute("DELETE FROM keys WHERE name = 'CUS-1'")
    archive = Archive(open_keys(settings))
    opened = [archive.opened(each) for each in mirror.database["archive"].find().sort("_id")]
    assert [each is None for each in opened] == [True, False]


def test_the_order_of_application_is_kept(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """Outside events and the ledger's alternate as they were applied, batch after batch."""
    told = []
    with start(replace(settings, batch_entries_max=3)) as drain:
        for number in range(1, 8):
            told.append(feed.tell("customer.changed.v1", customer(f"CUS-{number}")))
            body = posting("OUR-1", f"TX-{number}", "REPAYMENT", amount="1.00")
            feed.post("OUR-1", "repayment.recorded.v1", body)
            if number % 2:
                drain()
        drain()
    kept = mirror.all(documents.ARCHIVE)
    assert [each["entryId"] for each in kept if "sealed" in each] == told
    ours = [position for each in kept if "positions" in each for position in positions(each)]
    assert ours == list(range(1, 8))


def test_twice_is_kept_once(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A duplicate and a dead letter leave nothing in the archive."""
    feed.tell("customer.changed.v1", customer(), id="same")
    drain()
    feed.tell("customer.changed.v1", customer(), id="same")
    feed.tell("customer.changed.v1", "broken")
    drain()
    assert len(mirror.all(documents.ARCHIVE)) == 1
    assert len(feed.dead_letters()) == 1


def test_two_projectors_make_one_key(settings: Settings) -> None:
    """Whoever is second takes the first one's: else half the events could not be opened."""
    master = b"\x07" * 32
    path = settings.archive_keys
    first, second = KeyStore(path, master), KeyStore(path, master)
    sealed = first.keys(["CUS-1"])["CUS-1"].encrypt(b"n" * 12, b"text", b"")
    assert second.keys(["CUS-1"])["CUS-1"].decrypt(b"n" * 12, sealed, b"") == b"text"


def test_another_master_key_is_refused(settings: Settings) -> None:
    """It would leave half the archive unreadable: the sentence says what to do."""
    KeyStore(settings.archive_keys, b"\x07" * 32).keys(["CUS-1"])
    with pytest.raises(BadSetting, match="another master key"):
        KeyStore(settings.archive_keys, b"\x08" * 32)
