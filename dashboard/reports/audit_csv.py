"""The audit trail as a CSV file: exactly the rows that the filter leaves, in its order.

Ties to: the count and the rows of `queries.audit` under the same filter, row by row.
"""

import csv
import io
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from msgspec import Struct

from dashboard.formats import exact
from dashboard.queries.audit import UNREADABLE, AuditRow

TIES_TO: Final = "queries.audit.every_row under the same filter, row by row"

ROWS_MAX: Final = 100_000
"""A file of this many rows opens in a spreadsheet; whoever needs more narrows the dates."""

ROWS_A_STEP: Final = 1_000

COLUMNS: Final = (
    "event_id",
    "position",
    "recorded_at_utc",
    "event_type",
    "transaction_type",
    "amount",
    "actor",
    "approved_by",
    "requested_by",
    "request_id",
    "reason_code",
    "account_id",
    "customer_id",
    "transaction_id",
    "review_status",
    "reviewed_by",
    "reviewed_at_utc",
    "hash",
)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class CsvFile(Struct, frozen=True):
    """The file, how many rows are in it, and whether more would have matched."""

    content: bytes
    rows: int
    is_cut: bool


def audit_csv(
    rows: Iterable[AuditRow],
    tell: Callable[[int], None] = lambda _: None,
    rows_max: int = ROWS_MAX,
) -> CsvFile:
    """Write the rows, telling after every thousand how many are written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    written, waiting = 0, iter(rows)
    for row in islice(waiting, rows_max):
        writer.writerow([inert_cell(each) for each in _cells(row)])
        written += 1
        if written % ROWS_A_STEP == 0:
            tell(written)
    is_cut = next(waiting, None) is not None
    return CsvFile(text.getvalue().encode("utf-8-sig"), written, is_cut)


def inert_cell(text: str) -> str:
    """Keep a spreadsheet from running what a cell begins with."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(row: AuditRow) -> list[str]:
    told = (
        row.event_id,
        row.position,
        None if row.event_type == UNREADABLE else exact(row.recorded_at),
        row.event_type,
        row.transaction_type,
        row.amount,
        row.actor,
        row.approved_by,
        row.requested_by,
        row.request_id,
        row.reason_code,
        row.loan_account_id,
        row.customer_id,
        row.transaction_id,
        row.review_status,
        row.reviewed_by,
        exact(row.reviewed_at) if row.reviewed_at else None,
        row.hash,
    )
    return ["" if each is None else str(each) for each in told]
