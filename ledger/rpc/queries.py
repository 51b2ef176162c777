"""Questions about the books, answered from what is committed at that moment."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from ledger.domain.business_day import business_date
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan
from ledger.domain.money import total
from ledger.domain.schedule import Instalment
from ledger.errors import Refusal, Refused
from ledger.journal import Entry, Journal
from ledger.rpc import answers, fields
from ledger.states import States, as_loan, event_of
from proto import accounting_ledger_pb2 as ledger_pb
from proto.events import PostingEvent
from proto.values import Instant

PAGE_DEFAULT: Final = 100
PAGE_MAX: Final = 1_000


class Queries:
    """Every read of the ledger. Nothing here waits for the writer."""

    def __init__(self, journal: Journal, states: States, now: Callable[[], Instant]) -> None:
        self._journal, self._states, self._now = journal, states, now

    def loan(self, account_id: str, field: str = "loan_account_id") -> Loan:
        """Give an account. Refused when the ledger has none of that id."""
        loan = as_loan(self._states.load(account_id)) if account_id else None
        if loan is None:
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger has no account {account_id[:64]}.",
                field=field,
            )
        return loan

    def balance(self, request: ledger_pb.GetBalanceRequest) -> ledger_pb.GetBalanceResponse:
        """What is owed now."""
        as_of = self._now()
        loan = self.loan(request.loan_account_id)
        return ledger_pb.GetBalanceResponse(
            loan_account_id=loan.account_id,
            principal_balance=str(loan.principal),
            fee_balance=str(loan.fee_balance),
            total_outstanding=str(loan.total_outstanding),
            as_of=answers.timestamp(as_of),
            interest_balance=str(loan.interest),
            account_version=loan.version,
        )

    def ledger_record(
        self, request: ledger_pb.GetLedgerRecordRequest
    ) -> ledger_pb.LedgerRecordResponse:
        """The account as the ledger knows it."""
        loan = self.loan(request.loan_account_id)
        return ledger_pb.LedgerRecordResponse(
            loan_account_id=loan.account_id,
            account_number=loan.account_number,
            customer_id=loan.customer_id,
            application_number=loan.application_number,
            disbursed_principal=str(loan.disbursed),
            establishment_fee=str(loan.loan_fee),
            total_repayable=str(loan.total_payable),
            principal_balance=str(loan.principal),
            fee_balance=str(loan.fee_balance),
            total_outstanding=str(loan.total_outstanding),
            total_paid=str(loan.total_paid),
            transaction_count=loan.transaction_count,
            last_transaction_id=loan.last_transaction_id or None,
            schedule_id=loan.schedule_id or None,
            created_at=answers.timestamp(loan.created_at),
            updated_at=answers.timestamp(loan.updated_at),
            interest_balance=str(loan.interest),
            account_version=loan.version,
            status=answers.ACCOUNT_STATUS.get(loan.status, "unknown"),
            overpayment_balance=str(loan.overpayment),
        )

    def transactions(
        self, request: ledger_pb.GetTransactionsRequest
    ) -> ledger_pb.GetTransactionsResponse:
        """The account's transactions, newest first; dates are effective dates."""
        loan = self.loan(request.loan_account_id)
        limit = page_size("limit", request.limit)
        first = fields.calendar_date("from_date", request.from_date)
        last = fields.calendar_date("to_date", request.to_date)
        found = [
            each
            for each in self._transactions(loan.account_id)
            if (not first or each.effective_date >= first)
            and (not last or each.effective_date <= last)
            and (not request.type_filter or each.type == request.type_filter)
        ]
        return ledger_pb.GetTransactionsResponse(
            loan_account_id=loan.account_id,
            transactions=found[::-1][:limit],
            total_count=len(found),
        )

    def _transactions(self, account_id: str) -> Iterator[ledger_pb.Transaction]:
        for entry in self.history(account_id):
            posting = as_posting(event_of(entry))
            if posting is not None:
                yield _transaction(posting, entry)

    def transactions_after(
        self, account_id: str, version: int
    ) -> tuple[list[ledger_pb.Transaction], int]:
        """Give the transactions after a version of the account, and the last one read."""
        found = []
        for entry in self.history(account_id, version):
            version = entry.version
            posting = as_posting(event_of(entry))
            if posting is not None:
                found.append(_transaction(posting, entry))
        return found, version

    def history(self, subject_id: str, version: int = 0) -> Iterator[Entry]:
        """Give the entries of a subject after a version, in order, a page at a time."""
        while entries := self._journal.read_subject(subject_id, version, PAGE_MAX):
            yield from entries
            version = entries[-1].version

    def schedule(
        self, request: ledger_pb.GetScheduleWithStatusRequest
    ) -> ledger_pb.ScheduleWithStatusResponse:
        """The instalments and what became of them, as of today in Sydney."""
        loan = self.loan(self._account_of(request))
        today = business_date(self._now())
        return ledger_pb.ScheduleWithStatusResponse(
            schedule_id=loan.schedule_id,
            loan_account_id=loan.account_id,
            customer_id=loan.customer_id,
            application_number=loan.application_number,
            instalments=[_instalment(each, today) for each in loan.instalments],
            summary=_summary(loan, today),
        )

    def _account_of(self, request: ledger_pb.GetScheduleWithStatusRequest) -> str:
        """Find the account by whichever id was given."""
        kind = request.WhichOneof("identifier")
        if kind is None:
            raise fields.invalid("loan_account_id", "or another identifier must be given.")
        value: str = getattr(request, kind)
        if kind == "loan_account_id":
            return value
        found = self._journal.subject_named(kind, value)
        if found is None:
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger has no account with the {kind} {value[:64]}.",
                field=kind,
            )
        return found


def _transaction(posting: PostingEvent, entry: Entry) -> ledger_pb.Transaction:
    return answers.transaction(
        posting,
        event_id=entry.event_id,
        version=entry.version,
        actor=entry.actor,
        recorded_at=Instant.parse(entry.recorded_at),
    )


def page_size(field: str, asked: int) -> int:
    """Read how many are asked for; 0: as many as a page has."""
    return fields.count(field, asked, least=0, most=PAGE_MAX) or PAGE_DEFAULT


def _instalment(each: Instalment, today: date) -> ledger_pb.InstalmentWithStatus:
    return ledger_pb.InstalmentWithStatus(
        payment_number=each.payment_number,
        due_date=each.due_date,
        scheduled_amount=str(each.amount),
        status=each.standing(today),
        amount_paid=str(each.paid),
        amount_remaining=str(each.remaining),
        paid_date=each.paid_date,
        linked_transaction_ids=each.transaction_ids,
        last_updated=str(each.updated_at) if each.updated_at else None,
    )


def _summary(loan: Loan, today: date) -> ledger_pb.ScheduleSummary:
    standings = [each.standing(today) for each in loan.instalments]
    following = next((each for each in loan.instalments if each.remaining), None)
    return ledger_pb.ScheduleSummary(
        total_instalments=len(standings),
        paid_count=standings.count("PAID"),
        partial_count=standings.count("PARTIAL"),
        overdue_count=standings.count("OVERDUE"),
        pending_count=standings.count("PENDING"),
        next_due_date=following.due_date if following else None,
        next_due_amount=str(following.remaining) if following else None,
        total_scheduled=str(total(each.amount for each in loan.instalments)),
        total_paid=str(total(each.paid for each in loan.instalments)),
        total_remaining=str(total(each.remaining for each in loan.instalments)),
    )
