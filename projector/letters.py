"""Collection `dead-letters`: what could not be applied, found by any reference inside.

The stream of dead letters is read here, the projector's own and those of the ledger's
intake. What stood in the entry may name a person: it is kept as ciphertext under the
customer's key; of each reference in it only a keyed hash is kept in the open.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import redis
import structlog
from bson import Binary
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from projector.archive_keys import KeyStore, KeysUnavailable
from projector.dead_letters import DEAD
from projector.letter_form import ADDED, LetterForm
from projector.letter_work import LetterWork, NoSuchLetter, NotWhole
from projector.marks import DUPLICATE_KEY
from projector.reclaim import Reclaimer
from projector.sealing import unseal
from projector.store import WORLD_CODES, is_world
from projector.stream import make_group
from proto import codec, documents
from proto.documents import DeadLetterDocument
from proto.events import PaymentReceived
from proto.search_tokens import token
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL, PROJECTOR_GROUP
from proto.values import Instant

LETTERS_GROUP: Final = f"{PROJECTOR_GROUP}-dead-letters"
REPLAYED: Final = f"replayed:{PROJECTOR_GROUP}"
UNSTORED: Final = f"unstored-letters:{PROJECTOR_GROUP}"
"""Dead letters that MongoDB does not take, as they came: for an operator to look at."""

COUNT: Final = 200
SCRIPT_VALUES_MAX: Final = 7_000
"""Redis's scripts pass on fewer than 8,000 names and values: no honest entry has so many."""

MESSAGE_ID: Final = codec.MESSAGE_FIELD.encode()
PAYMENT: Final = PaymentReceived.type.encode()

PUBLISH_ONCE: Final = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
if ARGV[2] ~= '' then redis.call('SREM', KEYS[3], ARGV[2]) end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3))
return 1
"""

Letter = tuple[bytes, dict[bytes, bytes]]

log = structlog.get_logger()


class Letters:
    """Stores dead letters, finds them, publishes their entries again."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        streams: redis.Redis,
        keys: KeyStore,
        token_key: bytes,
        clock: Callable[[], Instant],
        payload_bytes_max: int = codec.PAYLOAD_BYTES_MAX,
    ) -> None:
        self._letters = database[documents.DEAD_LETTERS.name]
        self._streams, self._keys, self._clock = streams, keys, clock
        self._token_key = token_key
        self._form = LetterForm(keys, token_key, payload_bytes_max)
        self.work = LetterWork(database, self, clock)

    def turn(self, consumer: str) -> bool:
        """Store a page of what came to the dead letters; tell whether there may be more.

        A page at a time, so that a flood of them holds nobody up; then do what people asked
        about those that are stored. Raises redis.RedisError.
        """
        more = self._store(consumer)
        self.work.turn()
        return more

    def take_over(self, reclaimer: Reclaimer) -> None:
        """Take over what a projector that is gone was given and had not stored, and clear it away.

        Raises redis.RedisError.
        """
        make_group(self._streams, DEAD_LETTERS, LETTERS_GROUP)
        reclaimer.take_over(DEAD_LETTERS)
        reclaimer.clear_consumers(DEAD_LETTERS)

    def _store(self, consumer: str) -> bool:
        # First what was given to us and not stored.
        letters = self._read(consumer, "0") or self._read(consumer, ">")
        if not letters:
            return False
        try:
            aside = self._kept(letters)
        except (PyMongoError, KeysUnavailable) as error:
            log.warning("dead_letters_not_stored", error=type(error).__name__)
            return False
        pipeline = self._streams.pipeline(transaction=True)
        for _, fields in aside:
            flat: dict[Any, Any] = fields
            pipeline.xadd(UNSTORED, flat)
        pipeline.xack(DEAD_LETTERS, LETTERS_GROUP, *[each for each, _ in letters])
        pipeline.execute()
        return len(letters) == COUNT

    def _kept(self, letters: Sequence[Letter]) -> list[Letter]:
        """Store letters, each alone where that fails; give those that cannot be.

        Raises what is no letter's fault.
        """
        try:
            self._keep(letters)
        except Exception as error:
            if _is_no_letters(error):
                raise
            kind = type(error).__name__
        else:
            return []
        if len(letters) > 1:
            return [aside for each in letters for aside in self._kept([each])]
        log.error("dead_letter_unstored", entry_id=letters[0][0].decode(), error=kind)
        return list(letters)

    def _keep(self, letters: Sequence[Letter]) -> None:
        """Write letters to MongoDB; one that was stored before keeps its status."""
        made = [self._form.document(each.decode(), fields) for each, fields in letters]
        new = [{"_id": str(each.letter_id), **codec.to_mongo(each)} for each in made]
        try:
            self._letters.insert_many(new, ordered=False)
        except BulkWriteError as error:
            if _codes(error) != {DUPLICATE_KEY} or _is_unsafe(error):
                raise

    def find(self, reference: str, status: str = "") -> list[DeadLetterDocument]:
        """Give the dead letters in which a reference stands, newest first."""
        query: dict[str, Any] = {"tokens": Binary(token(self._token_key, reference))}
        if status:
            query["status"] = status
        found = self._letters.find(query).sort("_id", -1)
        return [codec.from_mongo(DeadLetterDocument, each) for each in found]

    def opened(self, letter_id: str) -> dict[bytes, bytes]:
        """Give all fields of a dead letter. Raises NoSuchLetter, InvalidTag."""
        letter = self._letters.find_one({"_id": letter_id})
        key = self._keys.key(letter["customerId"]) if letter else None
        if letter is None or key is None:
            raise NoSuchLetter(letter_id)
        return unseal(key, letter_id.encode(), letter["sealed"])

    def replay(self, letter_id: str) -> bool:
        """Publish the original entry again to its stream, once; False: it was already.

        A letter that was resolved meanwhile stays so: nothing is to be done about it. Raises
        NotWhole, and as `opened`.
        """
        if self._letters.find_one({"_id": letter_id, "wholeBytes": {"$gt": 0}}, {"_id": 1}):
            raise NotWhole(letter_id)
        fields = self.opened(letter_id)
        stream = fields.get(b"original_stream", INBOX.encode()).decode()
        ours = fields.get(b"id", b"") if stream == INTERNAL else b""
        # A payment keeps the id it had at first: the ledger posts or corrects it once by that.
        added = ADDED - {MESSAGE_ID} if PAYMENT in fields.values() else ADDED
        original = [
            each for name, value in fields.items() if name not in added for each in (name, value)
        ]
        if len(original) > SCRIPT_VALUES_MAX:
            raise NotWhole(letter_id)
        published: Any = self._streams.eval(
            PUBLISH_ONCE, 3, REPLAYED, stream, DEAD, letter_id, ours, *original
        )
        told = {"status": "replayed", "replayedAt": codec.to_mongo(self._clock())}
        still = {"_id": letter_id, "status": {"$ne": "resolved"}}
        self._letters.update_one(still, {"$set": told})
        return bool(published)

    def resolve(self, letter_id: str, message_id: str | None = None) -> None:
        """Note that nothing is to be done about it any more, nor about its message's others.

        None: whichever message it was. Raises NoSuchLetter: none has this id and message.
        """
        told = {"status": "resolved", "resolvedAt": codec.to_mongo(self._clock())}
        asked: dict[str, Any] = {"_id": letter_id}
        if message_id is not None:
            asked |= _of_message(message_id)
        if not self._letters.update_one(asked, {"$set": told}).matched_count:
            raise NoSuchLetter(letter_id)
        if message_id:
            others = {**_of_message(message_id), "status": {"$ne": "resolved"}}
            self._letters.update_many(others, {"$set": told})

    def _read(self, consumer: str, after: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        places: dict[Any, Any] = {DEAD_LETTERS: after}
        try:
            answer: Any = self._streams.xreadgroup(LETTERS_GROUP, consumer, places, count=COUNT)
        except redis.ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            make_group(self._streams, DEAD_LETTERS, LETTERS_GROUP)  # or another did just now
            return []
        if not answer:
            return []
        pages = answer.values() if isinstance(answer, dict) else [each[1:] for each in answer]
        return [letter for page in pages for letter in page[0] if letter[1]]


def _is_no_letters(error: Exception) -> bool:
    """Tell whether the world is at fault, so that every letter waits."""
    if isinstance(error, BulkWriteError):
        codes = _codes(error)
        return not codes or bool(codes & WORLD_CODES) or _is_unsafe(error)
    if isinstance(error, PyMongoError):
        return is_world(error)
    return isinstance(error, KeysUnavailable)


def _codes(error: BulkWriteError) -> set[int]:
    return {int(each.get("code", 0)) for each in error.details.get("writeErrors", ())}


def _is_unsafe(error: BulkWriteError) -> bool:
    """Tell whether too few of MongoDB's nodes have what was written."""
    return bool(error.details.get("writeConcernErrors"))


def _of_message(message_id: str) -> dict[str, Any]:
    """Find the letters of a message of the inbox; of none: those that were no such message."""
    if message_id:
        return {"stream": INBOX, "entryId": message_id}
    return {"$or": [{"stream": {"$ne": INBOX}}, {"entryId": ""}]}
