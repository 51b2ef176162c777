"""A ledger in this process, behind its real server, whose clock a test moves."""

import asyncio
import threading
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from ledger.books import open_books
from ledger.server import LedgerServer
from ledger.settings import Settings
from proto import actor_token
from proto.values import Instant
from tests.builders import Caller, LedgerProcess, make_keys
from tests.keys import signing_key

T = TypeVar("T")


class ClockedCaller(Caller):
    """Calls with a token of the ledger's time."""

    def __init__(self, ledger: "ClockedLedger", actor_id: str) -> None:
        super().__init__(ledger.address, ledger.keys_dir, actor_id)
        self._ledger = ledger

    def metadata(self, at: datetime | None = None) -> tuple[tuple[str, str], ...]:
        """Give the call's metadata, with a token minted now by the ledger's clock."""
        issuer = "command-line" if self.actor_id == "system" else "desk"
        token = actor_token.mint(
            signing_key(self._keys_dir, issuer),
            issuer=issuer,
            actor_id=self.actor_id,
            session_id=uuid.uuid4().hex,
            now=self._ledger.now(),
        )
        fields = ((actor_token.METADATA_KEY, f"Bearer {token}"),)
        return fields if at is None else (*fields, ("x-demo-time", at.isoformat()))


class ClockedLedger(LedgerProcess):
    """The same front door, in a thread; `later` moves its clock forward."""

    ahead = timedelta()

    def now(self) -> Instant:
        """Give the ledger's time."""
        return Instant.of(datetime.now(UTC) + self.ahead)

    def later(self, ahead: timedelta) -> None:
        """Let time pass."""
        self.ahead += ahead

    def caller(self, actor_id: str) -> Caller:
        """Give a connection as one actor."""
        if actor_id not in self._callers:
            self._callers[actor_id] = ClockedCaller(self, actor_id)
        return self._callers[actor_id]

    def __enter__(self) -> Self:
        """Open the books and serve them."""
        if not self.keys_dir.exists():
            make_keys(self.keys_dir)
        settings = Settings.from_environment(self.environment())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._books = open_books(settings, self.now)
        self._server = self._run(self._serve(settings))
        return self

    async def _serve(self, settings: Settings) -> LedgerServer:
        server = LedgerServer(settings, self._books)
        await server.start()
        return server

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving and close the books."""
        self._run(self._server.stop())
        self._books.close()
        for caller in self._callers.values():
            caller.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
