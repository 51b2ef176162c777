"""Questions to a ledger as one actor, each in a line."""

from datetime import UTC, date, datetime
from typing import Any

from ledger.domain.business_day import business_date
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.values import Money
from tests.builders import Caller


def today() -> date:
    """Give the business date."""
    return business_date(datetime.now(UTC))


def reconciliation(caller: Caller, first: str, last: str) -> ledger_pb.GLReconciliationResponse:
    """Ask what moved in a period."""
    return caller.accounting.GetGLReconciliation(
        ledger_pb.GetGLReconciliationRequest(period_start=first, period_end=last),
        metadata=caller.metadata(),
    )


def trial_balance(caller: Caller, day: str = "") -> dict[str, int]:
    """Ask for every account's balance in cents by its code, debits above zero."""
    found = caller.loans.TrialBalance(
        pb.TrialBalanceRequest(as_of_date=day), metadata=caller.metadata()
    )
    assert found.total_debit == found.total_credit
    return {
        line.account_code: Money.parse(line.debit) - Money.parse(line.credit)
        for line in found.lines
    }


def portfolio(caller: Caller, day: str = "") -> ledger_pb.PortfolioSummaryResponse:
    """Ask what everybody owes."""
    return caller.accounting.GetPortfolioSummary(
        ledger_pb.GetPortfolioSummaryRequest(as_of_date=day), metadata=caller.metadata()
    )


def balance_at(caller: Caller, account: str, **when: Any) -> ledger_pb.GetBalanceResponse:  # noqa: ANN401 - fields of the request
    """Ask what was owed."""
    known_at = when.pop("known_at", None)
    request = pb.GetBalanceAtRequest(loan_account_id=account, **when)
    if known_at is not None:
        request.known_at.FromDatetime(known_at)
    return caller.loans.GetBalanceAt(request, metadata=caller.metadata())


def statement(caller: Caller, account: str, first: str, last: str) -> ledger_pb.StatementResponse:
    """Ask for a statement."""
    return caller.accounting.GetStatement(
        ledger_pb.GetStatementRequest(loan_account_id=account, period_start=first, period_end=last),
        metadata=caller.metadata(),
    )


def ageing(caller: Caller, account: str) -> ledger_pb.AccountAgingResponse:
    """Ask how late an account is."""
    return caller.accounting.GetAccountAging(
        ledger_pb.GetAccountAgingRequest(account_id=account), metadata=caller.metadata()
    )


def overdue(caller: Caller, **fields: Any) -> ledger_pb.OverdueAccountsResponse:  # noqa: ANN401 - the same
    """Ask who is behind."""
    return caller.accounting.GetOverdueAccounts(
        ledger_pb.GetOverdueAccountsRequest(**fields), metadata=caller.metadata()
    )


def watch(caller: Caller, account: str, from_transaction_id: str = "") -> Any:  # noqa: ANN401 - a call and an iterator
    """Watch an account."""
    return caller.accounting.WatchTransactions(
        ledger_pb.WatchTransactionsRequest(
            loan_account_id=account, from_transaction_id=from_transaction_id
        ),
        metadata=caller.metadata(),
        timeout=60,
    )


def reveal(caller: Caller, event_id: str, purpose: str = "the customer asks") -> pb.RevealResponse:
    """Read an event's free texts."""
    return caller.journal.Reveal(
        pb.RevealRequest(event_id=event_id, purpose=purpose), metadata=caller.metadata()
    )


def set_read_only(caller: Caller, *, read_only: bool, reason: str = "month end") -> bool:
    """Throw the switch, and tell how it stands."""
    answer = caller.operations.SetReadOnly(
        pb.SetReadOnlyRequest(read_only=read_only, reason=reason), metadata=caller.metadata()
    )
    return answer.read_only


def state_at(caller: Caller, account: str, version: int) -> pb.GetStateAtResponse:
    """Ask for an account at a version."""
    return caller.journal.GetStateAt(
        pb.GetStateAtRequest(account_id=account, version=version), metadata=caller.metadata()
    )
