"""A rebuild that was asked for through the ledger is begun once, by one projector, soon."""

from datetime import timedelta

import pytest

from projector.rebuild_work import Process, RebuildWork
from projector.vitals import Vitals
from proto import documents
from proto.values import Instant
from tests.projector.conftest import Drain
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror


class Runs:
    """Counts what was begun; answers as it is told to."""

    def __init__(self, sentence: str = "") -> None:
        self.count, self.sentence = 0, sentence

    def run(self) -> str:
        """Begin one."""
        self.count += 1
        return self.sentence


@pytest.fixture
def asked(feed: Feed, drain: Drain, mirror: Mirror) -> Instant:
    """An administrator has asked, and the event has come; gives when that was."""
    feed.post("ledger:rebuild", "rebuild.asked.v1", {}, actor="staff-alex")
    drain()
    stored = mirror.one(documents.LEDGER_SUBJECTS, "ledger:rebuild")
    assert (stored["lastActor"], stored["ver"]) == ("staff-alex", 1)
    return Instant.of(stored["lastAt"])


def look(mirror: Mirror, runs: Runs, at: Instant) -> None:
    """Let a projector look that has just begun."""
    RebuildWork(mirror.database, Vitals(started_at=at), lambda: at, runs.run).turn()


def test_it_is_begun_once_whoever_looks(
    feed: Feed, drain: Drain, mirror: Mirror, asked: Instant
) -> None:
    """Another projector, or the same after a restart, finds it taken; asked again, it is again."""
    runs = Runs()
    for _ in range(3):
        look(mirror, runs, asked)
    assert runs.count == 1
    feed.post("ledger:rebuild", "rebuild.asked.v1", {}, actor="staff-alex")
    drain()
    look(mirror, runs, asked)
    assert runs.count == 2


def test_what_was_asked_long_ago_is_not_done(mirror: Mirror, asked: Instant) -> None:
    """A mirror that begins anew reads every event that ever was."""
    runs = Runs()
    look(mirror, runs, Instant.of(asked + timedelta(minutes=11)))
    assert runs.count == 0


def test_why_it_failed_is_told_where_its_progress_is(mirror: Mirror, asked: Instant) -> None:
    """The sentence of the command line."""
    look(mirror, Runs("The archive lacks 2 events."), asked)
    (told,) = mirror.all(documents.REBUILDS)
    assert (told["state"], told["sentence"]) == ("failed", "The archive lacks 2 events.")


def test_what_a_rebuild_logs_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The administrator is sent to it, so it says what a rebuild that ended early said."""
    monkeypatch.delenv("MONGODB_URL", raising=False)
    assert "the log of the projector's machine says why" in Process().run()
    assert "MONGODB_URL" in capfd.readouterr().err
