"""A part that dies is started again, three times; then everything stops with the reason."""

import os
import signal
import sys
from pathlib import Path

import pytest

from embedded.process import Process, is_alive, spawn
from embedded.servers import DidNotStart
from embedded.supervisor import GaveUp, Supervisor

pytestmark = pytest.mark.usefixtures("blocked_signals")


class Sleeper:
    """A real process that does nothing but be there."""

    def __init__(self, name: str, folder: Path, code: str = "import time; time.sleep(600)") -> None:
        self.name, self.address, self.log = name, "", folder / f"{name}.log"
        self._code = code
        self.spawned: list[Process] = []

    def spawn(self) -> Process:
        """Start it."""
        self.spawned.append(spawn([sys.executable, "-c", self._code], self.log))
        return self.spawned[-1]

    def answers(self, process: Process) -> bool:
        """Being there is all its work."""
        return process.poll() is None


def test_parts_stop_in_reverse_order(tmp_path: Path) -> None:
    """Who needs another part stops before it does; nothing is left."""
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    first, second = Sleeper("first", tmp_path), Sleeper("second", tmp_path)
    supervisor.start(first)
    supervisor.start(second)
    assert list(supervisor.process_ids) == ["first", "second"]
    supervisor.stop()
    assert not any(is_alive(part.spawned[0].pid) for part in (first, second))


def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    """A line says how it ended; whoever wants to know hears of the new process."""
    lines: list[str] = []
    changes: list[int] = []
    supervisor = Supervisor(lines.append, lambda: changes.append(1))
    part = Sleeper("part", tmp_path)
    supervisor.start(part)
    os.kill(part.spawned[0].pid, signal.SIGKILL)
    supervisor.watch(until=lambda: len(changes) == 2)
    assert "part ended by SIGKILL; it starts again" in lines[1]
    assert supervisor.process_ids["part"] == part.spawned[1].pid
    supervisor.stop()


def test_after_three_restarts_everything_stops(tmp_path: Path) -> None:
    """The reason names the part, how it ended and what its log says."""
    code = "print('no more paper', flush=True); import time; time.sleep(0.5)"
    supervisor = Supervisor(lambda _: None, back_off_seconds=(0.0, 0.0, 0.0))
    part = Sleeper("printer", tmp_path, code)
    supervisor.start(part)
    with pytest.raises(GaveUp, match=r"printer ended 4 times, at last with status 0.*paper"):
        supervisor.watch()
    assert len(part.spawned) == 4
    supervisor.stop()


def test_a_part_that_never_answered_is_not_tried_again(tmp_path: Path) -> None:
    """A setting is wrong then: the log's last words are the sentence."""
    code = "import sys; sys.exit('KEYS_DIR holds no keys')"
    with pytest.raises(DidNotStart, match="KEYS_DIR holds no keys"):
        Supervisor(lambda _: None).start(Silent("part", tmp_path, code))


class Silent(Sleeper):
    """A process that never answers."""

    def answers(self, process: Process) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False
