"""A real PostgreSQL server of the run's own, from the binaries that Debian's package brings.

It refuses to run as root; then it runs as `nobody`, in a folder of that user's.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest

from embedded.process import Process, spawn, stop
from embedded.servers import wait_until
from tests.ports import free_port

USER: Final = "billie"
PASSWORD: Final = "s3cret/word"
_UNPRIVILEGED: Final = "nobody"
_DEBIAN: Final = Path("/usr/lib/postgresql")
_MISSING: Final = (
    "No PostgreSQL on this machine: what is kept in it was NOT tested. "
    "Install Debian's package `postgresql`."
)


def binaries() -> Path | None:
    """Find the folder of `initdb` and `postgres`: on the PATH, else the newest of Debian's."""
    on_path = shutil.which("postgres")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = (path.parent for path in _DEBIAN.glob("*/bin/postgres"))
    return max(found, key=lambda path: float(path.parent.name), default=None)


def required_binaries() -> Path:
    """Find them, or skip loudly; in CI a missing server fails."""
    found = binaries()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    return found


class PostgresServer:
    """One cluster on the loopback; every journal gets a schema of its own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._binaries = required_binaries()
        # Not below pytest's folder, which root keeps to itself.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="postgres-"))
        self.log = self.folder / "log" / "postgres.log"
        self.port = free_port()
        self.small_disk = self.folder / "small"
        self.process: Process | None = None
        self._make()

    @property
    def url(self) -> str:
        """The database, with the password that no log may show."""
        password = PASSWORD.replace("/", "%2F")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/postgres"

    def _as_user(self) -> list[str]:
        """Give what lays down root's rights, and dies with us all the same."""
        if os.geteuid() != 0:
            return []
        user = pwd.getpwnam(_UNPRIVILEGED)
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--pdeathsig=KILL"]

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            user = pwd.getpwnam(_UNPRIVILEGED)
            for path in (self.folder, secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [
                *self._as_user(),
                self._binaries / "initdb",
                f"--pgdata={self.folder / 'data'}",
                f"--username={USER}",
                f"--pwfile={secret}",
                *options,
            ],
            check=True,
            capture_output=True,
            timeout=120,
            cwd="/",
        )

    def start(self, small_disk_megabytes: int = 0) -> None:
        """Start it and wait until it answers; every commit is on the disk (fsync).

        With a size it sees a small file system of its own at `small_disk`, for a tablespace.
        """
        argv = [
            *self._on_small_disk(small_disk_megabytes),
            *self._as_user(),
            str(self._binaries / "postgres"),
            *("-D", str(self.folder / "data"), "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", "max_connections=100", "-c", "shared_buffers=32MB"),
        ]
        self.process = spawn(argv, self.log)
        wait_until("postgres", self._answers, self.process, self.log)

    def _on_small_disk(self, megabytes: int) -> list[str]:
        """Give what mounts it where only the server sees it; it goes with the server."""
        if not megabytes:
            return []
        self.small_disk.mkdir()
        user = pwd.getpwnam(_UNPRIVILEGED)
        mount = f"mount -t tmpfs -o size={megabytes}m,mode=700,uid={user.pw_uid} tmpfs"
        script = f'{mount} "$0" && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, str(self.small_disk)]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def execute(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement as the superuser, beside whoever uses the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Hold a table, so that whoever wants to write to it waits."""
        with psycopg.connect(self.url) as connection:
            connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
            yield

    def wait_for(self, counting: str) -> None:
        """Wait until a statement counts something."""
        deadline = time.monotonic() + 60
        while self.execute(counting) == [(0,)]:
            assert time.monotonic() < deadline, counting
            time.sleep(0.01)

    def new_journal_url(self) -> str:
        """Make an empty schema and give the URL of a journal in it."""
        schema = f"journal_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE SCHEMA {schema}")
        return f"{self.url}?options=-csearch_path%3D{schema}&application_name={schema}"

    def stop(self) -> None:
        """End it, at once: clients are not waited for."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)
            stop(self.process)

    def remove(self) -> None:
        """End it and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
