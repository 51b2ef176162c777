"""The system page over a real database and Redis, run without a browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis
from streamlit.testing.v1 import AppTest

from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from proto import documents
from proto import servicing_pb2 as servicing
from proto.documents import (
    HeartbeatDocument,
    MatchScoreDocument,
    MismatchDocument,
    ParkedEventDocument,
    RebuildDocument,
    UnknownEventDocument,
)
from proto.streams import INBOX, INTERNAL
from proto.values import Instant, Key
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.recording_ledger import RecordingLedger
from tests.dashboard.desk.screens.reading import everything, figures
from tests.dashboard.own_process import run
from tests.desk_process import add_staff

NOW = Instant.of(datetime.now(UTC))


@pytest.fixture
def entry_id(streams: redis.Redis) -> str:
    """An entry of a type that nobody reads, in the inbox."""
    added = streams.xadd(INBOX, {"typ": "loyalty.points.v1", "payload": '{"points": 7}'})
    return bytes(added).decode()  # type: ignore[arg-type]  # the client's answers have no type


@pytest.fixture(autouse=True)
def _work(store: Store, entry_id: str) -> None:
    waits = ParkedEventDocument(
        subject_id=Key("LOAN-7"),
        ver=4,
        entry_id="1-0",
        fields={"typ": "repayment.recorded.v1", "payload": '{"amount": "12.50"}'},
        parked_at=NOW,
    )
    store(documents.PARKED_EVENTS, "LOAN-7:4", waits)
    unread = UnknownEventDocument(
        first_seen=NOW,
        last_seen=NOW,
        count=3,
        sample_stream=INBOX,
        sample_entry_id=entry_id,
        sample_bytes={"typ": 17, "payload": 13},
    )
    store(documents.UNKNOWN_EVENTS, "loyalty.points.v1", unread)
    differs = MismatchDocument(
        loan_account_id=Key("ACC-1"),
        field="balances.fees",
        mirror_value="1.23",
        ledger_value="45.00",
        ver=9,
        since_version=8,
        since_event_id="ACC-1:8",
        since_event_type="fee.applied.v1",
        seen_at=NOW,
    )
    store(documents.MISMATCHES, "ACC-1:balances.fees", differs)
    score = MatchScoreDocument(started_at=NOW, at=NOW, checked=200, matched=199)
    store(documents.MATCH_SCORES, "sampled", score)


def beat(store: Store, at: datetime, **told: object) -> None:
    """Let the projector have told something."""
    heartbeat = HeartbeatDocument(
        at=Instant.of(at),
        started_at=Instant.of(at - timedelta(hours=1)),
        process_id=1,
        redis_connected=True,
        mongo_connected=True,
        **told,  # type: ignore[arg-type]  # as the test says
    )
    store(documents.HEARTBEATS, "projector", heartbeat)


def test_the_system_page_tells_what_waits_what_is_unread_and_what_differs(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """Counts, lag, batch, outcomes, and each mismatch with field, both values and its event."""
    lag = {INTERNAL: 0.25, INBOX: 0.5}
    beat(store, datetime.now(UTC), applied=1_234, lag_seconds=lag, batch_at=NOW, batch_entries=17)
    page = opened("system.py", "admin")
    counted = figures(page)
    assert counted["Accounts"] == "1"
    assert (counted["Parked events"], counted["Unread events"]) == ("1", "3")
    assert counted["Accounts checked last"] == "99.5%"
    told = everything(page)
    for word in ("ACC-1", "balances.fees", "1.23", "45.00", "Fee charged ACC-1:8"):
        assert word in told
    for word in ("LOAN-7:4", "loyalty.points.v1", "1,234", "0.25 s", "17 events"):
        assert word in told
    assert "Lost" not in told


def test_a_table_that_ends_early_says_of_how_many(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """How many fields differ is told; `The first 50 of` stands only where there are more."""
    told = everything(opened("system.py", "admin"))
    assert "Fields that differ from the ledger: 1." in told
    assert "The first 50" not in told
    for ver in range(5, 56):
        waits = ParkedEventDocument(
            subject_id=Key("LOAN-7"), ver=ver, entry_id="1-0", fields={}, parked_at=NOW
        )
        store(documents.PARKED_EVENTS, f"LOAN-7:{ver}", waits)
    assert "The first 50 of 52." in everything(opened("system.py", "admin"))


def test_a_projector_that_stands_still_is_named_and_the_rest_works(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """Lost since its last sign of life; what it told last is there with its age."""
    beat(store, datetime.now(UTC) - timedelta(minutes=2), applied=1_234)
    told = everything(opened("system.py", "compliance"))
    assert "The projector does not answer." in told
    assert "2 min ago" in told
    for word in ("1,234", "Holds what the screens show.", "LOAN-7:4"):
        assert word in told


def test_what_the_inbox_lost_is_told_by_count_and_time(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """From when on, and how many at least; with what to do. So is a sender of a flood."""
    lost_from = Instant.parse("2026-11-01T00:00:00Z")
    lost = {"inbox_lost_at": NOW, "inbox_lost_from": lost_from, "inbox_lost_count": 12}
    beat(store, NOW, **lost, stopped_sources=["bad-feed"])
    page = opened("system.py", "admin")
    assert "at least 12 events" in page.error[0].value
    assert "after 1 Nov 2026, 11:00 am" in page.error[0].value
    assert any("projector resume bad-feed" in each.value for each in page.warning)


@pytest.mark.parametrize(
    ("asked", "raw"),
    [
        ({"parked": "LOAN-7:4"}, "12.50"),
        ({"unread": "loyalty.points.v1"}, "points"),
        ({"parked": "LOAN-7:5"}, "waits no more"),
    ],
)
def test_a_row_opens_to_the_event_as_it_came(
    opened: Callable[..., AppTest], asked: dict[str, str], raw: str
) -> None:
    """Its fields, whole; one that was applied since says so."""
    page = opened("system.py", "admin", **asked)
    assert any(raw in each.value for each in (*page.code, *page.markdown))


def test_an_unread_event_that_left_its_stream_is_told_by_its_sizes(
    opened: Callable[..., AppTest], streams: redis.Redis
) -> None:
    """What stood in it may have named a person and was kept nowhere."""
    streams.delete(INBOX)
    page = opened("system.py", "admin", unread="loyalty.points.v1")
    assert "no longer in its stream" in everything(page)
    assert "13 bytes" in page.code[0].value


@pytest.mark.parametrize("role", ["support", "supervisor", "analyst"])
def test_others_are_told_which_role_the_system_takes(
    opened: Callable[..., AppTest], role: str
) -> None:
    """The page sends them nothing of it."""
    page = opened("system.py", role)
    assert "This page is for" in page.warning[0].value
    assert "LOAN-7" not in everything(page)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"state": "replaying", "events": 40, "events_total": 80}, "replaying: 40 of 80 events"),
        ({"state": "failed", "sentence": "The archive lacks 2 events."}, "The archive lacks 2"),
        ({"state": "done", "events": 80, "compared": 9, "differing": 1}, "from 80 events; 1 of 9"),
    ],
)
def test_the_last_rebuild_is_told(
    opened: Callable[..., AppTest], store: Store, told: dict[str, object], said: str
) -> None:
    """How far it is, or how it ended; while one runs no other is asked for."""
    now = Instant.of(datetime.now(UTC))
    document = RebuildDocument(started_at=now, at=now, collections=[], **told)  # type: ignore[arg-type] # as above
    store(documents.REBUILDS, str(now), document)
    page = opened("system.py", "admin")
    assert said in everything(page).replace("\\", "")
    assert page.button("ask-rebuild").disabled is (told["state"] == "replaying")


def test_an_administrator_asks_for_a_rebuild(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """The ledger is asked, once, under a key; compliance sees how the last went and no more."""
    page = opened("system.py", "admin")
    books.script.append(lambda *_: servicing.AskRebuildResponse(event_id="ledger:rebuild:1"))
    page.button("ask-rebuild").click().run()
    (sent,) = [each.request for each in books.commands() if each.rpc == "AskRebuild"]
    assert len(sent.idempotency_key) >= 8
    assert "Asked for" in everything(page)
    told = opened("system.py", "compliance")
    assert "never rebuilt" in everything(told)
    assert "ask-rebuild" not in {each.key for each in told.button}


def _switch() -> None:
    from dashboard import session  # noqa: PLC0415 - AppTest runs this function's text by itself
    from dashboard.components import system_ledger  # noqa: PLC0415 - the same
    from proto import servicing_pb2  # noqa: PLC0415 - the same

    system_ledger.read_only_switch(session.require(), servicing_pb2.HealthResponse(), None)


def test_the_ledger_is_not_switched_without_a_reason(
    database: DeskDatabase, streams: redis.Redis
) -> None:
    """The button waits for one that the ledger would take."""
    page = AppTest.from_function(_switch, default_timeout=60)
    page.session_state[SECRET_SLOT] = Sessions(streams).start(add_staff(database, "admin"))
    run(page)
    for reason, is_off in (("", True), ("  ", True), ("Month end", False)):
        page.text_input("read-only-reason").set_value(reason)
        run(page)
        assert page.button("set-read-only").disabled is is_off
