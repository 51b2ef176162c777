"""However the same events are cut and whoever reads them, the mirror ends alike."""

import threading
from dataclasses import replace
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.settings import Settings
from proto.streams import INTERNAL
from tests.counts import count
from tests.databases import Databases
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account, closing, customer, posting, schedule, update
from tests.projector.mirror import Mirror, Plain

ACCOUNTS = ("LOAN-1", "LOAN-2", "LOAN-3")
CUSTOMERS = ("CUS-1", "CUS-2")
TIMES = tuple(f"2026-02-0{day}T00:00:00Z" for day in range(1, 8))
STATUSES = ("PENDING_DISBURSEMENT", "PENDING", "ACTIVE", "SUSPENDED", "CLOSED", "FROZEN")
BALANCES = ("0.00", "120.00", "333.33", "500.00")

Told = tuple[str, dict[str, Any]]
Named = tuple[str, dict[str, Any], str]

customer_events = st.builds(
    lambda key, name, at: (
        "customer.changed.v1",
        customer(key, first_name=name, **({"changed_at": at} if at else {})),
    ),
    st.sampled_from(CUSTOMERS),
    st.sampled_from(["Mia", "Zoe", "Ada"]),
    st.sampled_from((*TIMES, None)),
)
account_events = st.one_of(
    st.builds(
        lambda key, owner, status: (
            "account.created.v1",
            account(key, customer_id=owner, status=status),
        ),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(CUSTOMERS),
        st.sampled_from(STATUSES),
    ),
    st.builds(
        lambda key, status, balance, at: (
            "account.updated.v1",
            update(key, status=status, current_balance=balance, timestamp=at),
        ),
        st.sampled_from(ACCOUNTS),
        st.sampled_from((*STATUSES, None)),
        st.sampled_from(BALANCES),
        st.sampled_from((*TIMES, None)),
    ),
    st.builds(
        lambda key, status, at: (
            "account.status_changed.v1",
            update(key, new_status=status, changed_at=at),
        ),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(STATUSES),
        st.sampled_from(TIMES),
    ),
    st.builds(
        lambda key, reason: ("account.closed.v1", closing(key, closure_reason=reason)),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["PAID_OFF", "WRITTEN_OFF"]),
    ),
    st.builds(
        lambda key: ("account.schedule.created.v1", schedule(key)), st.sampled_from(ACCOUNTS)
    ),
    st.builds(
        lambda key, number, status, at: (
            "account.schedule.updated.v1",
            update(
                key,
                payments=[{"payment_number": number, "status": status, "last_updated": at}],
            ),
        ),
        st.sampled_from(ACCOUNTS),
        st.integers(1, 3),
        st.sampled_from(["PAID", "PARTIAL", "MISSED"]),
        st.sampled_from(TIMES),
    ),
)
TALKS = ("CONV-1", "CONV-2")
REQUESTS = ("REQ-1", "REQ-2")


def in_conversation(event_type: str, names: tuple[str, ...], **fields: Any) -> Any:  # noqa: ANN401 - a strategy
    """Make an event with a conversation's or a request's name, or sometimes a message's."""
    at = st.sampled_from((*TIMES, None))
    values = {name: st.sampled_from(each) for name, each in fields.items()}
    body = st.fixed_dictionaries({"timestamp": at, **values})
    return st.builds(lambda name, each: (event_type, each, name), st.sampled_from(names), body)


conversation_events = st.one_of(
    in_conversation("conversation_started", TALKS, customerId=CUSTOMERS),
    in_conversation("user_input", TALKS, utterance=("Hello", "Why?")),
    in_conversation("noticeboard_post", TALKS, agent_name=("a::b", ""), post=("x" * 300, "y")),
    in_conversation("final_decision", TALKS, decision=("APPROVED", "DECLINED", "X")),
    in_conversation("conversationSummary_changed", TALKS, status=("paused", "active")),
    in_conversation("fraudCheck_assessment", TALKS, score=(1.25, 2**70)),
    in_conversation(
        "applicationDetail_changed",
        TALKS,
        applicationNumber=("APP-1", "APP-2"),
        loanAmount=("100.00", 250),
        customer=({"id": "CUS-1", "firstName": "Unknown"}, {"id": "CUS-2", "lastName": "Ng"}),
    ),
    in_conversation("statement_consent_initiated", TALKS, jobId=("J-1", "")),
    in_conversation("statement_consent_complete", TALKS, jobId=("J-2", "")),
)
request_events = st.one_of(
    in_conversation("writeoff.requested.v1", REQUESTS, amount=("10.00", None)),
    in_conversation("writeoff.approved.v1", REQUESTS, approvedBy=("u-1", "u-2")),
    in_conversation("writeoff.rejected.v1", REQUESTS, rejectedBy=("u-1", "u-2")),
    in_conversation("writeoff.cancelled.v1", REQUESTS, cancelledBy=("u-1",)),
)
message_events = st.one_of(
    in_conversation(
        "notification.sent.v1", ("",), notification_id=("N-1", "N-2"), event_at=(*TIMES, None)
    ),
    in_conversation(
        "notification.delivery_failed.v1",
        ("",),
        notification_id=("N-1", "N-2"),
        event_at=(*TIMES, None),
        error_type=("transient", "suppressed"),
    ),
)
ageing_events = in_conversation(
    "loan.aging.updated.v1",
    ("",),
    account_id=ACCOUNTS,
    dpd=(0, 20),
    bucket=("current", "late_arrears", "closed", "odd"),
    last_updated=(*TIMES, None),
)
bare_events = st.one_of(customer_events, account_events).map(lambda each: (*each, ""))
told = st.lists(
    st.one_of(bare_events, conversation_events, request_events, message_events, ageing_events),
    min_size=1,
    max_size=25,
)


def state(mirror: Mirror) -> dict[str, list[Plain]]:
    """Give everything but the marks' order and the locks."""
    return mirror.everything()


def run(start: Start, given_settings: Settings, mirror: Mirror) -> dict[str, list[Plain]]:
    """Project everything and give what came of it."""
    with start(given_settings) as drain:
        drain()
    return state(mirror)


@settings(
    max_examples=count(6, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=told, copies=st.lists(st.integers(0, 24), max_size=8), data=st.data())
def test_a_folded_batch_is_one_event_at_a_time(
    events: list[Named],
    copies: list[int],
    data: st.DataObject,
    streams: redis.Redis,
    mirror: Mirror,
    databases: Databases,
    start: Start,
    settings: Settings,
) -> None:
    """With duplicates, in any order: each event sees the batch's earlier ones, no later one."""
    named = [(*each, f"e{number}") for number, each in enumerate(events)]
    named += [named[copy] for copy in copies if copy < len(events)]
    shuffled = data.draw(st.permutations(named))
    streams.flushall()
    feed = Feed(streams)
    for kind, body, conversation, event_id in shuffled:
        feed.tell(kind, body, id=event_id, conv=conversation)
    results = []
    small = replace(settings, utterances_max=4, notices_max=3, document_bytes_max=16_000)
    for size in (1, 1_000):
        for stream in streams.scan_iter("*"):
            if not stream.startswith(b"inbox:"):
                streams.delete(stream)
            else:
                for group in streams.xinfo_groups(stream):
                    streams.xgroup_destroy(stream, group["name"])
        with databases.taken(mirror.database.client) as there:
            cut = replace(small, db_name=there.name, batch_entries_max=size)
            results.append(run(start, cut, Mirror(there)))
    assert results[0] == results[1]
    assert Feed(streams).dead_letters() == []


@pytest.mark.parametrize("attempt", range(2))
def test_two_projectors_at_once_are_as_one(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, attempt: int
) -> None:
    """Nothing is lost or doubled between them; an account and its customer find one another."""
    for number in range(300):
        pair: list[Told] = [
            ("customer.created.v1", customer(f"CUS-{number}", first_name=f"Mia{number}")),
            ("account.created.v1", account(f"LOAN-{number}", customer_id=f"CUS-{number}")),
        ]
        for kind, body in pair if (number + attempt) % 2 else reversed(pair):
            feed.tell(kind, body)
        body = posting(f"OUR-{number % 7}", f"TX-{number}", "REPAYMENT", amount="1.00")
        feed.post(f"OUR-{number % 7}", "repayment.recorded.v1", body)
    small = replace(settings, batch_entries_max=7)
    with start(small) as first, start(replace(small, consumer="second")) as second:
        threads = [threading.Thread(target=each) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = mirror.everything()
    outside = [each for each in found["loan-accounts"] if each["source"] == "external"]
    assert [each["customerName"] for each in outside] == [
        f"Mia{each['_id'].removeprefix('LOAN-')} Chen" for each in outside
    ]
    assert (len(outside), len(found["marks"]), len(found["transactions"])) == (300, 600, 300)
    ours = [each for each in found["loan-accounts"] if each["source"] == "ledger"]
    assert sum(float(each["balances"]["totalPaid"]) for each in ours) == 300
    assert feed.dead_letters() == []


def test_the_ledgers_events_in_any_order_end_alike(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The version orders them, also within one batch."""
    made = [feed.entry("LOAN-1", "account.created.v1", account())]
    for number in range(1, 20):
        body = posting("LOAN-1", f"TX-{number}", "REPAYMENT", amount=f"{number}.00")
        made.append(feed.entry("LOAN-1", "repayment.recorded.v1", body))
    with start(settings) as drain:
        for fields in (*made[::-2], *made[::2], *made):
            feed.raw(fields, INTERNAL)
        drain()
    assert mirror.account()["balances"]["totalPaid"] == "190.00"
    assert (mirror.account()["ver"], mirror.everything()["parked-events"]) == (20, [])
