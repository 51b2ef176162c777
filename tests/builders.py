"""Builders that every room's tests share: keys, tokens, a ledger process, loans, staff.

A builder gives sensible defaults for everything that a test does not care about.
"""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import grpc
from grpc_health.v1 import health_pb2

from embedded.ports import is_taken
from embedded.process import Process, spawn, stop
from tests.keys import make_keys, signing_key, token_for
from tests.ledger_caller import CALL_SECONDS_MAX, CHANNEL_OPTIONS, Caller, Metadata, refusal_of
from tests.loan_requests import instalments_of, new_id, new_key, open_loan_request
from tests.ports import free_port

__all__ = [
    "CALL_SECONDS_MAX",
    "STAFF",
    "Caller",
    "LedgerProcess",
    "Metadata",
    "instalments_of",
    "make_keys",
    "new_id",
    "new_key",
    "open_loan_request",
    "refusal_of",
    "signing_key",
    "token_for",
]

READY_SECONDS_MAX: Final = 120.0

STAFF: Final = {
    "staff-support": ("support", "Sarah Nguyen"),
    "staff-supervisor": ("supervisor", "Michael Torres"),
    "staff-compliance": ("compliance", "Priya Raman"),
    "staff-analyst": ("analyst", "Anna Berg"),
    "staff-admin": ("admin", "Alex Kim"),
}
"""Staff id to role and display name; the username is the role."""


@dataclass
class LedgerProcess:
    """A real ledger, `python -m ledger`, on a free port and in a folder of its own."""

    data_dir: Path
    redis_url: str = ""
    app_mode: str = "demo"
    settings: dict[str, str] = field(default_factory=dict)
    database_url: str = ""
    """Where the journal is; empty: a file in the folder."""
    fail_point: str = ""

    def __post_init__(self) -> None:
        """Make the keys and choose the port; `start` starts it."""
        self.keys_dir = self.data_dir / "keys"
        if not self.keys_dir.exists():
            make_keys(self.keys_dir)
        self.address = f"127.0.0.1:{free_port()}"
        self.log = self.data_dir / "ledger.log"
        self.process: Process | None = None
        self._callers: dict[str, Caller] = {}

    def environment(self) -> dict[str, str]:
        """Give the settings of the process."""
        return {
            **os.environ,
            "DATA_DIR": str(self.data_dir),
            "KEYS_DIR": str(self.keys_dir),
            "LEDGER_LISTEN": self.address,
            "LEDGER_DATABASE_URL": self.database_url,
            "LEDGER_FAIL_POINT": self.fail_point,
            "REDIS_URL": self.redis_url,
            "APP_MODE": self.app_mode,
            **self.settings,
        }

    def start(self) -> Self:
        """Start it and wait until it is healthy."""
        self.process = spawn([sys.executable, "-m", "ledger"], self.log, self.environment())
        deadline = time.monotonic() + READY_SECONDS_MAX
        port = int(self.address.rsplit(":", 1)[1])
        with grpc.insecure_channel(self.address, CHANNEL_OPTIONS) as channel:
            while not (is_taken(port) and _is_serving(channel)):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"the ledger did not start: {self.log.read_text()}")
                time.sleep(0.05)
        return self

    def caller(self, actor_id: str) -> Caller:
        """Give a connection as one actor."""
        if actor_id not in self._callers:
            self._callers[actor_id] = Caller(self.address, self.keys_dir, actor_id)
        return self._callers[actor_id]

    @property
    def system(self) -> Caller:
        """The command line's actor."""
        return self.caller("system")

    def with_staff(self) -> Self:
        """Create one staff member a role, by the ids of STAFF."""
        for staff_id, (role, name) in STAFF.items():
            self.system.create_staff(staff_id, [role], name, username=role)
        return self

    def kill(self) -> None:
        """End it as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end and give its exit status."""
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()
        return stop(self.process) if self.process is not None else 0

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


def _is_serving(channel: grpc.Channel) -> bool:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = check(health_pb2.HealthCheckRequest(), timeout=2)
    except grpc.RpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
