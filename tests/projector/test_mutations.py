"""Whatever is put onto the inbox becomes an event, an unread type or a dead letter."""

import json
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import redis

from projector.settings import Settings
from proto.codec import PAYLOAD_BYTES_MAX
from proto.streams import INBOX
from tests.counts import count
from tests.projector.conftest import Start
from tests.projector.feed import account, closing, customer, schedule, update

TOTAL = count(10_000, 1_000_000)
CHUNK = 5_000
GROWTH_KIB_MAX = 300 * 1024

BODIES: list[tuple[str, dict[str, Any]]] = [
    ("customer.changed.v1", customer(residential_address={"suburb": "Fitzroy"})),
    ("account.created.v1", account()),
    ("account.updated.v1", update(current_balance="5.00", timestamp="2026-02-01T00:00:00Z")),
    ("account.schedule.created.v1", schedule()),
    ("account.closed.v1", closing()),
    (
        "applicationDetail_changed",
        {"applicationNumber": "APP-1", "loanAmount": "5.00", "customer": {"firstName": "Mia"}},
    ),
    ("fraudCheck_assessment", {"score": 7, "signals": [{"name": "x"}], "file_location": "s3"}),
    ("writeoff.requested.v1", {"loanAccountId": "L-1", "amount": "5.00", "reason": "hardship"}),
    ("notification.sent.v1", {"notification_id": "N-1", "tags": {"step": "1"}}),
]
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    "",
    "\x00",
    "\ud800",
    "NaN",
    "१",
    [],
    {},
    [[]],
    {"$set": 1},
    {"a.b": {"\x00": 1}},
    "x" * 5_000,
    "2025-13-45",
    "9" * 4_301,
    ["a"] * 100,
]


def mutated(dice: Random) -> dict[bytes, bytes]:
    """Make one entry: every other one is good, the rest have one or two things wrong."""
    kind, body = dice.choice(BODIES)
    body = {**body, "account_id": f"L-{dice.randrange(50)}"}
    fields = {b"typ": kind.encode(), b"payload": b"", b"agt": b"odd"}
    fields[b"conv"] = f"{kind}-{dice.randrange(50)}".encode()
    if dice.random() < 0.5:
        fields[b"payload"] = json.dumps(body).encode()
        return fields
    body[dice.choice(list(body))] = dice.choice(ODD)
    text = json.dumps(body).encode("utf-8", "surrogatepass")
    fields[b"payload"] = dice.choice(DAMAGES)(dice, text)
    if dice.random() < 0.1:
        odd_name = dice.choice([b"typ", b"id", b"cid", b"seq", b"\xff", b"$x", b""])
        fields[odd_name] = dice.choice([dice.randbytes(6), b"moon.landed.v1"])
    if dice.random() < 0.004:
        fields[b"payload"] = _at_the_limit(dice, fields)
    return fields


def _cut(dice: Random, text: bytes) -> bytes:
    return text[: dice.randrange(len(text))]


def _flip(dice: Random, text: bytes) -> bytes:
    place = dice.randrange(len(text))
    return text[:place] + dice.randbytes(1) + text[place + 1 :]


def _deep(dice: Random, _: bytes) -> bytes:
    opening = dice.choice([b"[", b'{"a":'])
    return opening * dice.choice([63, 64, 65, 10_000])


def _twice(_: Random, text: bytes) -> bytes:
    return text[:-1] + b',"account_id":"L-1","customer_id":{"$ne":1}}'


def _at_the_limit(dice: Random, fields: dict[bytes, bytes]) -> bytes:
    room = PAYLOAD_BYTES_MAX - sum(map(len, fields.values()))
    return b" " * (room + dice.choice([-1, 0, 1])) + fields[b"payload"]


def _lone(_: Random, text: bytes) -> bytes:
    return text.replace(b'"', b'"\\ud800', 3)


DAMAGES: list[Callable[[Random, bytes], bytes]] = [
    lambda _, text: text,
    _cut,
    _flip,
    _deep,
    _twice,
    _lone,
]


def published(streams: redis.Redis, dice: Random) -> Iterator[int]:
    """Put mutated entries onto the inbox, a chunk at a time."""
    for _ in range(TOTAL // CHUNK):
        pipe = streams.pipeline(transaction=False)
        for _ in range(CHUNK):
            entry: dict[Any, Any] = mutated(dice)
            pipe.xadd(INBOX, entry)
        pipe.execute()
        yield CHUNK
        streams.xtrim(INBOX, maxlen=0)
        streams.delete("dlq:billie-servicing")


def test_a_mutated_envelope_harms_nobody(
    streams: redis.Redis, start: Start, settings: Settings
) -> None:
    """No crash, no hang, none vanishes, and memory stays bounded (I9)."""
    sent = 0
    with start(replace(settings, flood_count=10**9)) as drain:
        vitals = drain.projector._vitals
        before = 0
        for chunk in published(streams, Random(7)):  # noqa: S311 - a seed
            drain()
            sent += chunk
            became = (vitals.applied, vitals.duplicates, vitals.unknown, vitals.dead_lettered)
            assert sum(became) == sent
            before = before or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert min(vitals.applied, vitals.unknown, vitals.dead_lettered) > 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB_MAX
