"""The overview's figures worked out anew: from the journal's entries, one by one.

Nothing of the projector is used, and of the desk nothing but its words for days.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from msgspec import Struct

from dashboard.formats import today
from proto import servicing_pb2 as servicing
from proto.values import Money
from tests.ledger_caller import Caller

READ_AT_ONCE: Final = 1_000
OWED: Final = ("principal_after", "interest_after", "fee_after")
UNDER_WAY: Final = {"ACTIVE", "IN_ARREARS", "SUSPENDED"}
GIVEN_BACK: Final = "REVERSAL"


class Entry(Struct, frozen=True):
    """An event of the journal, as anybody reads it."""

    type: str
    actor: str
    on: date
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        """Of what kind its posting is; empty for what moves no money."""
        return str(self.body.get("transaction_type", ""))

    @property
    def cents(self) -> int:
        """What it moves."""
        return int(Money.parse(self.body.get("amount", "0.00")))

    def adds_to(self, *kinds: str) -> int:
        """Give what it adds to a sum of these kinds; what takes one back takes away."""
        if self.kind in kinds:
            return self.cents
        taken_back = self.body.get("original_transaction_type") in kinds
        return -self.cents if self.kind == GIVEN_BACK and taken_back else 0


class Account(Struct):
    """Where an account's events leave it."""

    status: str = ""
    bucket: str = "current"
    owes: int = 0


class Journal(Struct, frozen=True):
    """All entries, and the sums that they make."""

    entries: list[Entry]
    position: int

    def collected(self, first: date, last: date) -> int:
        """Sum what customers paid, less what was taken back."""
        return self._sum(first, last, "REPAYMENT", "CORRECTION", "RECOVERY")

    def written_off(self, first: date, last: date) -> int:
        """Sum what was given up, less what was undone."""
        return self._sum(first, last, "WRITE_OFF") - self._sum(first, last, "WRITE_OFF_UNDO")

    def waived(self, first: date, last: date) -> dict[str, int]:
        """Sum waived fees by reason; what was taken back by itself, whatever the reason why."""
        sums: Counter[str] = Counter()
        for each in self._between(first, last):
            waived = each.kind == "FEE_WAIVER"
            reason = each.body.get("reason_code", "") if waived else "taken-back"
            sums[reason] += each.adds_to("FEE_WAIVER")
        return {reason: cents for reason, cents in sums.items() if cents}

    def by_days(self, group: Callable[[date], date], first: date, last: date) -> dict[date, int]:
        """Sum what customers paid by groups of days."""
        sums: Counter[date] = Counter()
        for each in self._between(first, last):
            sums[group(each.on)] += each.adds_to("REPAYMENT", "CORRECTION", "RECOVERY")
        return {on: cents for on, cents in sums.items() if cents}

    def by_actor(self, counts: Callable[[Entry], int], first: date, last: date) -> dict[str, int]:
        """Sum over each actor's entries."""
        sums = {each.actor: 0 for each in self._between(first, last)}
        for each in self._between(first, last):
            sums[each.actor] += counts(each)
        return sums

    def buckets(self) -> dict[str, list[int]]:
        """Give what each open account owes, by bucket."""
        owed: dict[str, list[int]] = defaultdict(list)
        for each in self._accounts().values():
            if each.status in UNDER_WAY:
                owed[each.bucket].append(each.owes)
        return dict(owed)

    def _accounts(self) -> dict[str, Account]:
        accounts: dict[str, Account] = defaultdict(Account)
        for each in self.entries:
            if "account_id" in each.body:
                _tell(accounts[each.body["account_id"]], each)
        return accounts

    def _sum(self, first: date, last: date, *kinds: str) -> int:
        return sum(each.adds_to(*kinds) for each in self._between(first, last))

    def _between(self, first: date, last: date) -> Iterator[Entry]:
        return (each for each in self.entries if first <= each.on <= last)


def _tell(account: Account, entry: Entry) -> None:
    body = entry.body
    if entry.type == "loan.aging.updated.v1":
        account.bucket = body["bucket"]
    elif entry.type == "account.closed.v1":
        account.status = "CLOSED"
    elif entry.type.startswith("account."):
        account.status = body.get("status") or body.get("new_status") or account.status
    if OWED[0] in body:
        account.owes = sum(int(Money.parse(body[part])) for part in OWED)


def read(caller: Caller) -> Journal:
    """Read the whole journal through the ledger's own door."""
    entries: list[Entry] = []
    after = 0
    while page := _page(caller, after):
        entries += (_entry(each) for each in page)
        after = page[-1].position
    return Journal(entries, after)


def _page(caller: Caller, after: int) -> list[servicing.JournalEntry]:
    question = servicing.ReadJournalRequest(from_position=after, limit=READ_AT_ONCE)
    return list(caller.journal.ReadJournal(question, metadata=caller.metadata()).entries)


def _entry(told: servicing.JournalEntry) -> Entry:
    recorded = datetime.fromisoformat(told.recorded_at)
    return Entry(told.event_type, told.actor, today(recorded), json.loads(told.body))


def total(amounts: Iterable[int]) -> Money:
    """Sum amounts."""
    return Money(sum(amounts))
