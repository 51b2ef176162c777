"""A ledger with its Redis, for the tests of what comes in by the inbox."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import redis

from embedded.process import stop
from embedded.servers import RedisServer, wait_until
from proto.streams import DEAD_LETTERS, INBOX, INTAKE_GROUP
from tests.builders import Caller, LedgerProcess, new_id
from tests.ports import free_port

SECONDS_MAX = 120.0


class Counter:
    """A ledger with its Redis, and a payment gateway that writes onto the inbox."""

    def __init__(self, folder: Path) -> None:
        self.server = RedisServer(folder / "redis", free_port())
        self.start_redis()
        self.redis = redis.Redis.from_url(self.server.url, decode_responses=True)
        self.ledger = LedgerProcess(folder, redis_url=self.server.url).start().with_staff()

    @property
    def system(self) -> Caller:
        """The command line's actor."""
        return self.ledger.system

    def start_redis(self) -> None:
        """Start Redis and wait until it answers."""
        process = self.server.start()
        wait_until("redis", lambda: self.server.answers(process), process, self.server.log)

    def receive(self, account: str, amount: str, event_id: str = "", **body: object) -> str:
        """Publish a payment, and give its entry's id."""
        payment = {"account_id": account, "amount": amount, "payment_reference": "DD-1", **body}
        fields: dict[Any, Any] = {
            "msg_type": "payment.received.v1",
            "id": event_id or new_id("PAY"),
            "payload": json.dumps(payment),
        }
        return str(self.redis.xadd(INBOX, fields))

    def letters(self) -> list[dict[str, str]]:
        """Give the dead letters."""
        found = cast("list[tuple[str, dict[str, str]]]", self.redis.xrange(DEAD_LETTERS))
        return [fields for _, fields in found]

    def is_dealt_with(self) -> bool:
        """Tell whether all was read and acknowledged."""
        groups: dict[str, Any] = {each["name"]: each for each in self.redis.xinfo_groups(INBOX)}
        group = groups.get(INTAKE_GROUP, {"pending": 1, "last-delivered-id": ""})
        last = self.redis.xinfo_stream(INBOX)["last-generated-id"]
        return bool(group["pending"] == 0 and group["last-delivered-id"] == last)

    def settle(self) -> None:
        """Wait until the intake is done."""
        wait_for(self.is_dealt_with)

    def close(self) -> None:
        """Stop both."""
        self.ledger.stop()
        assert self.server.process is not None
        stop(self.server.process)


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        try:
            if holds():
                return
        except redis.RedisError:
            pass  # it is being started again, or the stream is not there yet
        assert time.monotonic() < deadline
        time.sleep(0.02)
