"""A desk of a test's own: `python -m dashboard` on a free port, and the staff who use it."""

import http.client
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, Final

from pymongo.database import Database

from embedded import keys
from embedded.process import Process, spawn, stop
from embedded.servers import wait_until
from proto import documents
from proto.codec import to_mongo
from proto.documents import StaffDocument
from proto.values import Key
from tests.ports import free_port

PASSWORD: Final = "a long demo password"
OTHER_NAME: Final = "desk.example"
"""A name beside the loopback's under which browsers may come."""


class DeskProcess:
    """The dashboard against given servers; the ledger need not be there."""

    def __init__(
        self, folder: Path, mongodb_url: str, redis_url: str, db_name: str, ledger_address: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "logs" / "dashboard.log"
        self._process: Process | None = None
        keys.make_missing(folder / "keys")
        self.environ = {
            **os.environ,
            "APP_MODE": "demo",
            "DATA_DIR": str(folder),
            "KEYS_DIR": str(folder / "keys"),
            "MONGODB_URL": mongodb_url,
            "DB_NAME": db_name,
            "REDIS_URL": redis_url,
            "LEDGER_SERVICE_URL": ledger_address,
            "DASHBOARD_PORT": str(self.port),
            "DASHBOARD_HOSTS": OTHER_NAME,
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = spawn([sys.executable, "-m", "dashboard"], self.log, self.environ)
        wait_until("dashboard", self._answers, self._process, self.log)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            stop(self._process)

    def call(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one request as a page of the desk would; give status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if "Origin" not in headers:
            named["Origin"] = self.url
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        told = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return told

    def post_ticket(self, ticket: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Post a ticket to the sign-in route."""
        return self.call("POST", "/auth/login", json.dumps({"ticket": ticket}).encode(), **headers)

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/_stcore/health")[0] == http.client.OK
        except OSError:
            return False


def run_dashboard(
    *arguments: str, environ: dict[str, str], typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run the dashboard's command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def add_staff(database: Database[dict[str, Any]], *roles: str, enabled: bool = True) -> str:
    """Store a staff member as the projector would, and give the id, which is the username too."""
    staff_id = f"staff-{uuid.uuid4().hex[:8]}"
    member = StaffDocument(
        staff_id=Key(staff_id),
        username=Key(staff_id),
        display_name="Sarah Nguyen",
        roles=list(roles or ("support",)),
        enabled=enabled,
    )
    database[documents.STAFF.name].insert_one({"_id": staff_id, **to_mongo(member)})
    return staff_id
