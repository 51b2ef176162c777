"""Waits until the projector has read what was published, and tells what it counted."""

import time
from collections.abc import Callable
from typing import Final

import pymongo

from embedded.inbox import Inbox
from embedded.running import Addresses
from embedded.servers import MongoClient
from proto import codec
from proto.documents import HEARTBEATS, HeartbeatDocument

LOOK_SECONDS: Final = 0.2
STILL_SECONDS_MAX: Final = 60.0


class NotReading(Exception):  # noqa: N818 - the reason is the name
    """The projector does not read; the text says what waits."""


def heartbeat(client: MongoClient, db_name: str) -> HeartbeatDocument | None:
    """Read the projector's newest sign of life."""
    found = client[db_name][HEARTBEATS.name].find_one({"_id": "projector"})
    return None if found is None else codec.from_mongo(HeartbeatDocument, found)


def wait_until_read(inbox: Inbox, addresses: Addresses, position: int, seconds_max: float) -> None:
    """Wait until the inbox and the ledger's journal up to a position are on the screens.

    Raises NotReading when that takes too long.
    """
    client: MongoClient = pymongo.MongoClient(addresses.mongodb_url, tz_aware=True)
    with client:

        def is_read() -> bool:
            beat = heartbeat(client, addresses.db_name)
            return beat is not None and beat.last_position >= position and inbox.is_done()

        deadline = time.monotonic() + seconds_max
        while not is_read():
            if time.monotonic() > deadline:
                raise NotReading(
                    "The portfolio is in the ledger, but the projector has not read it all yet: "
                    "see its log; the desk shows the rest when it has."
                )
            time.sleep(LOOK_SECONDS)


def wait_while_moving(done: Callable[[], int], target: int) -> None:
    """Wait until a count reaches its target. Raises NotReading when it stands still."""
    last, since = done(), time.monotonic()
    while last < target:
        time.sleep(LOOK_SECONDS)
        now = done()
        if now > last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_SECONDS_MAX:
            raise NotReading(
                f"The projector stands still: {target - last:,} events wait on the inbox. "
                "They are read when it runs again."
            )
