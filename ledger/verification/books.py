"""The money: entries balance, balances are the fold of the events, a loss stays a loss."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from ledger import postings
from ledger.domain import loan as loans
from ledger.domain.chart import Account
from ledger.domain.entry import Unbalanced
from ledger.domain.history import as_posting
from ledger.domain.money import dollars
from ledger.journal import Entry, Journal
from ledger.states import event_of
from ledger.verification import Wrong
from proto import subjects
from proto.events import (
    AccountStatusChanged,
    AccountUpdated,
    AccountWrittenOff,
    LedgerEvent,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Money

_PAGE: Final = 1_000
_PARTS: Final = ("principal", "interest", "fees", "overpayment")


class _Standing(Struct):
    """One account: its version, its balances in cents, whether it was written off."""

    version: int = 0
    balances: tuple[int, ...] = (0, 0, 0, 0)
    is_written_off: bool = False


class BooksCheck:
    """I1, I2 and I10. Begun in the middle, it reads what an account was before."""

    def __init__(self, journal: Journal, *, from_first: bool) -> None:
        self._journal, self._from_first = journal, from_first
        self._accounts: dict[str, _Standing] = {}
        self._books: dict[Account, int] = defaultdict(int)

    def add(self, entry: Entry, event: LedgerEvent) -> None:
        """Take the next entry."""
        if not subjects.is_account(entry.subject_id):
            return
        standing = self._standing(entry)
        self._check_loss(standing, entry, event)
        posting = as_posting(event)
        if posting is not None:
            self._check_legs(entry, posting)
            _check_balances(standing, entry, posting)
        _take(standing, entry.version, event)

    def _standing(self, entry: Entry) -> _Standing:
        known = self._accounts.get(entry.subject_id)
        if known is None:
            known = self._accounts[entry.subject_id] = _Standing()
            for earlier in self._before(entry):
                _take(known, earlier.version, event_of(earlier))
        return known

    def _before(self, entry: Entry) -> Iterator[Entry]:
        """Give the account's entries before this one, where the walk did not see them."""
        version = 0
        while not self._from_first and version < entry.version - 1:
            page = self._journal.read_subject(
                entry.subject_id, version, min(_PAGE, entry.version - 1 - version)
            )
            if not page:
                return
            yield from page
            version = page[-1].version

    def _check_legs(self, entry: Entry, posting: PostingEvent) -> None:
        try:
            written = postings.entry_of(entry.event_id, posting)
        except (Unbalanced, KeyError) as error:
            raise Wrong(entry, f"it does not balance: {error}") from None
        for leg in written.legs:
            self._books[leg.account] += leg.debit - leg.credit
        if not self._from_first:
            return
        for leg in written.legs:
            if not leg.account.may_stand_at(self._books[leg.account]):
                stands = dollars(Money(self._books[leg.account]))
                raise Wrong(entry, f"it brings {leg.account.title} to {stands}, the wrong side")

    @staticmethod
    def _check_loss(standing: _Standing, entry: Entry, event: LedgerEvent) -> None:
        if not standing.is_written_off or isinstance(event, WriteOffUndone):
            return
        if isinstance(event, AccountUpdated) and event.status not in ("", loans.WRITTEN_OFF):
            raise Wrong(entry, "a written-off account gets another status without an undo")
        if isinstance(event, AccountStatusChanged) and event.new_status != loans.WRITTEN_OFF:
            raise Wrong(entry, "a written-off account gets another status without an undo")
        posting = as_posting(event)
        if posting is not None and posting.total_after != 0:
            raise Wrong(entry, "a written-off account owes something again without an undo")

    def finish(self) -> None:
        """Hold the general ledger against the sum of the accounts. Raises ValueError."""
        if not self._from_first:
            return
        sums = [sum(each.balances[part] for each in self._accounts.values()) for part in range(4)]
        books = (
            self._books[Account.PRINCIPAL],
            self._books[Account.INTEREST],
            self._books[Account.FEES],
            -self._books[Account.OVERPAYMENTS],
        )
        for part, told, summed in zip(_PARTS, books, sums, strict=True):
            if told != summed:
                raise ValueError(
                    f"{part}: the general ledger says {dollars(Money(told))}, all accounts "
                    f"together {dollars(Money(summed))}"
                )
        if sum(self._books.values()):
            raise ValueError("debits and credits of all entries together differ")


def _deltas(posting: PostingEvent) -> tuple[int, ...]:
    return (
        posting.principal_delta,
        posting.interest_delta,
        posting.fee_delta,
        posting.overpayment_delta,
    )


def _check_balances(standing: _Standing, entry: Entry, posting: PostingEvent) -> None:
    told = (
        posting.principal_after,
        posting.interest_after,
        posting.fee_after,
        posting.overpayment_after,
    )
    folded = _plus(standing.balances, _deltas(posting))
    for part, says, sums in zip(_PARTS, told, folded, strict=True):
        if says != sums:
            raise Wrong(
                entry,
                f"it tells a balance of {part} of {dollars(says)}; its history comes to "
                f"{dollars(Money(sums))}",
            )
        if sums < 0:
            raise Wrong(entry, f"it brings {part} below zero")


def _take(standing: _Standing, version: int, event: LedgerEvent) -> None:
    standing.version = version
    posting = as_posting(event)
    if posting is not None:
        standing.balances = _plus(standing.balances, _deltas(posting))
    if isinstance(event, AccountWrittenOff):
        standing.is_written_off = True
    elif isinstance(event, WriteOffUndone):
        standing.is_written_off = False


def _plus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))
