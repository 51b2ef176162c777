"""Events of all types, mixed by chance: whoever reads them and however, the mirror ends alike."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, get_args

import pytest
import redis
from msgspec import Struct
from msgspec.structs import fields
from pymongo.database import Database

from projector.projections import PROJECTIONS
from projector.settings import Settings
from projector.stream import GROUP
from proto import documents
from proto.events import StatementGenerated
from proto.streams import INBOX, INTERNAL
from tests.counts import count
from tests.databases import Databases
from tests.ports import free_port
from tests.projector.conftest import Drain, Start
from tests.projector.families import (
    ALWAYS,
    OURS,
    OUTSIDE,
    Chance,
    Ledger,
    shuffled,
    told_outside,
)
from tests.projector.feed import Body, Feed
from tests.projector.history import History, serving
from tests.projector.mirror import Mirror, Plain
from tests.projector.stories import story

EVENTS = count(150, 2_000)
STORIES = count(8, 200)
SEEDS = range(count(1, 5))

Everything = dict[str, list[Plain]]


class Silent(Chance):
    """Makes bodies whose optional fields are all null; `within`: those of their parts are."""

    def __init__(self, *, within: bool) -> None:
        super().__init__(random.Random(0))  # noqa: S311 - it only mixes
        self._within = within

    def body(self, kind: type[Struct], **fixed: Any) -> Body:  # noqa: ANN401 - any field
        """Make a body."""
        made = super().body(kind, **fixed)
        for each in fields(kind):
            if not each.required and each.name not in (*fixed, *ALWAYS):
                part = self._within and next(filter(_is_struct, get_args(each.type)), None)
                made[each.encode_name] = self.body(part) if part else None
        return made


def _is_struct(kind: Any) -> bool:  # noqa: ANN401 - any type
    return isinstance(kind, type) and issubclass(kind, Struct)


def test_events_of_every_type_are_told_here() -> None:
    """A type that is added to the contract is in these tests without a word."""
    assert {each.type for each in (*OUTSIDE, *OURS)} == PROJECTIONS.keys()


def test_an_optional_field_that_is_null_is_one_that_is_absent(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Of every type that others tell, all of them at once, also within an address or a tag."""
    for within in (False, True):
        for kind in OUTSIDE:
            named = {"account_id": "LOAN-1"} if kind is StatementGenerated else {}
            feed.tell(kind.type, Silent(within=within).body(kind, **named), conv="TALK-1")
    drain()
    assert [each["error"] for each in feed.dead_letters()] == []
    assert len(mirror.all(documents.MARKS)) == 2 * len(OUTSIDE)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_others_tell_folded_is_one_at_a_time(
    streams: redis.Redis,
    database: Database[dict[str, Any]],
    databases: Databases,
    start: Start,
    settings: Settings,
    seed: int,
) -> None:
    """With duplicates and shuffles: each event sees the batch's earlier ones, no later one."""
    dice = random.Random(seed)  # noqa: S311 - it only mixes
    feed = Feed(streams)
    for kind, body, talk, name in shuffled(dice, [told_outside(dice, n) for n in range(EVENTS)]):
        feed.tell(kind, body, id=name, conv=talk)
    small = replace(settings, utterances_max=4, notices_max=3, document_bytes_max=16_000)
    results = []
    for size in (1, 7, 1_000):
        with databases.taken(database.client) as there:
            cut = replace(small, db_name=there.name, batch_entries_max=size)
            with start(cut) as drain:
                drain()
            results.append(Mirror(there).everything())
        streams.xgroup_destroy(INBOX, GROUP)
    assert results[0] == results[1]
    assert results[0] == results[2]
    assert feed.dead_letters() == []
    assert len(results[0]["marks"]) == EVENTS


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_ledger_tells_ends_alike_whoever_reads_it(
    streams: redis.Redis,
    database: Database[dict[str, Any]],
    databases: Databases,
    start: Start,
    settings: Settings,
    seed: int,
) -> None:
    """In order and one at a time; or shuffled, doubled, one of a hundred lost, by two at once."""
    dice = random.Random(seed)  # noqa: S311 - it only mixes
    feed = Feed(streams)
    books = Ledger(feed, dice)
    while len(books.made) < EVENTS:
        books.go_on()
    feed.raw_all(books.made, INTERNAL)
    with databases.taken(database.client) as there:
        with start(replace(settings, db_name=there.name, batch_entries_max=1)) as drain:
            drain()
        in_order = Mirror(there).everything()
    streams.flushall()
    lost = _lost(dice, books.made)
    feed.raw_all(shuffled(dice, [each for each in books.made if each not in lost]), INTERNAL)
    cut = replace(settings, batch_entries_max=40, ledger_address=f"127.0.0.1:{free_port()}")
    mirror = Mirror(database)

    def is_whole() -> bool:
        return database[documents.AUDIT_EVENTS.name].count_documents({}) == len(books.made)

    with serving(History(books.made), cut.ledger_address):
        _by_two(start, cut, is_whole)
    assert mirror.everything() == in_order
    assert feed.dead_letters() == []


def test_what_all_tell_at_once_ends_alike_for_two(
    streams: redis.Redis,
    database: Database[dict[str, Any]],
    databases: Databases,
    start: Start,
    settings: Settings,
) -> None:
    """Both streams, every family, each thing told with its time: in order, or mixed, by two.

    Not compared is what follows from when an entry was published, which differs here.
    """
    dice = random.Random(3)  # noqa: S311 - it only mixes
    feed = Feed(streams)
    told = [each for number in range(STORIES) for each in story(number)]
    names = {f"e{number}": each for number, each in enumerate(told)}
    books = Ledger(feed, dice)
    while len(books.made) < EVENTS:
        books.go_on()
    feed.raw_all(map(_of_ours, books.made), INTERNAL)
    for name, (kind, body, talk) in names.items():
        feed.tell(kind, body, id=name, conv=talk)
    with databases.taken(database.client) as there:
        with start(replace(settings, db_name=there.name, batch_entries_max=20)) as drain:
            drain()
        in_order = _lasting(Mirror(there).everything())
    streams.flushall()
    for name in shuffled(dice, list(names)):
        kind, body, talk = names[name]
        feed.tell(kind, body, id=name, conv=talk)
    feed.raw_all(map(_of_ours, shuffled(dice, books.made)), INTERNAL)
    _by_two(start, replace(settings, batch_entries_max=7), lambda: True)
    assert _lasting(Mirror(database).everything()) == in_order
    assert feed.dead_letters() == []


def _of_ours(fields: dict[str, str]) -> dict[str, str]:
    """Let the ledger's accounts be others than those that are told of outside."""
    return {name: value.replace("LOAN-", "OUR-") for name, value in fields.items()}


PASSING = {"createdAt", "updatedAt", "requestedAt", "approvedAt", "version", "bytesAtMost"}
"""What follows the entries' times and how many changes it took."""


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any stored value
    if isinstance(value, dict):
        return {name: _lasting(each) for name, each in value.items() if name not in PASSING}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _lost(dice: random.Random, made: list[dict[str, str]]) -> list[dict[str, str]]:
    """Choose one of a hundred, and the last of a subject, which no other follows."""
    last = {each["id"].rpartition(":")[0]: each for each in made}
    return [*dice.sample(made, max(2, len(made) // 100)), dice.choice(list(last.values()))]


def _by_two(start: Start, settings: Settings, is_done: Callable[[], bool]) -> None:
    """Let two projectors work at once."""
    with start(settings) as first, start(replace(settings, consumer="second")) as second:

        def work(drain: Drain) -> None:
            drain.until(lambda: drain.left() == 0 and is_done())

        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(work, drain) for drain in (first, second)]:
                each.result()  # neither may have failed
