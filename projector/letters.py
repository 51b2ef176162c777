"""Collection `dead-letters`: what could not be applied, found by any reference inside.

The stream of dead letters is read here, the projector's own and those of the ledger's
intake. What stood in the entry may name a person: it is kept as ciphertext under the
customer's key; of each reference in it only a keyed hash is kept in the open.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import redis
import structlog
from bson import Binary
from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import PyMongoError

from projector.archive_keys import GENERAL, KeyStore, KeysUnavailable
from projector.dead_letters import DEAD
from projector.letter_work import LetterWork, NoSuchLetter
from projector.sealing import seal, unseal
from projector.stream import make_group
from proto import codec, documents
from proto.documents import DeadLetterDocument
from proto.events import PaymentReceived
from proto.search_tokens import token, tokens
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL, PROJECTOR_GROUP
from proto.values import Instant, Key

LETTERS_GROUP: Final = f"{PROJECTOR_GROUP}-dead-letters"
REPLAYED: Final = f"replayed:{PROJECTOR_GROUP}"
COUNT: Final = 200
COUNT_DIGITS: Final = 9
ADDED: Final = frozenset(
    {
        b"original_message_id",
        b"original_stream",
        b"error",
        b"moved_at",
        b"moved_by",
        b"deliveries",
    }
)
"""Fields of a dead letter that the original entry did not have."""

MESSAGE_ID: Final = b"original_message_id"
PAYMENT: Final = PaymentReceived.type.encode()

CUSTOMER: Final = ("customer_id", "customerId", "customerIdString")
QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
FIGURES: Final = re.compile(r"['\"][0-9TZ:+., -]*['\"]")

PUBLISH_ONCE: Final = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
if ARGV[2] ~= '' then redis.call('SREM', KEYS[3], ARGV[2]) end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3))
return 1
"""

Raw = Mapping[bytes, bytes]

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
    ) -> None:
        self._letters = database[documents.DEAD_LETTERS.name]
        self._streams, self._keys, self._clock = streams, keys, clock
        self._token_key = token_key
        self.work = LetterWork(database, self, clock)

    def turn(self, consumer: str) -> bool:
        """Store a page of what came to the dead letters; tell whether there may be more.

        A page at a time, so that a flood of them holds nobody up; then do what people asked
        about those that are stored. Raises redis.RedisError.
        """
        more = self._store(consumer)
        self.work.turn()
        return more

    def _store(self, consumer: str) -> bool:
        # First what was given to us and not stored.
        letters = self._read(consumer, "0") or self._read(consumer, ">")
        if not letters:
            return False
        try:
            stored = [self._stored(each.decode(), fields) for each, fields in letters]
            self._letters.bulk_write(stored, ordered=False)
        except (PyMongoError, KeysUnavailable) as error:
            log.warning("dead_letters_not_stored", error=type(error).__name__)
            return False
        self._streams.xack(DEAD_LETTERS, LETTERS_GROUP, *[each for each, _ in letters])
        return len(letters) == COUNT

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

        A letter that was resolved meanwhile stays so: nothing is to be done about it.
        """
        fields = self.opened(letter_id)
        stream = fields.get(b"original_stream", INBOX.encode()).decode()
        ours = fields.get(b"id", b"") if stream == INTERNAL else b""
        # A payment keeps the id it had at first: the ledger posts or corrects it once by that.
        added = ADDED - {MESSAGE_ID} if PAYMENT in fields.values() else ADDED
        original = [
            each for name, value in fields.items() if name not in added for each in (name, value)
        ]
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

    def _stored(self, letter_id: str, fields: dict[bytes, bytes]) -> UpdateOne:
        """Give the write that stores a letter; one that was stored before keeps its status."""
        text = {
            name.decode(errors="replace"): value.decode(errors="replace")
            for name, value in fields.items()
        }
        owner = customer_of(text)
        key = self._keys.keys([owner])[owner]
        found = tokens(self._token_key, (text[name] for name in text if name != "error"))
        kind, _, _ = text.get("error", "").partition(":")
        document = DeadLetterDocument(
            letter_id=Key(letter_id),
            stream=text.get("original_stream", INBOX),
            entry_id=text.get("original_message_id", ""),
            event_type=_first(text, codec.TYPE_FIELDS)[:200],
            sender=text.get("agt", "")[:200],
            error_kind=kind[:100],
            error=without_names(text.get("error", ""))[:500],
            moved_at=Instant.parse(text.get("moved_at") or str(self._clock())),
            moved_by=text.get("moved_by", "")[:100],
            deliveries=_count(text.get("deliveries", "")),
            customer_id=Key(owner),
            sealed=seal(key, letter_id.encode(), fields),
            tokens=found,
        )
        stored = {"$setOnInsert": codec.to_mongo(document)}
        return UpdateOne({"_id": letter_id}, stored, upsert=True)


def _of_message(message_id: str) -> dict[str, Any]:
    """Find the letters of a message of the inbox; of none: those that were no such message."""
    if message_id:
        return {"stream": INBOX, "entryId": message_id}
    return {"$or": [{"stream": {"$ne": INBOX}}, {"entryId": ""}]}


def customer_of(fields: Mapping[str, str]) -> str:
    """Give the customer of whom an entry tells, where its body can be read so far."""
    try:
        body = msgspec.json.decode(_first(fields, codec.BODY_FIELDS))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return GENERAL
    if not isinstance(body, dict):
        return GENERAL
    named = (body.get(name) for name in CUSTOMER)
    return next((str(each) for each in named if isinstance(each, str | int) and each), GENERAL)[
        :200
    ]


def without_names(error: str) -> str:
    """Give an error's text with what it quotes left out, but for figures and dates."""
    return QUOTED.sub(lambda each: each[0] if FIGURES.fullmatch(each[0]) else "'…'", error)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= COUNT_DIGITS else 0


def _first(fields: Mapping[str, str], names: Iterable[str]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
