"""Begins a rebuild that an administrator asked for, once, in a process of its own.

The ledger recorded who asked and that they may. A process of its own works no slower than the
command line's, holds nothing up, and may be killed at any point (`rebuild.py` says why).
"""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from projector.vitals import Vitals
from proto import codec, documents
from proto.documents import LedgerSubjectDocument, LetterAnswerDocument, RebuildDocument
from proto.subjects import REBUILD
from proto.values import Instant

LOOK_SECONDS: Final = 1.0
END_SECONDS: Final = 5.0
FRESH: Final = timedelta(minutes=10)
"""What was asked longer ago is not done: a mirror that begins anew reads all that ever was."""

log = structlog.get_logger()


class Process:
    """`python -m projector rebuild` with this process's settings; it logs where this one does."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[str] | None = None

    def run(self) -> str:
        """Rebuild; give why nothing was swapped, empty where all is well."""
        command = [sys.executable, "-m", "projector", "rebuild"]
        self._running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        told, _ = self._running.communicate()
        if self._running.returncode == 0:
            return ""
        return told.strip() or "It ended early; the log of the projector's machine says why."

    def stop(self) -> None:
        """End what runs; the live collections are as good as before."""
        if self._running is None or self._running.poll() is not None:
            return
        self._running.terminate()
        try:
            self._running.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()


class RebuildWork:
    """Looks for what was asked, in a thread of its own."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        vitals: Vitals,
        clock: Callable[[], Instant],
        run: Callable[[], str],
    ) -> None:
        self._database, self._vitals, self._clock, self._run = database, vitals, clock, run
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="rebuilds", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what runs must be ended besides."""
        self._stopping.set()

    def turn(self) -> None:
        """Do what was asked for last, unless it was begun already or is long ago."""
        stored = self._database[documents.LEDGER_SUBJECTS.name].find_one({"_id": REBUILD})
        if stored is None:
            return
        asked = codec.from_mongo(LedgerSubjectDocument, stored)
        now = self._clock()
        if asked.last_at is None or now - asked.last_at > FRESH:
            return
        if not self._is_first(f"{REBUILD}:{asked.ver}", now):
            return
        log.info("rebuild_asked", by=asked.last_actor)
        sentence = self._run()
        if sentence and not self._stopping.is_set():
            self._tell_failure(now, sentence)

    def _is_first(self, event_id: str, now: Instant) -> bool:
        """Take it: whoever else looks finds it taken, also after this process was killed."""
        taken = codec.to_mongo(LetterAnswerDocument(state="taken", at=now))
        answers = self._database[documents.LETTER_ANSWERS.name]
        try:
            answers.insert_one({"_id": event_id, **taken})
        except DuplicateKeyError:
            return False
        return True

    def _tell_failure(self, began: Instant, sentence: str) -> None:
        """Store why, where its progress is looked for."""
        now = self._clock()
        failed = RebuildDocument(
            state="failed", started_at=began, at=now, collections=[], sentence=sentence[:500]
        )
        self._database[documents.REBUILDS.name].replace_one(
            {"_id": str(now)}, codec.to_mongo(failed), upsert=True
        )
        log.warning("rebuild_failed")

    def _work(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            if not self._vitals.holds_lease:
                continue  # one projector does it for all
            try:
                self.turn()
            except PyMongoError as error:
                log.warning("rebuild_not_looked_for", error=type(error).__name__)
