"""The invariants of the books, checked from the outside: from what the journal says."""

from collections import defaultdict
from typing import cast

from ledger import postings
from ledger.domain import schedule
from ledger.domain.chart import Account
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan
from ledger.journal import Entry
from ledger.proof.chain import verify
from ledger.states import event_of, fold
from proto import servicing_pb2 as pb
from proto.events import AdjustmentMade
from tests.builders import Caller


def as_entry(read: pb.JournalEntry) -> Entry:
    """Take an entry over from the wire."""
    return Entry(
        position=read.position,
        subject_id=read.subject_id,
        version=read.version,
        event_type=read.event_type,
        recorded_at=read.recorded_at,
        actor=read.actor,
        body=read.body,
        hash=read.hash,
        prev=read.prev,
    )


def general_ledger(entries: list[Entry]) -> dict[Account, int]:
    """Sum the legs of all events: what each account of the chart stands at, debits above zero."""
    sums: dict[Account, int] = defaultdict(int)
    for entry in entries:
        posting = as_posting(event_of(entry))
        if posting is None:
            continue
        for leg in postings.entry_of(entry.event_id, posting).legs:
            sums[leg.account] += leg.debit - leg.credit
    return sums


def loans_of(entries: list[Entry]) -> list[Loan]:
    """Fold every account."""
    by_subject: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_subject[entry.subject_id].append(entry)
    states = (fold(None, history) for history in by_subject.values())
    return [state for state in states if isinstance(state, Loan)]


def check_books(caller: Caller) -> None:
    """I1, I2 and I7 hold for the whole journal."""
    entries = [as_entry(read) for read in caller.entries()]
    verify(entries)
    books, loans = general_ledger(entries), loans_of(entries)
    assert sum(books.values()) == 0
    assert books[Account.PRINCIPAL] == sum(loan.principal for loan in loans)
    assert books[Account.INTEREST] == sum(loan.interest for loan in loans)
    assert books[Account.FEES] == sum(loan.fee_balance for loan in loans)
    assert -books[Account.OVERPAYMENTS] == sum(loan.overpayment for loan in loans)
    for account, cents in books.items():
        if account is not Account.CASH and account.side != "either":
            assert cents == 0 or (cents > 0) == (account.side == "debit")
    for loan in loans:
        check_loan(loan)


def check_loan(loan: Loan) -> None:
    """A loan's fees, instalments and balances agree with one another."""
    assert loan.fee_balance == sum(fee.unpaid for fee in loan.fees)
    assert all(0 <= fee.unpaid <= fee.amount for fee in loan.fees)
    assert all(each.remaining >= 0 and each.paid >= 0 for each in loan.instalments)
    if not _was_added_to(loan):
        assert all(each.paid + each.remaining <= each.amount for each in loan.instalments)
    if not loan.transaction_count:
        return
    given_up = loan.written_off
    assert (loan.status == "WRITTEN_OFF") == (given_up is not None)
    principal = given_up.principal if given_up else loan.principal
    scheduled = sum(fee.unpaid + fee.written_off for fee in loan.fees if fee.is_scheduled)
    assert schedule.remaining(loan.instalments) == principal + scheduled
    assert (loan.status in {"CLOSED", "WRITTEN_OFF"}) == (loan.total_outstanding == 0)
    assert loan.overpayment == 0 or loan.total_outstanding == 0
    assert loan.interest <= loan.accrual.charged
    assert loan.principal <= max(loan.disbursed + loan.principal_adjusted, 0)
    if given_up:
        assert given_up.fees == sum(fee.written_off for fee in loan.fees)
        assert 0 <= loan.recovered <= given_up.amount


def _was_added_to(loan: Loan) -> bool:
    """Tell whether principal was added, for which an instalment asked beyond its amount."""
    return any(
        isinstance(each.event, AdjustmentMade)
        and each.event.principal_delta > 0
        and each.transaction_id not in loan.reversed_ids
        for each in loan.postings
    )


def loan_of(caller: Caller, account_id: str) -> Loan:
    """Fold one account from the journal."""
    entries = [as_entry(read) for read in caller.entries() if read.subject_id == account_id]
    return cast("Loan", fold(None, entries))
