"""Every invariant of the books after every step, read by gRPC, each entry once."""

from collections.abc import Iterator

import grpc

from ledger.domain.chart import Account
from ledger.domain.history import State
from ledger.domain.loan import Loan
from ledger.journal import Entry
from ledger.journal.memory import MemoryJournal
from ledger.proof.chain import Chain
from ledger.states import event_of, fold
from ledger.verification import Wrong
from ledger.verification.approvals import ApprovalsCheck
from ledger.verification.books import BooksCheck
from proto import servicing_pb2 as pb
from proto.events import LedgerEvent
from proto.values import Money
from tests.builders import Caller, refusal_of
from tests.ledger import asking
from tests.ledger.accounts_check import as_entry, check_loan
from tests.ledger.mirrored import Mirrored


class Following:
    """Reads on where it stopped, and holds what it read against what the ledger answers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._chain = Chain()
        self._books = BooksCheck(MemoryJournal(), from_first=True)
        self._approvals = ApprovalsCheck(MemoryJournal(), after_position=0)
        self._mirrored = Mirrored()
        self._states: dict[str, State] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self.event_ids: set[str] = set()
        self.event_types: set[str] = set()

    @property
    def position(self) -> int:
        """How many entries there are, as far as was read."""
        return self._chain.position

    def loan(self, account_id: str) -> Loan:
        """Give an account as far as was read."""
        loan = self._states[account_id]
        assert isinstance(loan, Loan)
        return loan

    def check(self) -> None:
        """I1 to I4, I6, I7 and I10 by the entries; the totals by the ledger's own answers.

        What was read is taken over even where it is wrong, so that it is told once and the
        next sequence begins with what is there.
        """
        wrong: list[Wrong] = []
        changed = set()
        for entry in self._entries():
            state = fold(self._states.get(entry.subject_id), [entry])
            assert state is not None
            self._states[entry.subject_id] = state
            changed.add(entry.subject_id)
            try:
                self._take(entry)
            except Wrong as finding:
                wrong.append(finding)
        if wrong:
            raise wrong[0]
        if not changed:
            return
        self._approvals.finish()
        self._books.finish()
        for subject_id in changed:
            self._check_subject(subject_id, self._states[subject_id])
        self._check_totals()

    def _take(self, entry: Entry) -> None:
        event = event_of(entry)
        self.event_ids.add(entry.event_id)
        self.event_types.add(entry.event_type)
        self._chain.add(entry)
        self._mirrored.take(entry)
        self._check_key(entry, event)
        self._books.add(entry, event)
        self._approvals.add(entry, event)

    def _check_key(self, entry: Entry, event: LedgerEvent) -> None:
        """I4: what was posted under one key was posted at one moment on one account."""
        mark = str(getattr(event, "key_mark", ""))
        effect = entry.subject_id, entry.recorded_at
        if mark and self._keys.setdefault(mark, effect) != effect:
            raise Wrong(entry, "its idempotency key has an earlier effect")

    def _check_subject(self, subject_id: str, state: State) -> None:
        self._mirrored.check(subject_id, state)
        if isinstance(state, Loan):
            check_loan(state)
            told = asking.state_at(self._caller, subject_id, state.version)
            self._mirrored.check_balances(subject_id, told.balances)

    def _entries(self) -> Iterator[Entry]:
        """Give what is new; each is taken before the next page is asked for."""
        more = True
        while more:
            request = pb.ReadJournalRequest(from_position=self.position, limit=_PAGE)
            metadata = self._caller.metadata()
            page = self._caller.journal.ReadJournal(request, metadata=metadata).entries
            yield from map(as_entry, page)
            more = len(page) == _PAGE

    def _check_totals(self) -> None:
        books = asking.trial_balance(self._caller)
        loans = [state for state in self._states.values() if isinstance(state, Loan)]
        self._mirrored.check_portfolio(loans)
        assert sum(books.values()) == 0
        assert books[Account.PRINCIPAL.code] == sum(loan.principal for loan in loans)
        assert books[Account.INTEREST.code] == sum(loan.interest for loan in loans)
        assert books[Account.FEES.code] == sum(loan.fee_balance for loan in loans)
        assert -books[Account.OVERPAYMENTS.code] == sum(loan.overpayment for loan in loans)
        assert all(account.may_stand_at(books[account.code]) for account in Account)
        owed = sum(loan.total_outstanding for loan in loans)
        summary = asking.portfolio(self._caller)
        assert Money.parse(summary.total_receivables) == owed
        is_open = [loan.status not in _NOT_ACTIVE for loan in loans]
        assert summary.total_active_accounts == sum(is_open)


_PAGE = 1_000
_NOT_ACTIVE = frozenset({"PENDING_DISBURSEMENT", "CLOSED", "WRITTEN_OFF"})


def must_be_refused(error: grpc.RpcError) -> None:
    """Let no fault and no bug pass for a refusal: no command may bring one about."""
    if not refusal_of(error).reason:
        raise error
