"""The match check that is always on: a few accounts a second, all of them in turn."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import grpc
import structlog
from pymongo.errors import PyMongoError

from projector.happening import Stored
from projector.match_check import MatchCheck, share
from projector.vitals import Vitals
from proto.documents import MatchScoreDocument
from proto.values import Instant

EVERY_SECONDS: Final = 1.0
WINDOW: Final = 1_000
"""Over how many of the accounts checked last the running score is taken."""

PAGES_MAX: Final = 10
"""How many pages of accounts a turn reads at most: most may be from outside."""

SAMPLED: Final = "sampled"

log = structlog.get_logger()


class Sampling:
    """Lets the check work all the time, in a thread and over connections of its own."""

    def __init__(self, check: MatchCheck, vitals: Vitals, per_second: int) -> None:
        self._check, self._vitals, self._per_second = check, vitals, per_second
        self._after: Any = None
        self._outcomes: deque[bool] = deque(maxlen=WINDOW)
        self._waiting: list[Stored] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="match-check", daemon=True)

    def start(self) -> None:
        """Begin, unless the setting says that nothing is to be checked."""
        if self._per_second:
            self._thread.start()

    def stop(self) -> None:
        """End after the account in hand."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def turn(self, started_at: Instant, now: Instant) -> None:
        """Check the next few accounts, and tell the score of the last ones."""
        for checked, account in enumerate(self._next(), start=1):
            self._outcomes.append(not self._check.check(account))
            if checked >= self._per_second or self._stopping.is_set():
                break
        matched, total = sum(self._outcomes), len(self._outcomes)
        self._vitals.match_score = share(matched, total)
        document = MatchScoreDocument(
            started_at=started_at,
            at=now,
            checked=total,
            matched=matched,
            score=self._vitals.match_score,
        )
        self._check.score(document, SAMPLED)

    def _next(self) -> Iterator[Stored]:
        """Give the ledger's next accounts; it ends at the end of all, or after enough pages."""
        for _ in range(PAGES_MAX):
            if not self._waiting:
                page = self._check.accounts(self._after)
                self._waiting = self._check.ours(page)
                self._after = page[-1]["_id"] if page else None
                if not page:
                    return
            while self._waiting:
                yield self._waiting.pop()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            if not self._vitals.holds_lease:
                continue  # one projector checks for all
            try:
                self.turn(self._vitals.started_at, self._check.now())
            except (grpc.RpcError, PyMongoError) as error:
                log.warning("match_not_checked", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a bug of ours: the other accounts go on
                log.error("match_check_failed", error=type(error).__name__)  # noqa: TRY400 - no data in logs
