"""What the projector tells of itself: figures, health, and logs that name nobody."""

import json
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embedded.demo.portfolio import build
from projector import assembly
from projector.settings import BadSetting, Settings
from projector.stream import STREAMS
from proto import documents
from proto.streams import INBOX
from tests.ports import free_port
from tests.projector.feed import Feed, account, customer, update
from tests.projector.mirror import Mirror
from tests.projector.test_process import environment, running, tell_much, wait_until

__all__ = ["environment"]


def ask(port: int, path: str) -> tuple[int, str]:
    """Ask the projector on its loopback port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_figures_and_health_are_told(settings: Settings, feed: Feed, mirror: Mirror) -> None:
    """Events by type and outcome, batches, lag, dead letters; healthy while the loop turns."""
    port = free_port()
    mirror.take_only("customers", {"firstName": {"$ne": "Nobody"}})
    tell_much(feed, 0, 5)
    feed.tell("customer.created.v1", customer("CUS-0"), id="event-1")
    feed.tell("moon.landed.v1", {})
    feed.tell("account.created.v1", account(loan_amount="NaN"))
    feed.tell("customer.created.v1", customer("CUS-9", first_name="Nobody"))
    feed.entry("OUR-2", "account.created.v1", account("OUR-2"))
    feed.post("OUR-2", "account.updated.v1", update("OUR-2", current_balance="5.00"))
    there = replace(settings, metrics_port=port)
    with assembly.projector(there) as (projector, beside):
        beside.start()
        assert ask(port, "/healthz")[0] == 503
        while projector.turn(20) or len(feed.dead_letters()) < 2:
            pass
        status, said = ask(port, "/metrics")
        assert (status, ask(port, "/healthz")[0]) == (200, 200)
        beside.stop()
        projector.stop()
        projector.run()
    told = dict(line.rsplit(" ", 1) for line in said.splitlines() if not line.startswith("#"))
    events = "projector_events_total"
    assert told[f'{events}{{outcome="applied",type="customer.created.v1"}}'] == "5.0"
    assert told[f'{events}{{outcome="duplicate",type="customer.created.v1"}}'] == "1.0"
    assert told[f'{events}{{outcome="unread",type="(unread)"}}'] == "1.0"
    assert told[f'{events}{{outcome="parked",type="account.updated.v1"}}'] == "1.0"
    assert (told["projector_dead_letters"], told["projector_parked_subjects"]) == ("2.0", "1.0")
    assert float(told['projector_retries_total{what="event"}']) >= 1
    assert float(told["projector_write_seconds_count"]) >= 1
    assert float(told["projector_batch_entries_sum"]) >= 20
    for stream in STREAMS:
        assert f'projector_lag_seconds{{stream="{stream}"}}' in told


def test_what_is_not_applied_is_told_by_its_age(settings: Settings, feed: Feed) -> None:
    """Of a loop that stands still the lag is what it was; what waits grows older."""
    port = free_port()
    waiting = f'projector_waiting_seconds{{stream="{INBOX}"}}'
    with assembly.projector(replace(settings, metrics_port=port)) as (projector, beside):
        projector.turn(20)
        beside.start()
        feed.tell("customer.created.v1", customer())
        wait_until("its age", lambda: waiting in ask(port, "/metrics")[1])
        while projector.turn(20):
            pass
        wait_until("its end", lambda: waiting not in ask(port, "/metrics")[1])
        beside.stop()
        projector.stop()
        projector.run()


def test_a_taken_port_is_one_sentence(settings: Settings) -> None:
    """With the name of the setting."""
    port = free_port()
    with assembly.projector(replace(settings, metrics_port=port)) as (_, first):
        first.metrics.start()
        second = assembly.projector(replace(settings, metrics_port=port, consumer="second"))
        with second as (_, other), pytest.raises(BadSetting, match="METRICS_PORT"):
            other.start()
        first.metrics.stop()


def test_nothing_of_the_demos_people_reaches_the_log(
    environment: dict[str, str], feed: Feed, mirror: Mirror, tmp_path: Path
) -> None:
    """No name, e-mail address or phone number, of events that are whole or broken off."""
    told = build(seed=7, customers=40, anchor=date(2026, 11, 20))
    entries = [each.entry() for each in told.messages]
    broken = [
        {**each, "cause": f"{each['cause']}-broken", "payload": each["payload"][:-3]}
        for each in entries[::3]
    ]
    odd = [
        {
            **each,
            "cause": f"{each['cause']}-odd",
            "payload": f'{{"customer_id": {each["payload"]}}}',
        }
        for each in entries[::5]
    ]
    for each in (*entries, *broken, *odd):
        feed.raw(each)
    log = tmp_path / "log"
    with running({**environment, "POISON_FLOOD_COUNT": "100000"}, log):
        letters = mirror.database[documents.DEAD_LETTERS.name]
        people = mirror.database[documents.CUSTOMERS.name]
        marks = mirror.database[documents.MARKS.name]
        wait_until("everybody", lambda: people.count_documents({}) >= len(told.people))
        wait_until(
            "every entry",
            lambda: (
                letters.count_documents({}) + marks.count_documents({})
                >= len(entries) + len(broken) + len(odd)
            ),
        )
        assert letters.count_documents({}) > len(told.people)
    said = log.read_text()
    shown = ("fullName", "lastName", "emailAddress", "mobilePhoneNumber", "dateOfBirth")
    known = people.find({}, dict.fromkeys(shown, 1))
    personal = {str(value) for each in known for name, value in each.items() if name != "_id"}
    assert len(personal) > len(told.people)
    assert [each for each in personal if each in said] == []
    assert said.count("dead_letter") > len(told.people)


def test_no_name_ever_reaches_the_log(
    environment: dict[str, str], feed: Feed, mirror: Mirror, tmp_path: Path
) -> None:
    """Whatever becomes of an event: applied, refused by MongoDB, unread, dead."""
    name = "Zebedee"
    mirror.take_only("customers", {"lastName": {"$ne": "Refused"}})
    feed.tell("customer.created.v1", customer("CUS-1", first_name=name))
    feed.tell("customer.created.v1", customer("CUS-2", first_name=name, last_name="Refused"))
    feed.tell("customer.created.v1", customer("CUS-3", first_name=name, date_of_birth=name))
    feed.tell("customer.created.v1", f'{{"first_name": "{name}", {name}')
    feed.tell("account.created.v1", account(loan_amount=name))
    feed.tell("moon.landed.v1", {"who": name})
    log = tmp_path / "log"
    with running({**environment, "MAX_RETRIES": "1"}, log):
        letters = mirror.database[documents.DEAD_LETTERS.name]
        wait_until("the dead letters", lambda: letters.count_documents({}) == 4)
    said = log.read_text()
    assert said.count("dead_letter") + said.count("event_failed") >= 4
    assert name not in said
    assert all(json.loads(line) for line in said.splitlines())
