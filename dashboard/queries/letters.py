"""Dead letters: found by any reference inside, newest first, and what was done about each.

What stands in a letter is sealed: a reference is looked for by its keyed hash, and the
entry itself is asked for through the ledger (`dashboard.commands.open_letter`).
"""

from typing import Final

from bson import Binary
from msgspec import Struct

from dashboard.queries.declared import (
    COUNT_MAX,
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_letters
from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.search_tokens import token
from proto.streams import INBOX
from proto.values import Instant, Key

PAGE_ROWS: Final = 25
STEPS_MAX: Final = 200
SAME_MAX: Final = 20
KINDS_MAX: Final = 50


class LetterRow(View, kw_only=True, frozen=True, rename="camel"):
    """A letter without its entry: all of it may be read by whoever may see the list."""

    letter_id: Key
    status: str = "open"
    stream: str
    entry_id: str
    event_type: str = ""
    sender: str = ""
    error_kind: str
    error: str
    moved_at: Instant
    moved_by: str = ""
    deliveries: int = 0
    replayed_at: Instant | None = None
    resolved_at: Instant | None = None
    whole_bytes: int = 0
    """Of an entry of which only the beginning was kept, how large it was; else 0."""

    @property
    def message_id(self) -> str:
        """The message of the inbox that it was; empty: it was none."""
        return self.entry_id if self.stream == INBOX else ""


class LetterStep(View, kw_only=True, frozen=True, rename="camel"):
    """What somebody did about a letter."""

    event_id: Key
    kind: str
    request_id: Key | None = None
    transaction_id: Key | None = None
    loan_account_id: Key | None = None
    reason_code: str | None = None
    by: Key
    at: Instant


class LetterAnswer(View, kw_only=True, frozen=True, rename="camel"):
    """What became of a step."""

    state: str
    sealed: bytes = b""


class RequestOutline(View, kw_only=True, frozen=True, rename="camel"):
    """How a request for a correction stands."""

    request_id: Key
    request_number: str = ""
    status: str = ""
    decided_by: Key | None = None


class LetterFilter(Struct, frozen=True, kw_only=True):
    """What to show; empty: all."""

    reference: str = ""
    status: str = ""
    error_kind: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.reference or self.status or self.error_kind)


class LetterCursor(Struct, frozen=True):
    """Where a page begins: after this letter."""

    moved_at: Instant
    letter_id: Key


class LetterPage(Struct, frozen=True):
    """One page, and where the next one begins; `count` ends at `COUNT_MAX`."""

    rows: list[LetterRow]
    following: LetterCursor | None
    count: int


def letters_page(
    database: DeskDatabase,
    roles: frozenset[str],
    token_key: bytes,
    chosen: LetterFilter,
    after: LetterCursor | None = None,
    page_rows: int = PAGE_ROWS,
) -> LetterPage:
    """Read a page of the letters. Raises NotAllowed."""
    require_letters(roles)
    letters, matching = database[documents.DEAD_LETTERS.name], _conditions(token_key, chosen)
    found = (
        letters.find(_after(matching, after), fields_of(LetterRow))
        .sort([("movedAt", -1), ("letterId", -1)])
        .limit(page_rows + 1)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    rows = [from_mongo(LetterRow, each) for each in found]
    shown = rows[:page_rows]
    following = None
    if len(rows) > page_rows:
        following = LetterCursor(shown[-1].moved_at, shown[-1].letter_id)
    count = letters.count_documents(matching, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX)
    return LetterPage(shown, following, count)


def _conditions(token_key: bytes, chosen: LetterFilter) -> Stored:
    conditions: Stored = {}
    if chosen.reference:
        conditions["tokens"] = Binary(token(token_key, chosen.reference))
    if chosen.status:
        conditions["status"] = chosen.status
    if chosen.error_kind:
        conditions["errorKind"] = chosen.error_kind
    return conditions


def _after(matching: Stored, after: LetterCursor | None) -> Stored:
    if after is None:
        return matching
    at = to_mongo(after.moved_at)
    same = {"movedAt": at, "letterId": {"$lt": str(after.letter_id)}}
    return {"$and": [matching, {"$or": [{"movedAt": {"$lt": at}}, same]}]}


def error_kinds(database: DeskDatabase, roles: frozenset[str]) -> list[str]:
    """Name the classes of errors that there are. Raises NotAllowed."""
    require_letters(roles)
    found = database[documents.DEAD_LETTERS.name].distinct(
        "errorKind", maxTimeMS=QUERY_MILLISECONDS_MAX
    )
    return sorted(str(each) for each in found)[:KINDS_MAX]


def letter(database: DeskDatabase, roles: frozenset[str], letter_id: str) -> LetterRow | None:
    """Find a letter; None where there is none. Raises NotAllowed."""
    require_letters(roles)
    stored = database[documents.DEAD_LETTERS.name].find_one(
        {"_id": letter_id}, fields_of(LetterRow), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(LetterRow, stored)


def letters_of(database: DeskDatabase, roles: frozenset[str], message_id: str) -> list[LetterRow]:
    """Find the letters of a message, newest first: it may have failed again. Raises NotAllowed."""
    require_letters(roles)
    found = (
        database[documents.DEAD_LETTERS.name]
        .find({"entryId": message_id, "stream": INBOX}, fields_of(LetterRow))
        .sort("_id", -1)
        .limit(SAME_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(LetterRow, each) for each in found]


def steps_of(database: DeskDatabase, roles: frozenset[str], row: LetterRow) -> list[LetterStep]:
    """List what was done about a letter or its message, oldest first. Raises NotAllowed."""
    require_letters(roles)
    about: list[Stored] = [{"letterId": row.letter_id}]
    if row.message_id:
        about.append({"messageId": row.message_id})
    found = (
        database[documents.LETTER_STEPS.name]
        .find({"$or": about}, fields_of(LetterStep))
        .sort([("at", 1), ("_id", 1)])
        .limit(STEPS_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(LetterStep, each) for each in found]


def requests_of(
    database: DeskDatabase, roles: frozenset[str], steps: list[LetterStep]
) -> dict[str, RequestOutline]:
    """Tell how the requests among the steps stand, by id. Raises NotAllowed."""
    require_letters(roles)
    ids = sorted({str(each.request_id) for each in steps if each.request_id})
    found = database[documents.APPROVALS.name].find(
        {"_id": {"$in": ids}}, fields_of(RequestOutline), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    rows = (from_mongo(RequestOutline, each) for each in found)
    return {str(each.request_id): each for each in rows}


def answer(database: DeskDatabase, roles: frozenset[str], event_id: str) -> LetterAnswer | None:
    """Find what became of a step; None while nothing has. Raises NotAllowed."""
    require_letters(roles)
    stored = database[documents.LETTER_ANSWERS.name].find_one(
        {"_id": event_id}, fields_of(LetterAnswer), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(LetterAnswer, stored)
