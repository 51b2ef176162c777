"""Events of every type that the contract has, made by chance from their declarations."""

import json
import random
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from projector import subject
from projector.projections import PROJECTIONS
from proto import codec, events
from proto.events import EVENTS, Event
from proto.values import CalendarDate, Code, Instant, Key, Money
from tests.projector.feed import Body, Feed

ACCOUNTS: Final = ("LOAN-1", "LOAN-2", "LOAN-3")
TIMES: Final = tuple(f"2026-02-0{day}T0{day}:00:00Z" for day in range(1, 8))
DATES: Final = ("2026-01-19", "2026-02-02", "2026-02-16")

NAMED: Final[dict[str, tuple[Any, ...]]] = {
    "account_id": ACCOUNTS,
    "loan_account_id": ACCOUNTS,
    "customer_id": ("CUS-1", "CUS-2"),
    "notification_id": ("N-1", "N-2"),
    "application_number": ("APP-1", "APP-2"),
    "first_name": ("Mia", "Zoe", "Unknown"),
    "ekyc_status": ("PASSED", "failed", "odd"),
    "new_status": ("ACTIVE", "SUSPENDED", "CLOSED", "PENDING", "FROZEN"),
    "closure_reason": ("PAID_OFF", "WRITTEN_OFF", "ADMIN_CLOSED"),
    "triggered_by_transaction_type": ("", "REPAYMENT", "REVERSAL", "FEE"),
    "bucket": ("current", "early_arrears", "late_arrears", "default", "closed", "odd"),
    "decision": ("APPROVED", "declined", "X"),
    "error_type": ("transient", "suppressed"),
    "priority": ("urgent", "odd"),
    "payment_frequency": ("weekly", "monthly"),
    "original_transaction_type": ("REPAYMENT",),
    "transaction_type": ("REPAYMENT", "LATE_FEE"),
    "key_id": ("K-1", "K-2"),
    "agent_name": ("a::b", ""),
}
ALWAYS: Final = frozenset({"notification_id"})
"""What an event is about, where the declaration does not demand it."""

STATUSES: Final = {
    events.InstalmentChange: ("PAID", "PARTIAL", "MISSED", "PENDING"),
    events.AccountCreated: ("PENDING_DISBURSEMENT", "ACTIVE"),
    events.AccountUpdated: ("ACTIVE", "SUSPENDED", "CLOSED", "FROZEN"),
    events.ConversationSummaryChanged: ("paused", "active"),
}
FREE: Final = ({"a.b": 1, "c": [1.25, None]}, "text", 2**70, ["x"], {"$set": {"d": "e"}})


class Chance:
    """Makes bodies that can be read, each field by its declared type."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def body(self, kind: type[Struct], **fixed: Any) -> Body:  # noqa: ANN401 - any field
        """Make a body; what need not be there is there seven times of ten."""
        made: Body = {}
        for each in msgspec.structs.fields(kind):
            if each.name in fixed:
                made[each.encode_name] = fixed[each.name]
            elif each.required or each.name in ALWAYS or self.dice.random() < 0.7:
                made[each.encode_name] = self._value(each.name, each.type, kind)
        return made

    def _value(  # noqa: PLR0911 - one line a kind of type
        self,
        name: str,
        kind: Any,  # noqa: ANN401 - any type
        of: type[Struct],
    ) -> Any:  # noqa: ANN401 - any value
        if name == "status" and of in STATUSES:
            return self.dice.choice(STATUSES[of])
        if name in NAMED:
            return self.dice.choice(NAMED[name])
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            inner = [each for each in get_args(kind) if each is not NoneType]
            return self._value(name, inner[0], of)
        if origin is tuple:
            return [self._listed(number, get_args(kind)[0], of) for number in (1, 2)]
        if origin is list:
            return [self.dice.choice(FREE)]
        if origin is dict:
            return {"write_off": "100.00"} if get_args(kind)[1] is Money else {"text": "c2VhbGVk"}
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.body(kind)
        return self._scalar(kind)

    def _listed(self, number: int, kind: Any, of: type[Struct]) -> Any:  # noqa: ANN401 - any type
        """Make an entry of a list; instalments and fees are numbered."""
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.body(kind, payment_number=number, transaction_id=f"FEE-{number}")
        return self._value("", kind, of)

    def _scalar(self, kind: Any) -> Any:  # noqa: ANN401 - any type
        makers: dict[Any, Callable[[], Any]] = {
            Key: lambda: self.dice.choice(("K-1", "K-2", 7)),
            Code: lambda: self.dice.choice(("hardship", "Reason.OTHER")),
            Money: lambda: self.dice.choice(("0.00", "12.50", "120.00", "333.33", 250)),
            Instant: lambda: self.dice.choice(TIMES),
            CalendarDate: lambda: self.dice.choice(DATES),
            str: lambda: self.dice.choice(("one", "two", "")),
            int: lambda: self.dice.randrange(1, 4),
            bool: lambda: self.dice.random() < 0.5,
        }
        return makers[kind]() if kind in makers else self.dice.choice(FREE)


def is_outside(kind: type[Event]) -> bool:
    """Tell whether others than our ledger tell such an event."""
    ours = events.PostingEvent | events.StaffEvent | events.RequestEvent | events.DeskEvent
    other = kind.type.startswith("writeoff.") and kind.type.split(".")[1] in (
        "requested",
        "approved",
        "rejected",
        "cancelled",
    )
    return kind.type in PROJECTIONS and (other or not issubclass(kind, ours))


OUTSIDE: Final = tuple(each for each in EVENTS.values() if is_outside(each))
OURS: Final = tuple(
    each
    for each in EVENTS.values()
    if each.type in PROJECTIONS and issubclass(each, events.LedgerEvent)
)

OFTEN: Final = (events.ItemReviewed,) * 8
"""What is about another subject's event comes before it as often as after."""


def told_outside(dice: random.Random, number: int) -> tuple[str, Body, str, str]:
    """Make an event of an outside feed: its type, body, conversation and id."""
    kind = dice.choice(OUTSIDE)
    talk = dice.choice(("CONV-1", "CONV-2", "CONV-3"))
    if issubclass(kind, events.RequestEvent):
        talk = dice.choice(("REQ-1", "REQ-2", "REQ-3"))
    return kind.type, Chance(dice).body(kind), talk, f"e{number}"


class Ledger:
    """Makes a journal of every type: each subject begins as it must, then goes on by chance."""

    def __init__(self, feed: Feed, dice: random.Random) -> None:
        self._feed, self._dice, self._chance = feed, dice, Chance(dice)
        self._begun: set[str] = set()
        self.made: list[dict[str, str]] = []

    def go_on(self) -> None:
        """Add an event."""
        kind = self._dice.choice((*OURS, *OFTEN))
        named = self._named(kind)
        first = _first(kind)
        if first is not None and self._subject(first, named) not in self._begun:
            self._tell(first, named)
            if kind is first:
                return
        self._tell(kind, named)

    def _tell(self, kind: type[Event], named: Body) -> None:
        subject_id = self._subject(kind, named)
        self._begun.add(subject_id)
        number = len(self.made)
        body = self._chance.body(kind, **named)
        if "transaction_id" in kind.__struct_fields__:
            body["transaction_id"] = f"{subject_id}-TX-{number}"
        if "original_transaction_id" in kind.__struct_fields__:
            original = self._dice.randrange(number + 1)
            body["original_transaction_id"] = f"{subject_id}-TX-{original}"
        self.made.append(self._feed.entry(subject_id, kind.type, body, actor=ACTOR))

    def _subject(self, kind: type[Event], named: Body) -> str:
        """Give the subject that a body about these names has, by the projector's own rule."""
        body = json.dumps(self._chance.body(kind, **named))
        return subject.told_by(codec.read_event(kind.type, body), ACTOR)

    def _named(self, kind: type[Event]) -> Body:
        """Choose whom or what an event is about."""
        number = self._dice.randrange(1, 4)
        if kind is events.ItemReviewed:
            return {"event_id": self._dice.choice(self.made)["id"] if self.made else "LOAN-1:1"}
        if issubclass(kind, events.RequestEvent):
            return {"request_id": f"{kind.type.split('.')[0]}-{number}"}
        about = next((each for each in IDS if each in kind.__struct_fields__), None)
        return {about: f"{IDS[about]}-{number}"} if about else {}


ACTOR: Final = "sarah"
IDS: Final = {
    "staff_id": "S",
    "note_id": "N",
    "letter_id": "D",
    "account_id": "LOAN",
}
"""What an event of our ledger is about: the first of these names that it has."""


def _first(kind: type[Event]) -> type[Event] | None:
    """Give how the history begins to which such an event belongs; None: anyhow."""
    if issubclass(kind, events.AccountEvent | events.PostingEvent):
        return events.AccountCreated
    if issubclass(kind, events.StaffEvent):
        return events.StaffCreated
    if issubclass(kind, events.RequestEvent):
        return EVENTS[f"{kind.type.split('.')[0]}.requested.v1"]
    return events.NoteAdded if issubclass(kind, events.NoteEvent) else None


def shuffled(dice: random.Random, made: list[Any], window: int = 1_000) -> list[Any]:
    """Bring things out of their order, none by more than the window, one of thirty twice."""
    copies = [each for each in made if dice.random() < 1 / 30]
    places = sorted((place + dice.random() * window, place) for place in range(len(made)))
    mixed = [made[place] for _, place in places]
    for each in copies:
        mixed.insert(dice.randrange(len(mixed) + 1), each)
    return mixed
