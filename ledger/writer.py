"""The one thread that writes: it takes what is queued and commits it as one group.

Commands on one account follow one another by that alone. Every caller, also a refused
one, is answered after the commit: a refusal is never based on something that was not kept.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from ledger.decision import Intent
from ledger.errors import Fault
from ledger.fail_points import FailPoint, reach
from ledger.journal import JournalFailed
from ledger.service import Door, Pending, Reply
from ledger.texts import TextKeysFailed

GROUP_COMMANDS_MAX: Final = 256
QUEUE_COMMANDS_MAX: Final = 10_000
GATHER_SECONDS_MAX: Final = 0.003
"""How long a group waits for as many commands as lately came together; one alone never waits."""

Result = Reply | BaseException


class _Waiting(Struct, eq=False):
    intent: Intent
    future: "asyncio.Future[Reply]"
    result: Result


class Writer:
    """Queues commands for the door; `on_commit` is told the journal's new last position."""

    def __init__(self, door: Door, on_commit: Callable[[int], None]) -> None:
        self._door, self._on_commit = door, on_commit
        self._queue: deque[_Waiting] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._usual = 1
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def execute(self, intent: Intent) -> Reply:
        """Carry a command out. Raises Refused, or Fault when the world failed."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        with self._wake:
            if self._closing or len(self._queue) >= QUEUE_COMMANDS_MAX:
                raise Fault("The ledger takes no more commands at the moment. Nothing was changed.")
            self._queue.append(_Waiting(intent, future, Fault("The ledger was stopped.")))
            if len(self._queue) == 1 or self._is_complete():
                self._wake.notify()
        return await future

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            position = self._write(group)
            reach(FailPoint.BEFORE_ANSWER)
            loop = group[0].future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, group)
            if position:  # told after the answer is on its way: nobody waits for this
                self._on_commit(position)

    def _next_group(self) -> list[_Waiting]:
        """Wait for commands and take what is there; none means the end.

        Each commit has its price, however many commands share it. So those who lately came
        together are waited for, a moment: with 64 callers twice as many share one.
        """
        with self._wake:
            while not self._queue and not self._closing:
                self._wake.wait()
            self._wake.wait_for(self._is_complete, GATHER_SECONDS_MAX)
            count = min(len(self._queue), GROUP_COMMANDS_MAX)
            self._usual = max(count, self._usual * 3 // 4)
            return [self._queue.popleft() for _ in range(count)]

    def _is_complete(self) -> bool:
        return self._closing or len(self._queue) >= self._usual

    def _write(self, group: list[_Waiting]) -> int:
        """Decide and commit a group; each member gets a result, whatever happens.

        Gives the last position that was committed; 0: nothing was.
        """
        try:
            reach(FailPoint.BEFORE_BEGIN)
            keys = (waiting.intent.idempotency_key for waiting in group)
            pending = self._door.begin([key for key in keys if key])
            for waiting in group:
                waiting.result = _result(self._door, waiting.intent, pending)
            reach(FailPoint.AFTER_DECIDE)
            if pending.entries:
                return self._door.commit(pending)
        except JournalFailed as failure:
            sentence = f"The ledger cannot reach its journal ({failure}). Repeat with the same key."
            for waiting in group:
                waiting.result = Fault(sentence)
        except Exception as bug:  # noqa: BLE001 - each caller raises it again; the thread lives on
            for waiting in group:
                waiting.result = bug
        return 0


def _result(door: Door, intent: Intent, pending: Pending) -> Result:
    """Give one command's reply or what it raised; only a failing journal stops the group."""
    try:
        return door.carry_out(intent, pending)
    except JournalFailed:
        raise
    except TextKeysFailed as failure:
        return Fault(f"{failure}. Nothing was changed; repeat with the same key.")
    except Exception as error:  # noqa: BLE001 - raised again where the caller waits, never lost
        return error


def _settle(group: list[_Waiting]) -> None:
    """Answer the callers, in their own thread; some may have gone."""
    for waiting in group:
        if waiting.future.done():
            continue
        if isinstance(waiting.result, Reply):
            waiting.future.set_result(waiting.result)
        else:
            waiting.future.set_exception(waiting.result)
    reach(FailPoint.AFTER_ANSWER)
