"""The intake: a payment on the inbox is a repayment in the books, once, or a dead letter."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from ledger.verification.command import WRONG, verify
from projector.floods import STOPPED, Floods, take_in
from projector.item import Entry
from proto.streams import INBOX, INTAKE_GROUP
from tests.builders import new_id
from tests.ledger.accounts_check import check_books, loan_of
from tests.ledger.asking import set_read_only
from tests.ledger.forging import forging, settings_of
from tests.ledger.payment_counter import Counter, wait_for
from tests.ledger.taking_back import close_letter, new_message


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One for the module; tests use accounts of their own."""
    made = Counter(tmp_path_factory.mktemp("intake"))
    yield made
    made.close()


@pytest.fixture
def counter_alone(data_dir: Path) -> Iterator[Counter]:
    """One whose parts may be killed."""
    made = Counter(data_dir)
    yield made
    made.close()


def test_a_payment_is_posted_as_a_repayment(counter: Counter) -> None:
    """From its effective date on, with its reference, by the system."""
    account = counter.system.active_loan()
    counter.receive(account, "150.00")
    counter.settle()
    loan = loan_of(counter.system, account)
    assert (loan.total_outstanding, loan.total_paid) == (450_00, 150_00)
    posted = loan.postings[-1].event
    assert (posted.type, posted.reference_id) == ("repayment.recorded.v1", "DD-1")
    check_books(counter.system)


def test_the_same_event_twice_is_one_repayment(counter: Counter) -> None:
    """Whatever entry of the stream it came in."""
    account, event_id = counter.system.active_loan(), new_id("PAY")
    for _ in range(3):
        counter.receive(account, "10.00", event_id)
    counter.settle()
    assert counter.system.balance(account).total_outstanding == "590.00"


def test_a_payment_without_a_name_whose_sender_was_stopped_is_posted_once(
    counter: Counter,
) -> None:
    """The mirror puts it aside and publishes it again: the ledger had it the first time."""
    account, letters = counter.system.active_loan(), len(counter.letters())
    body = json.dumps({"account_id": account, "amount": "10.00", "payment_reference": "DD-1"})
    sent = {"typ": "payment.received.v1", "agt": "gateway", "payload": body}
    with redis.Redis.from_url(counter.server.url) as client:
        client.hset(STOPPED, "gateway", str(time.time()))
        floods = Floods(client, count=20, share=0.5, window=60.0, quiet=600.0)
        floods.turn(0.0)
        for _ in range(2):
            flat: dict[Any, Any] = sent
            entry_id = str(counter.redis.xadd(INBOX, flat))
            raw = {name.encode(): value.encode() for name, value in sent.items()}
            assert floods.admit([Entry(INBOX, entry_id, raw)]) == []
        counter.settle()
        take_in(client, "gateway")
        before: Any = client.xlen(INBOX)
        floods.turn(10.0)
        assert client.xlen(INBOX) == before + 2
    counter.settle()
    assert counter.system.balance(account).total_outstanding == "580.00"
    assert len(counter.letters()) == letters


def test_what_is_no_payment_is_left_to_others(counter: Counter) -> None:
    """Acknowledged by this group, neither posted nor a dead letter."""
    before = len(counter.letters())
    counter.redis.xadd(INBOX, {"typ": "customer.changed.v1", "payload": '{"customer_id": "C"}'})
    counter.redis.xadd(INBOX, {"nothing": "at all"})
    counter.settle()
    assert len(counter.letters()) == before


@pytest.mark.parametrize(
    ("amount", "body", "error"),
    [
        ("10.00", {"effective_date": "2025-13-45"}, "InvalidTimestamp: '2025-13-45'"),
        ("10.00", {"effective_date": "2020-01-01"}, "DATE_OUT_OF_WINDOW: "),
        ("10.001", {}, "InvalidMoney: '10.001'"),
        ("-10.00", {}, "INVALID_AMOUNT: "),
        ("0.00", {}, "INVALID_AMOUNT: "),
        ("10.00", {"account_id": "LA-none"}, "NO_SUCH_ACCOUNT: "),
        ("10.00", {"account_id": ["LA"]}, "InvalidKey: "),
        ("10.00", {"payment_reference": "4111 1111 1111 1111"}, "CARD_NUMBER: "),
    ],
)
def test_what_cannot_be_posted_is_a_dead_letter(
    counter: Counter, amount: str, body: dict[str, Any], error: str
) -> None:
    """With its original fields, its id, the error's class and text, and when."""
    account = counter.system.active_loan()
    entry_id = counter.receive(account, amount, **body)
    counter.settle()
    letter = counter.letters()[-1]
    assert letter["original_message_id"] == entry_id
    assert letter["msg_type"] == "payment.received.v1"
    assert letter["error"].startswith(error)
    assert letter["moved_at"].endswith("Z")
    assert counter.system.balance(account).total_outstanding == "600.00"


def test_an_event_id_with_another_payment_is_a_dead_letter(counter: Counter) -> None:
    """An id names one payment; a second one under it is nobody's guess."""
    account, event_id = counter.system.active_loan(), new_id("PAY")
    counter.receive(account, "10.00", event_id)
    counter.receive(account, "20.00", event_id)
    counter.settle()
    assert counter.letters()[-1]["error"].startswith("KEY_REUSED: ")
    assert counter.system.balance(account).total_outstanding == "590.00"


def test_a_read_only_ledger_lets_payments_wait(counter: Counter) -> None:
    """They are no dead letters: they are posted when commands are taken again."""
    account = counter.system.active_loan()
    admin = counter.ledger.caller("staff-admin")
    before = len(counter.letters())
    set_read_only(admin, read_only=True)
    counter.receive(account, "10.00")
    wait_for(lambda: counter.redis.xpending(INBOX, INTAKE_GROUP)["pending"] == 1)
    set_read_only(admin, read_only=False)
    counter.settle()
    assert counter.system.balance(account).total_outstanding == "590.00"
    assert len(counter.letters()) == before


def test_a_killed_ledger_posts_each_payment_once(counter_alone: Counter) -> None:
    """What was delivered and not acknowledged is taken up again after the start."""
    accounts = [counter_alone.system.active_loan() for _ in range(5)]
    for n in range(200):
        counter_alone.receive(accounts[n % 5], "1.00")
    wait_for(lambda: loan_of(counter_alone.system, accounts[0]).total_paid > 0)
    counter_alone.ledger.kill()
    counter_alone.ledger.start()
    counter_alone.settle()
    assert {loan_of(counter_alone.system, each).total_paid for each in accounts} == {40_00}
    check_books(counter_alone.system)


def test_the_intake_outlives_redis_and_an_emptied_one(counter_alone: Counter) -> None:
    """It waits for Redis, makes its group anew, and goes on; nothing is posted twice."""
    account, event_id = counter_alone.system.active_loan(), new_id("PAY")
    counter_alone.receive(account, "10.00", event_id)
    counter_alone.settle()
    counter_alone.redis.flushall()
    counter_alone.receive(account, "10.00", event_id)
    counter_alone.receive(account, "20.00")
    counter_alone.settle()
    assert counter_alone.system.balance(account).total_outstanding == "570.00"
    process = counter_alone.server.process
    assert process is not None
    process.kill()
    process.wait()
    counter_alone.start_redis()
    counter_alone.receive(account, "30.00")
    counter_alone.settle()
    assert counter_alone.system.balance(account).total_outstanding == "540.00"


def test_a_message_from_the_dead_letters_is_posted_once_by_its_first_id(counter: Counter) -> None:
    """Published again it bears the id of the message that it was at first; closed, not at all."""
    account, closed = counter.system.active_loan(), new_message()
    first = counter.receive(account, "10.00")
    counter.settle()
    close_letter(counter.ledger.caller("staff-admin"), message_id=closed)
    payment = {"account_id": account, "amount": "10.00"}
    for message_id, error in ((first, "MESSAGE_POSTED: "), (closed, "LETTER_CLOSED: ")):
        counter.redis.xadd(
            INBOX,
            {
                "msg_type": "payment.received.v1",
                "id": new_id("PAY"),
                "payload": json.dumps(payment),
                "original_message_id": message_id,
            },
        )
        counter.settle()
        assert counter.letters()[-1]["error"].startswith(error)
    assert counter.system.balance(account).total_outstanding == "590.00"


@pytest.mark.parametrize("table", ["names", "answers"])
def test_a_payment_whose_traces_were_removed_is_named_and_not_posted_again(
    counter_alone: Counter, table: str
) -> None:
    """What keeps a message from being posted twice stands under no hash, its event does."""
    counter, event_id = counter_alone, new_id("PAY")
    account = counter.system.active_loan()
    counter.receive(account, "10.00", event_id)
    counter.settle()
    counter.ledger.stop()
    where = {"names": "kind = 'message'", "answers": "key LIKE 'inbox:%'"}[table]
    with forging(counter.ledger.data_dir) as journal:
        journal.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608
    settings = settings_of(counter.ledger.data_dir)
    status, sentence = verify(settings, 1, tell=lambda _line: None)
    assert (status, "entry 11" in sentence) == (WRONG, True), sentence
    counter.ledger.start()
    counter.receive(account, "10.00", event_id)
    counter.settle()
    assert counter.system.balance(account).total_outstanding == "590.00"


def test_a_payment_that_an_answer_says_is_posted_and_the_books_do_not_is_a_dead_letter(
    counter_alone: Counter,
) -> None:
    """Somebody put the answer of another payment in its place: it is not lost for that."""
    counter, first, second = counter_alone, new_id("PAY"), new_id("PAY")
    account = counter.system.active_loan()
    counter.receive(account, "10.00", first)
    counter.settle()
    counter.ledger.stop()
    keys = [f"inbox:{hashlib.sha256(each.encode()).hexdigest()}" for each in (second, first)]
    with forging(counter.ledger.data_dir) as journal:
        assert journal.execute("UPDATE answers SET key = ? WHERE key = ?", keys).rowcount == 1
    counter.ledger.start()
    counter.receive(account, "10.00", second)
    counter.settle()
    assert "is not what the journal tells" in counter.letters()[-1]["error"]
    assert counter.system.balance(account).total_outstanding == "590.00"
