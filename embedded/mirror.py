"""Waits until the projector has read what was published, and tells what it counted."""

import time
from collections.abc import Callable
from typing import Final

import pymongo
import redis

from embedded.running import Addresses
from embedded.servers import MongoClient
from proto import codec
from proto.documents import HEARTBEATS, PARKED_EVENTS, HeartbeatDocument
from proto.streams import INBOX, INTERNAL, PROJECTOR_GROUP

LOOK_SECONDS: Final = 0.2
CATCH_UP_SECONDS_MAX: Final = 300.0
STILL_SECONDS_MAX: Final = 60.0
DONE_SECONDS_MAX: Final = 240.0


class NotReading(Exception):  # noqa: N818 - the reason is the name
    """The projector does not read; the text says what waits."""


def heartbeat(client: MongoClient, db_name: str) -> HeartbeatDocument | None:
    """Read the projector's newest sign of life."""
    found = client[db_name][HEARTBEATS.name].find_one({"_id": "projector"})
    return None if found is None else codec.from_mongo(HeartbeatDocument, found)


def is_caught_up(client: redis.Redis, mongo: MongoClient, db_name: str) -> bool:
    """Tell whether the projector has applied all that stands on both streams."""
    if not all(_is_read(client, stream) for stream in (INBOX, INTERNAL)):
        return False
    return mongo[db_name][PARKED_EVENTS.name].find_one({}) is None


def _is_read(client: redis.Redis, stream: str) -> bool:
    if not client.exists(stream):
        return True
    last = client.xinfo_stream(stream)["last-generated-id"]
    group = next(
        (each for each in client.xinfo_groups(stream) if each["name"] == PROJECTOR_GROUP.encode()),
        None,
    )
    return group is not None and group["last-delivered-id"] == last and not group["pending"]


def wait_until_caught_up(addresses: Addresses) -> None:
    """Wait until the screens can show all that was published.

    Raises NotReading when that takes too long.
    """
    mongo: MongoClient = pymongo.MongoClient(addresses.mongodb_url, tz_aware=True)
    with redis.Redis.from_url(addresses.redis_url) as client, mongo:
        deadline = time.monotonic() + CATCH_UP_SECONDS_MAX
        while not is_caught_up(client, mongo, addresses.db_name):
            if time.monotonic() > deadline:
                raise NotReading(
                    "The portfolio is in the ledger, but the projector has not read it all yet: "
                    "see its log; the desk shows the rest when it has."
                )
            time.sleep(LOOK_SECONDS)


def wait_while_moving(
    done: Callable[[], int], target: int, still_seconds_max: float = STILL_SECONDS_MAX
) -> None:
    """Wait until a count reaches its target. Raises NotReading when it stands still."""
    last, since = done(), time.monotonic()
    while last < target:
        time.sleep(LOOK_SECONDS)
        now = done()
        if now > last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > still_seconds_max:
            raise NotReading(
                f"The projector stands still: {target - last:,} events wait on the inbox. "
                "They are read when it runs again."
            )


def wait_until_done(is_done: Callable[[], bool], seconds_max: float = DONE_SECONDS_MAX) -> None:
    """Wait until what was given out is durable or dead; a failing event takes its three tries.

    Raises NotReading when that takes too long.
    """
    deadline = time.monotonic() + seconds_max
    while not is_done():
        if time.monotonic() > deadline:
            raise NotReading(
                "The projector was given all events, and some are not applied yet: see its log."
            )
        time.sleep(LOOK_SECONDS)
