"""What the measurements of the projector feed it with."""

import itertools
from typing import Any, Final

import redis

from proto import codec
from proto.streams import INBOX, PROJECTOR_GROUP

ACCOUNTS: Final = 2_000

numbers = itertools.count()
"""Every event of a run has a number of its own."""


def a_balance(number: int) -> str:
    """Give a balance that changes from event to event."""
    return f"{number % 3000}.50"


def an_event(account: str) -> dict[Any, Any]:
    """Make an update of an account from outside."""
    number = next(numbers)
    body = {
        "account_id": account,
        "current_balance": a_balance(number),
        "status": "ACTIVE",
        "triggered_by_transaction_type": "REPAYMENT",
    }
    return {
        "id": f"bench-{number}",
        "typ": "account.updated.v1",
        "conv": account,
        "payload": codec.canonical(body),
    }


def an_account(place: int, in_a_row: int) -> str:
    """Name the account of an event: with one in a row, a batch folds nothing."""
    return f"bench-{place // in_a_row % ACCOUNTS}"


def publish(
    client: redis.Redis, count: int, poison_every: int = 0, in_a_row: int = 1
) -> list[bytes]:
    """Put events onto the inbox, a thousand at a time, and give their entry ids."""
    ids: list[Any] = []
    for start in range(0, count, 1_000):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + 1_000, count)):
            event = an_event(an_account(number, in_a_row))
            if poison_every and number % poison_every == 0:
                event["payload"] = "broken"
            pipe.xadd(INBOX, event)
        ids += pipe.execute()
    return ids


def acknowledged(client: redis.Redis, places: dict[bytes, int]) -> int:
    """Give how many of the published entries the group has acknowledged (Redis 6.2 way)."""
    groups: Any = client.xinfo_groups(INBOX)
    group = next(each for each in groups if each["name"] == PROJECTOR_GROUP.encode())
    return max(0, places.get(group["last-delivered-id"], 0) - int(group["pending"]))
