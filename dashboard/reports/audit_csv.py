"""The audit trail as a CSV file: exactly the rows that the filter leaves, in its order.

Ties to: the count and the rows of `queries.audit` under the same filter, row by row.
"""

from collections.abc import Callable, Iterable
from typing import Final

from dashboard.csv_files import ROWS_MAX, CsvFile, csv_file
from dashboard.formats import exact
from dashboard.queries.audit import UNREADABLE, AuditRow

TIES_TO: Final = "queries.audit.every_row under the same filter, row by row"

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


def audit_csv(
    rows: Iterable[AuditRow],
    tell: Callable[[int], None] = lambda _: None,
    rows_max: int = ROWS_MAX,
) -> CsvFile:
    """Write the rows, telling after every thousand how many are written."""
    return csv_file(COLUMNS, map(_cells, rows), tell, rows_max)


def _cells(row: AuditRow) -> tuple[object, ...]:
    return (
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
