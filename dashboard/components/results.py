"""The results of a search, grouped, the best match first."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.hits import Line, account_line, customer_line, transaction_line
from dashboard.components.opening import open_chosen
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import inert
from dashboard.queries.found import CHARACTERS_MIN, CustomerOutlineHit, Found
from dashboard.queries.looks import HITS_MAX

CUSTOMER_COLUMNS: Final = (Column("Customer"), Column("Id"), Column("Contact"), Column("Flags"))
ACCOUNT_COLUMNS: Final = (
    Column("Account"),
    Column("Status"),
    Column("Customer"),
    Column("Total owing", right=True),
)
TRANSACTION_COLUMNS: Final = (
    Column("Reference"),
    Column("Transaction"),
    Column("Amount", right=True),
)


def results(found: Found) -> None:
    """Show what was found, or what to do when nothing was."""
    if not found.text:
        st.markdown(
            "Find a customer by name, e-mail, mobile or id, an account by its number or"
            " application, a payment by its reference or transaction id:"
            f" type at least {CHARACTERS_MIN} characters above. Enter opens the best match."
        )
        return
    if found.is_too_short:
        st.markdown(f"Type at least {CHARACTERS_MIN} characters to search.")
        return
    if found.too_broad:
        st.info("There is too much to look through for this text: type more to see everything.")
    if found.is_empty:
        st.markdown(
            f"Nothing matches **{inert(found.text)}**. Check the spelling, or try a part of the"
            " name, the last digits of the mobile, or an id."
        )
        return
    if found.transactions_first:
        _transactions(found)
    if found.accounts_first:
        _accounts(found)
    _customers(found)
    if not found.accounts_first:
        _accounts(found)
    if not found.transactions_first:
        _transactions(found)


def recents(hits: Sequence[CustomerOutlineHit]) -> None:
    """Show whom somebody opened last."""
    if hits:
        st.markdown("##### Opened last")
        rows = [_customer_row(customer_line(each)) for each in hits]
        _table("Opened last", CUSTOMER_COLUMNS, rows)


def _customers(found: Found) -> None:
    if found.customers:
        _heading("Customers", len(found.customers), more=found.more_customers)
        lines = [customer_line(each) for each in found.customers]
        _table("Customers", CUSTOMER_COLUMNS, [_customer_row(line) for line in lines])


def _accounts(found: Found) -> None:
    if found.accounts:
        _heading("Accounts", len(found.accounts), more=found.more_accounts)
        lines = [account_line(each) for each in found.accounts]
        _table("Accounts", ACCOUNT_COLUMNS, [_account_row(line) for line in lines])


def _transactions(found: Found) -> None:
    if found.transactions:
        _heading("Transactions", len(found.transactions), more=found.more_transactions)
        lines = [transaction_line(each) for each in found.transactions]
        _table("Transactions", TRANSACTION_COLUMNS, [_transaction_row(line) for line in lines])


def _heading(title: str, count: int, *, more: bool) -> None:
    st.markdown(f"##### {title} :gray[{f'{HITS_MAX}+' if more else count}]")


def _table(label: str, columns: tuple[Column, ...], rows: Sequence[Row]) -> None:
    chosen = records_table(label, columns, rows, key=f"results-{label.lower().replace(' ', '-')}")
    if chosen:
        open_chosen(chosen)


def _customer_row(line: Line) -> Row:
    return Row(
        (
            Cell(text=line.title or line.code, opens=line.opens),
            Cell(text=line.code, code=True),
            Cell(text=line.more),
            Cell(badges=line.badges),
        )
    )


def _account_row(line: Line) -> Row:
    return Row(
        (
            Cell(text=line.code, opens=line.opens),
            Cell(badges=line.badges),
            Cell(text=line.more),
            Cell(text=line.figure),
        )
    )


def _transaction_row(line: Line) -> Row:
    return Row(
        (
            Cell(text=line.code, opens=line.opens),
            Cell(text=line.more),
            Cell(text=line.figure),
        )
    )
