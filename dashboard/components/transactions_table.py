"""An account's history: filtered, paged by the server, newest first."""

from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.components.address_fields import day_of, some_of
from dashboard.components.pager import Pager
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.transaction_panel import ADDRESS, transaction_panel
from dashboard.queries.staff_names import staff_names
from dashboard.queries.transactions import (
    GROUPS,
    Cursor,
    TransactionFigures,
    TransactionFilter,
    TransactionView,
    transactions,
)
from dashboard.session import SignedIn

COLUMNS: Final = (
    Column("Date", whole=True),
    Column("Type"),
    Column("Amount", right=True),
    Column("Fees", right=True),
    Column("Principal", right=True),
    Column("Balance", right=True),
    Column("By"),
    Column("Reference"),
)


def transactions_table(signed_in: SignedIn, loan_account_id: str) -> None:
    """Show the filters and the page of transactions that they leave."""
    chosen = _filters()
    pages = Pager[Cursor]("transaction-pages", (loan_account_id, chosen))
    page = transactions(services.database(), signed_in.roles, loan_account_id, chosen, pages.after)
    if not page.rows:
        _nothing(chosen)
        return
    names = staff_names(services.database(), {str(each.created_by) for each in page.rows})
    columns = COLUMNS if isinstance(page.rows[0], TransactionView) else COLUMNS[:-1]
    above = st.container()
    chosen_now = records_table(
        "Transactions",
        columns,
        [transaction_row(each, names) for each in page.rows],
        key=f"transactions-{loan_account_id}",
    )
    if chosen_now:
        st.query_params[ADDRESS] = chosen_now
    opened = st.query_params.get(ADDRESS, "")
    if opened:
        with above:
            transaction_panel(signed_in, loan_account_id, opened)
    pages.turn(page.following, page.count, "transaction")


def _filters() -> TransactionFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        groups = some_of("Type", "group", {code: code.capitalize() for code in GROUPS})
        first = day_of("From", "posted_from", width=130)
        last = day_of("To", "posted_to", width=130)
    return TransactionFilter(tuple(sorted(groups)), first, last)


def _nothing(chosen: TransactionFilter) -> None:
    if chosen.is_set:
        st.markdown("No transaction matches. Clear a type or widen the dates to see more.")
    else:
        st.markdown("No transactions are known for this account yet.")


def transaction_row(each: TransactionFigures, names: dict[str, str]) -> Row:
    """Tell one transaction; references only where the reader may see them."""
    reference: tuple[Cell, ...] = ()
    if isinstance(each, TransactionView):
        reference = (Cell(text=each.payment_reference or each.reference_id or ""),)
    return Row(
        (
            Cell(
                text=formats.day_and_clock(each.transaction_date),
                tip=formats.exact(each.transaction_date),
            ),
            Cell(
                text=formats.transaction_type(each.type),
                tip=each.transaction_id,
                opens=each.transaction_id,
            ),
            Cell(text=formats.money(each.amount)),
            Cell(text=formats.change(each.fee_delta)),
            Cell(text=formats.change(each.principal_delta)),
            Cell(text=formats.money(each.total_after)),
            Cell(text=names.get(each.created_by, each.created_by), tip=each.created_by),
            *reference,
        )
    )
