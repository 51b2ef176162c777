"""Connections to PostgreSQL: one a reading thread, and one that alone may write.

A connection that is lost in the middle is told as JournalFailed and made anew by the next
call; one that was lost while nobody used it is made anew at once. No text that leaves this
file holds the password or a value that a statement was given.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final
from urllib.parse import unquote

import psycopg
from psycopg import conninfo

from ledger.journal import InUse, JournalFailed
from ledger.journal.postgres_migrations import MIGRATIONS
from ledger.journal.tables import Row

Connection = psycopg.Connection[Row]

_DEFAULTS: Final = {
    "application_name": "billie-ledger",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""A server that is gone is noticed within half a minute; the URL may say otherwise."""
_SESSION: Final = " -c synchronous_commit=on -c lock_timeout=2000 -c client_min_messages=warning"
_READING: Final = _SESSION + " -c default_transaction_read_only=on"
_WRITER_LOCK: Final = (
    "SELECT pg_advisory_lock(hashtext('billie ledger journal'), hashtext(current_schema()))"
)
_SERVER: Final = (
    "SELECT current_schema(), current_setting('server_encoding'), "
    "current_setting('fsync'), current_setting('full_page_writes')"
)


class BadUrl(Exception):  # noqa: N818 - the reason is the name
    """No URL of a PostgreSQL database; the text holds nothing of it."""


def _parameters(url: str, session: str) -> dict[str, Any]:
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise BadUrl("it is not postgresql://user:password@host:port/database") from None
    options = f"{given.get('options') or ''}{session}"
    return {**_DEFAULTS, **given, "options": options}


class Link:
    """Holds the connections; closed connections are replaced when they are needed."""

    def __init__(self, url: str, *, is_reader: bool = False) -> None:
        self._reading = _parameters(url, _READING)
        self._writing = _parameters(url, _SESSION)
        self._is_reader = is_reader
        self._password = str(self._writing.get("password") or "")
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._opened: list[Connection] = []
        self._writer: Connection | None = None
        self._write = threading.Lock()

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        """Turn what PostgreSQL reports into JournalFailed, without the values it was given."""
        try:
            yield
        except psycopg.Error as error:
            raise JournalFailed(self._told(error)) from None

    def _told(self, error: psycopg.Error) -> str:
        """Say what happened: the server's own words only where they hold no value of ours."""
        kind = type(error).__name__
        if not isinstance(error, psycopg.OperationalError):
            return f"PostgreSQL: {kind}"
        lines = (error.diag.message_primary or str(error)).strip().splitlines()
        text = lines[0] if lines else ""
        for secret in {self._password, unquote(self._password)} - {""}:
            text = text.replace(secret, "***")
        return f"PostgreSQL: {kind}: {text}"

    def _connect(self, parameters: dict[str, Any]) -> Connection:
        connection = psycopg.connect(**parameters, autocommit=True)
        with self._lock:
            self._opened = [each for each in self._opened if not each.closed]
            self._opened.append(connection)
        return connection

    def rows(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Read rows. A connection that broke while it was idle is replaced, once."""
        with self._failing_clearly():
            connection: Connection | None = getattr(self._of_thread, "connection", None)
            if connection is not None and not connection.closed:
                try:
                    return _fetched(connection, sql, values)
                except psycopg.OperationalError:
                    if not connection.closed:
                        raise
            self._of_thread.connection = connection = self._connect(self._reading)
            return _fetched(connection, sql, values)

    @contextmanager
    def transaction(self, *, is_gathered: bool = False) -> Iterator[Connection]:
        """Write in one transaction; nobody else writes to this journal meanwhile.

        Gathered statements go to the server together, up to one whose rows are asked for.
        """
        with self._write, self._failing_clearly():
            connection = self._begun()
            try:
                with connection.pipeline() if is_gathered else nullcontext():
                    yield connection
                    connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise

    def _begun(self) -> Connection:
        """Begin a transaction. A connection that broke while it was idle is replaced, once."""
        connection = self._writing_connection()
        try:
            connection.execute("BEGIN")
        except psycopg.OperationalError:
            if not connection.closed:
                raise
            connection = self._writing_connection()
            connection.execute("BEGIN")
        return connection

    def _writing_connection(self) -> Connection:
        """Give the connection that holds the writer's lock, which ends with it."""
        if self._is_reader:
            raise JournalFailed("the journal was opened for reading")
        if self._writer is None or self._writer.closed:
            connection = self._connect(self._writing)
            try:
                connection.execute(_WRITER_LOCK)
            except psycopg.errors.LockNotAvailable:
                connection.close()
                raise InUse(
                    "Another ledger uses the journal in the PostgreSQL database. "
                    "Stop it, or set another LEDGER_DATABASE_URL."
                ) from None
            except psycopg.Error:
                connection.close()
                raise
            self._writer = connection
        return self._writer

    def migrate(self) -> None:
        """Check the server, and bring the tables up to date, step after step."""
        schema, encoding, *durable = self.rows(_SERVER, ())[0]
        if schema is None or encoding != "UTF8" or durable != ["on", "on"]:
            raise JournalFailed(
                "PostgreSQL: the database needs a schema in its search path, the encoding UTF8, "
                "and a server with fsync and full_page_writes on"
            )
        done = self._steps_done()
        if done > len(MIGRATIONS):
            raise JournalFailed(
                f"the journal has tables of step {done}, this program knows {len(MIGRATIONS)}; "
                "use the version that wrote it or a later one"
            )
        if self._is_reader:
            if done < len(MIGRATIONS):
                raise JournalFailed(
                    f"the journal has tables of step {done}, this program reads those of step "
                    f"{len(MIGRATIONS)}; start its ledger once"
                )
            return
        with self.transaction() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS journal_steps (step int PRIMARY KEY)")
            for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
                connection.execute(step.encode())
                connection.execute("INSERT INTO journal_steps VALUES (%s)", (number,))

    def _steps_done(self) -> int:
        """Count the steps that the tables have."""
        if self.rows("SELECT to_regclass('journal_steps')::text", ())[0][0] is None:
            return 0
        (count,) = self.rows("SELECT coalesce(max(step), 0) FROM journal_steps", ())[0]
        return int(count)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()


def _fetched(connection: Connection, sql: str, values: Sequence[object]) -> list[Row]:
    return connection.execute(sql.encode(), values, binary=True).fetchall()


def _undo(connection: Connection) -> None:
    """Roll back; a connection that cannot even do that is of no use any more."""
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()
