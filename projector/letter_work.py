"""Does what people asked about dead letters, each step once, and answers it.

The ledger recorded who asked and that they may; the steps come here as any of its events,
by the stream. What is to be done twice is nothing: a step with an answer is done, and an
entry is published again once for ever.
"""

import base64
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from cryptography.exceptions import InvalidTag
from pymongo.database import Database
from pymongo.errors import PyMongoError

from projector.archive_keys import KeysUnavailable
from projector.item import Item
from proto import codec, documents, letter_seal
from proto.documents import LetterAnswerDocument, LetterStepDocument
from proto.events import LetterOpened, LetterReplayed, LetterResolved, PaymentCorrected
from proto.streams import INBOX
from proto.values import Instant

STEPS: Final = frozenset(
    {LetterOpened.type, LetterReplayed.type, LetterResolved.type, PaymentCorrected.type}
)
"""Events after which there may be something to do."""

TO_DO: Final = ("opened", "replay", "resolved", "corrected")
LOOK_SECONDS: Final = 10.0
"""How often it looks unasked: after a restart, and at what had failed."""
LATE: Final = timedelta(hours=1)
"""By so much a step may be recorded before one that another projector has done already."""

SHOWN: Final = timedelta(minutes=10)
"""For so long an answer lies ready for its reader."""

log = structlog.get_logger()


class NoSuchLetter(Exception):  # noqa: N818 - what it tells
    """No dead letter has this id, or its customer was erased."""


class NotWhole(Exception):  # noqa: N818 - what it tells
    """Of this letter's entry only the beginning was kept: it cannot be published again."""


class Store(Protocol):
    """The store of dead letters."""

    def opened(self, letter_id: str) -> dict[bytes, bytes]:
        """Give all fields of a letter. Raises NoSuchLetter, InvalidTag."""

    def replay(self, letter_id: str) -> bool:
        """Publish its entry again, once; False: it was already. Raises NotWhole, as `opened`."""

    def resolve(self, letter_id: str, message_id: str | None = None) -> None:
        """Note that nothing is to be done about a message any more. Raises NoSuchLetter."""


class LetterWork:
    """Finds steps without an answer."""

    def __init__(
        self, database: Database[dict[str, Any]], store: Store, clock: Callable[[], Instant]
    ) -> None:
        self._steps = database[documents.LETTER_STEPS.name]
        self._answers = database[documents.LETTER_ANSWERS.name]
        self._letters = database[documents.DEAD_LETTERS.name]
        self._store, self._clock = store, clock
        self._done: set[str] = set()
        self._since: datetime | None = None
        """All steps before this one are done; None: none was looked at yet."""
        self._look_at = float("-inf")

    def saw(self, applied: Iterable[Item]) -> bool:
        """Look soon where a step is among what was applied; tell whether one is."""
        asked = [item.happening().at for item in applied if item.envelope.event_type in STEPS]
        if asked:
            self._look_at = float("-inf")
            if self._since is not None:
                self._since = min(self._since, *asked)
        return bool(asked)

    def turn(self) -> None:
        """Do what is to be done; what fails stays for a later turn. Raises redis.RedisError."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        try:
            self._take_away(codec.to_mongo(self._clock()) - SHOWN)
            for event_id in self._without_answer():
                self._do(event_id)
        except (PyMongoError, KeysUnavailable) as error:
            log.warning("letter_steps_wait", error=type(error).__name__)

    def _without_answer(self) -> list[str]:
        """Give the steps that are to be done, oldest first.

        Of all of them once, then of the late ones.
        """
        asked: dict[str, Any] = {"kind": {"$in": list(TO_DO)}}
        if self._since is not None:
            asked["at"] = {"$gte": self._since}
        at = {each["_id"]: each["at"] for each in self._steps.find(asked, {"at": 1})}
        self._done &= at.keys()
        if ids := list(at.keys() - self._done):
            answered = self._answers.find({"_id": {"$in": ids}}, {"_id": 1})
            self._done |= {each["_id"] for each in answered}
        left = sorted(at.keys() - self._done, key=lambda each: (at[each], _version(each)))
        if at:
            self._since = min((at[each] for each in left), default=max(at.values())) - LATE
        return left

    def _take_away(self, before: Any) -> None:  # noqa: ANN401 - MongoDB's date
        """Take away answers that nobody fetched, or that somebody has by now."""
        old = {"state": "sealed", "at": {"$lt": before}}
        self._answers.update_many(old, {"$set": {"state": "taken_away"}, "$unset": {"sealed": ""}})

    def _do(self, event_id: str) -> None:
        step = codec.from_mongo(LetterStepDocument, self._steps.find_one({"_id": event_id}) or {})
        answer = codec.to_mongo(self._answer(step))
        self._answers.update_one({"_id": event_id}, {"$setOnInsert": answer}, upsert=True)
        self._done.add(event_id)
        log.info("letter_step", kind=step.kind, state=answer["state"])

    def _answer(self, step: LetterStepDocument) -> LetterAnswerDocument:
        now, letter_id = self._clock(), step.letter_id or ""
        try:
            if step.kind == "opened":
                fields = self._store.opened(letter_id)
                key = base64.b64decode(step.reader_key)
                sealed = letter_seal.sealed_for(key, step.event_id.encode(), fields)
                return LetterAnswerDocument(state="sealed", at=now, sealed=sealed)
            if step.kind == "replay":
                published = self._store.replay(letter_id)
                return LetterAnswerDocument(state="replayed" if published else "known", at=now)
            if step.kind == "resolved":
                self._store.resolve(letter_id, step.message_id)
                return LetterAnswerDocument(state="resolved", at=now)
        except NotWhole:
            return LetterAnswerDocument(state="not_whole", at=now)
        except (NoSuchLetter, InvalidTag, ValueError):  # ValueError: the reader's key is none
            return LetterAnswerDocument(state="erased", at=now)
        told = {"status": "resolved", "resolvedAt": codec.to_mongo(step.at)}
        same = {"entryId": step.message_id, "stream": INBOX}
        self._letters.update_many(same, {"$set": told})
        return LetterAnswerDocument(state="resolved", at=now)


def _version(event_id: str) -> int:
    """Give the version that an event's id ends with, 0 where it ends with none."""
    digits = event_id.rpartition(":")[2]
    return int(digits) if digits.isascii() and digits.isdecimal() else 0
