"""A customer's conversations with the assistant; nothing of them is for those without persons."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct, field

from dashboard.queries.declared import (
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_person_reader
from proto import documents
from proto.codec import from_mongo
from proto.values import Instant, Key

CONVERSATIONS_MAX: Final = 50
UTTERANCES_A_PAGE: Final = 40
ACTIVE_FOR: Final = timedelta(minutes=3)
PAUSED_FOR: Final = timedelta(minutes=20)
SOFT_END_FOR: Final = timedelta(hours=24)

Freshness = Literal["active", "paused", "soft_end", "hard_end"]


class ConversationOutline(View, kw_only=True, frozen=True, rename="camel"):
    """One conversation of the list."""

    conversation_id: Key
    application_number: Key | None = None
    status: str = "active"
    started_at: Instant | None = None
    last_utterance_time: Instant | None = None
    final_decision: str | None = None
    purpose: Any = None

    @property
    def last_at(self) -> Instant | None:
        """When something was said last; where nothing was, when it began."""
        return self.last_utterance_time or self.started_at

    @property
    def is_decided(self) -> bool:
        """Whether its outcome is known, so that its age says nothing."""
        return bool(self.final_decision) or self.status != "active"

    def freshness(self, now: datetime) -> Freshness:
        """Tell how fresh an undecided one is (events.md, section 4)."""
        since = now - self.last_at if self.last_at else SOFT_END_FOR + ACTIVE_FOR
        if since < ACTIVE_FOR:
            return "active"
        if since <= PAUSED_FOR:
            return "paused"
        return "soft_end" if since <= SOFT_END_FOR else "hard_end"


class UtteranceView(View, kw_only=True, frozen=True, rename="camel"):
    """What the customer or the assistant said."""

    username: str
    utterance: str
    created_at: Instant | None = None


class NoticeView(View, kw_only=True, frozen=True, rename="camel"):
    """What an agent noted on the board."""

    agent_name: str
    topic: str = ""
    content: Any = None
    timestamp: Instant | None = None


class FactView(View, kw_only=True, frozen=True, rename="camel"):
    """Something that the conversation established."""

    fact: Any = None


class DecisionView(View, kw_only=True, frozen=True, rename="camel"):
    """Why it was decided so."""

    reason: Any = None
    blocked_until: Any = None


class ConversationView(ConversationOutline, kw_only=True, frozen=True, rename="camel"):
    """A conversation with one page of its transcript, oldest line first."""

    utterances: tuple[UtteranceView, ...] = ()
    assessments: dict[str, Any] = field(default_factory=dict)
    noticeboard: tuple[NoticeView, ...] = ()
    decision_status: str | None = None
    decision_detail: DecisionView | None = None
    facts: tuple[FactView, ...] = ()


class _Length(View, kw_only=True, frozen=True, rename="camel"):
    """How many lines a transcript has."""

    lines: int = 0


class Transcript(Struct, frozen=True):
    """A conversation, which page of it this is (1: the newest), and how many there are."""

    conversation: ConversationView
    page: int
    pages: int
    lines: int


def conversations_of(
    database: DeskDatabase, roles: frozenset[str], customer_id: str
) -> list[ConversationOutline]:
    """List a customer's conversations, the newest first. Raises NotAllowed."""
    require_person_reader(roles)
    rows = (
        database[documents.CONVERSATIONS.name]
        .find({"customerIdString": customer_id}, fields_of(ConversationOutline))
        .sort("lastUtteranceTime", -1)
        .limit(CONVERSATIONS_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(ConversationOutline, row) for row in rows]


def transcript(
    database: DeskDatabase,
    roles: frozenset[str],
    customer_id: str,
    conversation_id: str,
    page: int = 1,
) -> Transcript | None:
    """Read one of the customer's conversations, with a page of what was said. Raises NotAllowed.

    The pages are cut out by the server: a transcript of 2,000 lines is never sent whole.
    """
    require_person_reader(roles)
    collection = database[documents.CONVERSATIONS.name]
    of_customer: Stored = {"_id": conversation_id, "customerIdString": customer_id}
    said: Stored = {"$ifNull": ["$utterances", []]}
    counted = collection.aggregate(
        [{"$match": of_customer}, {"$project": {"_id": 0, "lines": {"$size": said}}}],
        maxTimeMS=QUERY_MILLISECONDS_MAX,
    )
    found = next(iter(counted), None)
    if found is None:
        return None
    lines = from_mongo(_Length, found).lines
    pages = max(1, -(-lines // UTTERANCES_A_PAGE))
    page = min(max(page, 1), pages)
    end = lines - (page - 1) * UTTERANCES_A_PAGE
    start = max(0, end - UTTERANCES_A_PAGE)
    part: Stored = {"$slice": [said, start, max(1, end - start)]}
    rows = collection.aggregate(
        [
            {"$match": of_customer},
            {"$set": {"utterances": part}},
            {"$project": fields_of(ConversationView)},
        ],
        maxTimeMS=QUERY_MILLISECONDS_MAX,
    )
    row = next(iter(rows), None)
    if row is None:
        return None
    return Transcript(from_mongo(ConversationView, row), page, pages, lines)
