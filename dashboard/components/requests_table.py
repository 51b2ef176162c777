"""Requests as a table: those that the reader may decide are marked and stand first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dashboard import formats, request_words, services
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.whose import Known, customer_cell
from dashboard.queries.approvals import LIMIT_OF_KIND, Reader, RequestRow
from dashboard.queries.known_customers import known_customers
from dashboard.queries.rights import decides_requests
from proto.values import Money

COLUMNS: Final = (
    Column("Request"),
    Column("Amount", right=True),
    Column("Account"),
    Column("Customer"),
    Column("Asked by"),
    Column("Asked"),
    Column("Reason"),
    Column("Priority"),
    Column("Status"),
)


def requests_table(
    label: str, rows: Sequence[RequestRow], reader: Reader, now: datetime, *, key: str
) -> str:
    """Show requests; give what was just opened, `request:<id>` or `customer:<id>`."""
    customers = (each.customer_id for each in rows)
    known = known_customers(services.database(), reader.roles, customers)
    told = [_row(each, reader, known, now) for each in rows]
    return records_table(label, COLUMNS, told, key=key)


def may_decide(row: RequestRow, reader: Reader) -> bool:
    """Tell whether the reader may decide it, as far as the list can tell."""
    limit = reader.limits.get(LIMIT_OF_KIND.get(row.kind, ""), Money(0))
    reached = row.amount is not None and row.amount <= limit
    is_others = row.requested_by != reader.staff_id
    return decides_requests(reader.roles) and row.status == "pending" and is_others and reached


def _row(row: RequestRow, reader: Reader, known: Known, now: datetime) -> Row:
    flags = (request_words.STRUCTURING,) if row.structuring else ()
    asked_at = row.requested_at
    who = row.requested_by_name or row.requested_by or ""
    return Row(
        (
            Cell(
                text=request_words.kind(row.kind),
                tip=row.number,
                opens=f"request:{row.request_id}",
            ),
            Cell(text=formats.money(row.amount)),
            Cell(text=request_words.account_of(row), code=True),
            customer_cell(row.customer_id, known),
            Cell(text="You" if row.requested_by == reader.staff_id else who, tip=who),
            Cell(
                text=formats.with_age(asked_at, now) if asked_at else formats.NOT_KNOWN,
                tip=formats.exact(asked_at) if asked_at else "",
            ),
            Cell(text=request_words.reason(row.reason)),
            Cell(badges=(request_words.priority(row.priority),)),
            Cell(badges=(request_words.status(row.status), *flags)),
        ),
        marked=may_decide(row, reader),
    )
