"""WatchTransactions: what is there, then what comes, until the caller or the server ends it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final

from ledger.commit_signal import CommitSignal
from ledger.errors import Refusal, Refused
from ledger.journal import Journal, JournalFailed
from ledger.rpc.queries import Queries
from proto import accounting_ledger_pb2 as ledger_pb

_PAGE: Final = 1_000


class Watching:
    """One reader follows the journal for all who watch, and wakes those whose account moved."""

    def __init__(self, journal: Journal, queries: Queries, readers: Executor) -> None:
        self._journal, self._queries, self._readers = journal, queries, readers
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._committed = asyncio.Event()
        self._committed_position = self._read_position = 0
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self, signal: CommitSignal) -> None:
        """Follow the journal from here on, in the running loop."""
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._follow())

        def committed(position: int) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._tell, position)

        signal.listen(committed)

    async def close(self) -> None:
        """End every stream, as the end of a list."""
        self._is_closing = True
        self._wake_all()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _tell(self, position: int) -> None:
        self._committed_position = position
        self._committed.set()

    async def _follow(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            if not self._watchers:
                self._read_position = self._committed_position
            while self._read_position < self._committed_position:
                await self._read_on()

    async def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            entries = await loop.run_in_executor(
                self._readers, self._journal.read, self._read_position, _PAGE
            )
        except JournalFailed:  # each who watches reads it too, and is told
            self._wake_all()
            self._read_position = self._committed_position
            return
        for subject_id in {entry.subject_id for entry in entries}:
            for watcher in self._watchers.get(subject_id, ()):
                watcher.set()
        self._read_position = entries[-1].position

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.set()

    @contextmanager
    def _watcher(self, account_id: str) -> Iterator[asyncio.Event]:
        moved = asyncio.Event()
        self._watchers.setdefault(account_id, set()).add(moved)
        try:
            yield moved
        finally:
            self._watchers[account_id].discard(moved)
            if not self._watchers[account_id]:
                del self._watchers[account_id]

    async def transactions(
        self, request: ledger_pb.WatchTransactionsRequest
    ) -> AsyncIterator[ledger_pb.Transaction]:
        """Give an account's transactions from the named one on, that one included.

        Without a name from the first. Then each as it is committed, in order, once.
        """
        loop = asyncio.get_running_loop()
        account_id = request.loan_account_id
        await loop.run_in_executor(self._readers, self._queries.loan, account_id)
        wanted, version = request.from_transaction_id, 0
        with self._watcher(account_id) as moved:
            while not self._is_closing:
                moved.clear()
                page, version = await loop.run_in_executor(
                    self._readers, self._queries.transactions_after, account_id, version
                )
                for each in page:
                    if wanted in ("", each.transaction_id):
                        wanted = ""
                        yield each
                if wanted:
                    raise _unknown(account_id, wanted)
                await moved.wait()


def _unknown(account_id: str, transaction_id: str) -> Refused:
    return Refused(
        Refusal.NO_SUCH_TRANSACTION,
        f"The account {account_id} has no transaction {transaction_id[:100]}.",
        field="from_transaction_id",
    )
