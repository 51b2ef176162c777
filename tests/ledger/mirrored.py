"""I3: the read models, made by the projector's own fold, say what the ledger says."""

from typing import Any, Final

from bson import Decimal128

from ledger.domain.history import State
from ledger.domain.loan import Loan
from ledger.domain.request import Request
from ledger.domain.staff import Staff
from ledger.journal import Entry
from projector import batch, match
from projector.happening import PORTFOLIO, TRANSACTIONS, Documents, Stored
from projector.projections import portfolio
from projector.projections.account_schedule import STATUSES
from proto.codec import stored_money
from proto.servicing_pb2 import Balances
from tests.projected import item_of

RUNNING: Final = frozenset({"ACTIVE", "SUSPENDED"})


class Mirrored:
    """Every document that the entries make, in memory, one entry after the other."""

    def __init__(self) -> None:
        self._documents = Documents()
        self._places: dict[str, tuple[str, str]] = {}

    def take(self, entry: Entry) -> None:
        """Fold the next entry as it is published."""
        item = item_of(entry)
        for collection, keys in batch.needs([item]).keys.items():
            self._documents.load(collection, keys, ())
        collection, key = self._places[entry.subject_id] = item.subject_place
        self._documents.load(collection, (key,), ())
        batch.fold([item], self._documents)

    def check(self, subject_id: str, state: State) -> None:
        """Hold the subject's document against its fold in the ledger."""
        document = self._documents.get(*self._places[subject_id]) or {}
        assert document["ver"] == state.version
        if isinstance(state, Loan):
            self._check_loan(document, state)
        if isinstance(state, Request):
            assert (document["status"], document["kind"]) == (state.status, state.kind)
            if state.status in ("approved", "rejected"):
                assert document["decidedBy"] == state.decided_by
            assert document["commandHash"] == state.command_hash
        if isinstance(state, Staff):
            assert (document["enabled"], tuple(document["roles"])) == (state.enabled, state.roles)
            assert _amounts(document["limits"]) == state.limits
            revoked = [(key["keyId"], "revokedAt" in key) for key in document.get("keys", ())]
            assert revoked == [(key.key_id, key.is_revoked) for key in state.keys]

    def check_balances(self, account_id: str, balances: Balances) -> None:
        """Hold an account's document against what the ledger answers of its version."""
        document = match.flat(self._documents.get(*self._places[account_id]) or {})
        for path, value in match.told(balances).items():
            assert document.get(path, match.ZERO) == value, (account_id, path)

    def check_portfolio(self, loans: list[Loan]) -> None:
        """Hold the sums over all accounts against the loans that run."""
        self._documents.load(*portfolio.PLACE[:1], portfolio.PLACE[1:], ())
        buckets = (self._documents.get(PORTFOLIO, portfolio.NOW) or {}).get("buckets", {}).values()
        running = [loan for loan in loans if loan.status in RUNNING]
        assert sum(each["accounts"] for each in buckets) == len(running)
        owed = sum(stored_money(each["outstanding"]) for each in buckets)
        assert owed == sum(loan.total_outstanding for loan in running)

    def _check_loan(self, document: Stored, loan: Loan) -> None:
        assert _cents(document["balances"].get("totalPaid")) == loan.total_paid
        stored = [
            (fee["transactionId"], *(_cents(fee.get(name)) for name in _OF_A_FEE))
            for fee in document.get("fees", ())
        ]
        assert stored == [
            (fee.transaction_id, fee.amount, fee.paid, fee.waived, fee.written_off)
            for fee in loan.fees
        ]
        for payment, each in zip(
            document["repaymentSchedule"]["payments"], loan.instalments, strict=True
        ):
            remaining = payment.get("amountRemaining", payment["amount"])
            assert payment["paymentNumber"] == each.payment_number
            assert _cents(payment.get("amountPaid")) == each.paid
            assert _cents(remaining) == each.remaining
            assert payment["status"] == STATUSES[each.status]
        for posting in loan.postings:
            assert self._documents.get(TRANSACTIONS, str(posting.transaction_id))


_OF_A_FEE: Final = ("amount", "paid", "waived", "writtenOff")


def _cents(stored: Decimal128 | None) -> int:
    return 0 if stored is None else stored_money(stored)


def _amounts(stored: dict[str, Any]) -> dict[str, int]:
    return {name: stored_money(each) for name, each in stored.items()}
