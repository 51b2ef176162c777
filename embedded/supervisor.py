"""Keeps parts alive: starts them in order, restarts what dies, stops all in reverse order."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from embedded import signals
from embedded.process import Process, stop
from embedded.servers import READY_SECONDS_MAX, DidNotStart, end_of

STEADY_SECONDS: Final = 600.0
"""Who has run for so long has its earlier deaths forgotten."""
BACK_OFF_SECONDS: Final = (0.5, 2.0, 5.0)
"""The pause before each restart; a part that dies once more is not started again."""
LOOK_SECONDS: Final = 0.1
CALM_SECONDS: Final = 5.0


class Part(Protocol):
    """A process that we keep alive, and how to tell that it does its work."""

    @property
    def name(self) -> str:
        """What we call it in a line of output."""

    @property
    def address(self) -> str:
        """Where it answers, for a person; may be empty."""

    @property
    def log(self) -> Path:
        """The file that takes its output."""

    def spawn(self) -> Process:
        """Start it without waiting."""

    def answers(self, process: Process, /) -> bool:
        """Tell whether this process does its work."""


class GaveUp(Exception):  # noqa: N818 - the reason is the name
    """A part died too often; the text says which, how, and what its log says."""


@dataclass
class _Kept:
    """A part and what became of it."""

    part: Part
    process: Process
    started: float
    answered: bool = False
    ever_answered: bool = False
    deaths: int = 0
    due: float | None = None

    @property
    def is_calm(self) -> bool:
        return self.answered and self.due is None


class Supervisor:
    """Runs in the main thread; `say` takes one line, `changed` hears of every new process."""

    def __init__(
        self,
        say: Callable[[str], None],
        changed: Callable[[], None] = lambda: None,
        back_off_seconds: tuple[float, ...] = BACK_OFF_SECONDS,
    ) -> None:
        self._say, self._changed = say, changed
        self._back_off_seconds = back_off_seconds
        self._kept: list[_Kept] = []

    @property
    def process_ids(self) -> dict[str, int]:
        """Each part's process now."""
        return {kept.part.name: kept.process.pid for kept in self._kept}

    def start(self, part: Part) -> None:
        """Start a part and wait until it answers. Raises DidNotStart, StopRequested."""
        kept = _Kept(part, part.spawn(), time.monotonic())
        self._kept.append(kept)
        self.watch(until=lambda: kept.answered)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep all parts alive until something holds. Raises GaveUp, StopRequested."""
        while True:
            for kept in self._kept:
                self._look_after(kept)
            if until():
                return
            calm = all(kept.is_calm for kept in self._kept)
            signals.wait(CALM_SECONDS if calm else LOOK_SECONDS)

    def wait_for(self, process: Process) -> int:
        """Wait until a process of ours that is no part has done its work."""
        self.watch(until=lambda: process.poll() is not None)
        return process.wait()

    def stop(self) -> None:
        """Stop all parts, the last started first."""
        for kept in reversed(self._kept):
            stop(kept.process)
        self._kept.clear()

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.due is not None:
            if now >= kept.due:
                kept.process, kept.started, kept.due = kept.part.spawn(), now, None
        elif kept.process.poll() is not None:
            self._bury(kept, now)
        elif not kept.answered:
            self._ask(kept, now)

    def _ask(self, kept: _Kept, now: float) -> None:
        if kept.part.answers(kept.process):
            kept.answered = kept.ever_answered = True
            took = time.monotonic() - kept.started
            self._say(f"  {kept.part.name:<15}ready {took:6.1f} s   {kept.part.address}".rstrip())
            self._changed()
        elif now - kept.started > READY_SECONDS_MAX:
            stop(kept.process)

    def _bury(self, kept: _Kept, now: float) -> None:
        """Plan the restart of a part that has ended, or give up."""
        name, log = kept.part.name, kept.part.log
        if not kept.ever_answered:
            raise DidNotStart(f"{name} did not start; its log {log} ends with: {end_of(log)}")
        steady = kept.answered and now - kept.started > STEADY_SECONDS
        kept.deaths = 1 if steady else kept.deaths + 1
        how = _how_it_ended(kept.process.wait())
        if kept.deaths > len(self._back_off_seconds):
            raise GaveUp(
                f"{name} ended {kept.deaths} times, at last {how}; everything stops. "
                f"Its log {log} ends with: {end_of(log)}"
            )
        pause = self._back_off_seconds[kept.deaths - 1]
        kept.answered, kept.due = False, now + pause
        self._say(f"  {name} ended {how}; it starts again in {pause:g} s (log: {log})")


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"by {signal.Signals(-status).name}"
    return f"with status {status}"
