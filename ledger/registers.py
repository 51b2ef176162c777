"""What decisions look up across subjects, kept in memory: open requests, recent relief.

Both are folded from the journal at the start and kept up at each commit.
"""

from collections import deque
from datetime import timedelta
from typing import Final

from ledger.domain.history import State
from ledger.domain.request import SUBJECT_PREFIX, Request
from ledger.domain.rules import Rules
from ledger.domain.splitting import Relief, relief_of
from ledger.domain.staff import Staff
from ledger.domain.switch import Switch
from ledger.journal import Entry, Journal
from ledger.states import StaffDirectory, States, event_of
from proto.subjects import READ_ONLY
from proto.values import Instant

_PAGE: Final = 1_000


class RequestRegister:
    """Every request by its customer, as of the last commit; also the decided ones."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_customer: dict[str, dict[str, Request]] = {}
        self.reload()

    def reload(self) -> None:
        """Fold all requests anew."""
        states = States(self._journal)
        self._by_customer = {}
        for subject in self._journal.subjects(SUBJECT_PREFIX):
            state = states.load(subject)
            if isinstance(state, Request):
                self.put(state)

    def of_customer(self, customer_id: str) -> list[Request]:
        """Give a customer's requests."""
        return list(self._by_customer.get(customer_id, {}).values())

    def open_requests(self) -> list[Request]:
        """Give every request that waits, the oldest first."""
        every = [r for each in list(self._by_customer.values()) for r in list(each.values())]
        return sorted((r for r in every if r.is_open), key=lambda r: r.requested_at)

    def put(self, request: Request) -> None:
        """Take over a committed change."""
        known = self._by_customer.setdefault(request.customer_id, {})
        self._by_customer[request.customer_id] = {**known, request.request_id: request}


class RecentRelief:
    """What each person has waived, adjusted, reversed or refunded for each customer lately."""

    def __init__(self, journal: Journal, hours: int) -> None:
        self._journal, self._span = journal, timedelta(hours=hours)
        self._by_pair: dict[tuple[str, str], deque[Relief]] = {}
        self.reload()

    def reload(self) -> None:
        """Read the journal backwards, as far as it is young enough to matter.

        It is in the order of time but for the demo clock, which only runs behind: a whole
        page of old entries means that everything before it is old.
        """
        self._by_pair = {}
        end = self._journal.head().position
        if end == 0:
            return
        newest: Instant | None = None
        found: list[Relief] = []
        while end > 0:
            start = max(end - _PAGE, 0)
            page = self._journal.read(start, end - start)
            newest = max(newest or Instant.parse(page[-1].recorded_at), _newest(page))
            if _newest(page) < newest - self._span:
                break
            found.extend(
                relief
                for entry in page
                if (relief := relief_of(event_of(entry), Instant.parse(entry.recorded_at)))
            )
            end = start
        for relief in sorted(found, key=lambda each: each.at):
            self.put(relief)

    def since(self, actor_id: str, customer_id: str, at: Instant) -> tuple[Relief, ...]:
        """Give what somebody did for a customer in the span that ends at an instant."""
        kept = tuple(self._by_pair.get((actor_id, customer_id), ()))
        return tuple(relief for relief in kept if relief.at > at - self._span)

    def put(self, relief: Relief) -> None:
        """Take over what was committed."""
        kept = self._by_pair.setdefault((relief.actor_id, relief.customer_id), deque())
        while kept and kept[0].at <= relief.at - self._span:
            kept.popleft()
        kept.append(relief)


class ReadOnlySwitch:
    """Whether the ledger takes commands: every one of them asks."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.is_read_only = False
        self.reload()

    def reload(self) -> None:
        """Read it anew."""
        state = States(self._journal).load(READ_ONLY)
        self.is_read_only = isinstance(state, Switch) and state.read_only

    def put(self, switch: Switch) -> None:
        """Take over a committed change."""
        self.is_read_only = switch.read_only


class Registers:
    """All that is kept in memory beside the states: staff, requests, relief."""

    def __init__(self, journal: Journal, rules: Rules) -> None:
        self.rules = rules
        self.staff = StaffDirectory(journal)
        self.requests = RequestRegister(journal)
        self.relief = RecentRelief(journal, rules.structuring_hours)
        self.switch = ReadOnlySwitch(journal)

    def reload(self) -> None:
        """Read everything anew."""
        self.staff.reload()
        self.requests.reload()
        self.relief.reload()
        self.switch.reload()

    def put(self, state: State) -> None:
        """Take over a subject's committed state."""
        if isinstance(state, Staff):
            self.staff.put(state)
        elif isinstance(state, Request):
            self.requests.put(state)
        elif isinstance(state, Switch):
            self.switch.put(state)


def _newest(page: list[Entry]) -> Instant:
    return Instant.parse(max(entry.recorded_at for entry in page))
