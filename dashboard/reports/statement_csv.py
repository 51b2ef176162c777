"""A statement as a file for spreadsheets."""

import csv
import io
from typing import Final

from dashboard.csv_files import inert_cell
from dashboard.queries.statement import Statement
from proto.values import Money

TIES_TO: Final = "queries.statement: its lines, opening and closing balance, one by one"

HEADINGS: Final = ("Date", "Transaction", "Description", "Charge", "Payment", "Balance")


def statement_csv(told: Statement) -> str:
    """Write opening balance, lines and closing balance; no text is read as a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    writer.writerow((told.first, "", "Opening balance", "", "", _amount(told.opening)))
    for line in told.lines:
        words = (line.date, line.transaction_id, line.description)
        amounts = (line.charge, line.payment, line.balance)
        writer.writerow([*map(inert_cell, words), *map(_amount, amounts)])
    writer.writerow((told.last, "", "Closing balance", "", "", _amount(told.closing)))
    return file.getvalue()


def _amount(amount: Money | None) -> str:
    return "" if amount is None else str(amount)
