"""Does what people asked about dead letters, each step once, and answers it.

The ledger recorded who asked and that they may; the steps come here as any of its events,
by the stream. What is to be done twice is nothing: a step with an answer is done, and an
entry is published again once for ever.
"""

import base64
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog
from cryptography.exceptions import InvalidTag
from pymongo.database import Database
from pymongo.errors import PyMongoError

from projector.archive_keys import KeysUnavailable
from projector.item import Item
from proto import codec, documents, letter_seal
from proto.documents import LetterAnswerDocument, LetterStepDocument
from proto.events import LetterOpened, LetterReplayed, PaymentCorrected
from proto.streams import INBOX
from proto.values import Instant

STEPS: Final = frozenset({LetterOpened.type, LetterReplayed.type, PaymentCorrected.type})
"""Events after which there may be something to do."""

TO_DO: Final = ("opened", "replay", "corrected")
LOOK_SECONDS: Final = 10.0
"""How often it looks unasked: after a restart, and at what had failed."""
SHOWN: Final = timedelta(minutes=10)
"""For so long an answer lies ready for its reader."""

log = structlog.get_logger()


class NoSuchLetter(Exception):  # noqa: N818 - what it tells
    """No dead letter has this id, or its customer was erased."""


class Store(Protocol):
    """The store of dead letters."""

    def opened(self, letter_id: str) -> dict[bytes, bytes]:
        """Give all fields of a letter. Raises NoSuchLetter, InvalidTag."""

    def replay(self, letter_id: str) -> bool:
        """Publish its entry again, once; False: it was already. Raises as `opened`."""


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
        self._look_at = float("-inf")

    def saw(self, applied: Iterable[Item]) -> bool:
        """Look soon where a step is among what was applied; tell whether one is."""
        is_asked = any(item.envelope.event_type in STEPS for item in applied)
        if is_asked:
            self._look_at = float("-inf")
        return is_asked

    def turn(self) -> None:
        """Do what is to be done; what fails stays for a later turn. Raises redis.RedisError."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        try:
            self._take_away(codec.to_mongo(self._clock()) - SHOWN)
            asked = {"kind": {"$in": list(TO_DO)}}
            ids = {each["_id"] for each in self._steps.find(asked, {"_id": 1})} - self._done
            if ids:
                answered = self._answers.find({"_id": {"$in": list(ids)}}, {"_id": 1})
                self._done |= {each["_id"] for each in answered}
            for event_id in sorted(ids - self._done):
                self._do(event_id)
        except (PyMongoError, KeysUnavailable) as error:
            log.warning("letter_steps_wait", error=type(error).__name__)

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
        except (NoSuchLetter, InvalidTag, ValueError):  # ValueError: the reader's key is none
            return LetterAnswerDocument(state="erased", at=now)
        told = {"status": "resolved", "resolvedAt": codec.to_mongo(step.at)}
        same = {"entryId": step.message_id, "stream": INBOX}
        self._letters.update_many(same, {"$set": told})
        return LetterAnswerDocument(state="resolved", at=now)
