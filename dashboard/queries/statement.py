"""The statement of an account for a period, asked of the ledger itself."""

from datetime import date
from typing import cast

from msgspec import Struct

from dashboard.formats import wire_money
from dashboard.ledger_client import Caller, LedgerClient
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

_RPC = "AccountingLedgerService/GetStatement"


class StatementLine(Struct, frozen=True):
    """One posting: a charge or a payment, and the balance after it."""

    date: str
    transaction_id: str
    description: str
    charge: Money | None
    payment: Money | None
    balance: Money | None


class Statement(Struct, frozen=True, kw_only=True):
    """What was charged and paid from the first to the last day, both included."""

    account_number: str
    first: str
    last: str
    opening: Money | None
    charged: Money | None
    paid: Money | None
    closing: Money | None
    lines: tuple[StatementLine, ...]


def statement(
    client: LedgerClient, caller: Caller, loan_account_id: str, first: date, last: date
) -> Statement:
    """Ask for a statement. Raises LedgerRefused or LedgerFault."""
    question = ledger.GetStatementRequest(
        loan_account_id=loan_account_id,
        period_start=first.isoformat(),
        period_end=last.isoformat(),
    )
    answer = cast("ledger.StatementResponse", client.ask(_RPC, question, caller))
    return Statement(
        account_number=answer.account_number,
        first=answer.period_start,
        last=answer.period_end,
        opening=wire_money(answer.opening_balance),
        charged=wire_money(answer.fees_charged),
        paid=wire_money(answer.payments_received),
        closing=wire_money(answer.closing_balance),
        lines=tuple(_line(each) for each in answer.lines),
    )


def _line(told: ledger.StatementLine) -> StatementLine:
    return StatementLine(
        date=told.date,
        transaction_id=told.transaction_id,
        description=told.description,
        charge=wire_money(told.charge) if told.HasField("charge") else None,
        payment=wire_money(told.payment) if told.HasField("payment") else None,
        balance=wire_money(told.balance),
    )
