"""The rows behind a figure of the overview: postings of the period, or accounts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components.period import THIS_MONTH, TODAY, days_of
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.queries.portfolio import (
    ROWS,
    AccountRow,
    Place,
    PostingRow,
    accounts_in,
    postings_of,
)
from dashboard.reports import money_in, receivables, waived_fees, written_off
from dashboard.session import SignedIn

SHOWN: Final = "rows"
BUCKET: Final = "bucket-"
POSTINGS: Final = {
    "collected": ("Money in", (*money_in.TYPES, "REVERSAL")),
    "collected-today": ("Money in today", (*money_in.TYPES, "REVERSAL")),
    "collected-month": ("Money in this month", (*money_in.TYPES, "REVERSAL")),
    "waived": ("Fee waivers", (*waived_fees.TYPES, "REVERSAL")),
    "written-off": ("Write-offs", (*written_off.TYPES, "REVERSAL")),
}
"""What a figure is made of; a reversal of any kind is listed with it."""

NOT_OF_THE_PERIOD: Final = {"collected-today": TODAY, "collected-month": THIS_MONTH}
"""Figures that have a period of their own."""

ACCOUNT_COLUMNS: Final = (
    Column("Account"),
    Column("Customer"),
    Column("Status"),
    Column("Total owing", right=True),
)
POSTING_COLUMNS: Final = (
    Column("When", whole=True),
    Column("Type"),
    Column("Amount", right=True),
    Column("Reason"),
    Column("Account"),
    Column("By"),
)


def leads_to(name: str, key: str) -> None:
    """Offer the rows behind the figure above."""
    st.button("Show rows", key=f"rows-{key}", type="tertiary", on_click=_choose, args=(name,))


def _choose(name: str) -> None:
    st.query_params[SHOWN] = name
    session.put(SHOWN, [])


def chosen_rows(signed_in: SignedIn, first: date, last: date) -> None:
    """Show the rows that the address asks for, page by page."""
    name = st.query_params.get(SHOWN, "")
    way: list[object] = session.slot(SHOWN, list)
    after = way[-1] if way else None
    if name in POSTINGS:
        title, types = POSTINGS[name]
        if name in NOT_OF_THE_PERIOD:
            found_days = days_of(NOT_OF_THE_PERIOD[name], formats.today(datetime.now(UTC)))
            first, last = found_days[0] or first, found_days[1] or last
        st.markdown(f"#### {title}")
        place = after if isinstance(after, Place) else None
        found = postings_of(services.database(), signed_in.roles, types, first, last, place)
        _table(title, POSTING_COLUMNS, [_posting(each) for each in found])
        end: object = Place(found[-1].created_at, found[-1].position) if found else None
        _turn(way, end if len(found) == ROWS else None)
    elif name == "accounts" or name.removeprefix(BUCKET) in receivables.BUCKETS:
        bucket = name.removeprefix(BUCKET) if name != "accounts" else ""
        st.markdown(f"#### Accounts{': ' + receivables.BUCKETS[bucket] if bucket else ''}")
        since = after if isinstance(after, str) else ""
        accounts = accounts_in(services.database(), signed_in.roles, bucket, since)
        _table("Accounts", ACCOUNT_COLUMNS, [_account(each) for each in accounts])
        _turn(way, str(accounts[-1].loan_account_id) if len(accounts) == ROWS else None)
    else:
        quiet("Show rows under a figure lists what it is made of.")


def _table(label: str, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    if rows:
        records_table(label, columns, rows, key=f"overview-{label}")
    else:
        st.markdown("There are none in this period.")


def _turn(way: list[object], end: object) -> None:
    if not way and end is None:
        return
    with st.container(horizontal=True):
        st.button("Previous", key="rows-previous", disabled=not way, on_click=_back, args=(way,))
        st.button("Next", key="rows-next", disabled=end is None, on_click=way.append, args=(end,))


def _back(way: list[object]) -> None:
    way.pop()


def _posting(each: PostingRow) -> Row:
    return Row(
        (
            Cell(text=formats.day_and_clock(each.created_at), tip=formats.exact(each.created_at)),
            Cell(text=formats.transaction_type(each.type), tip=each.transaction_id),
            Cell(text=formats.money(each.amount)),
            Cell(text=each.reason_code or ""),
            Cell(text=each.loan_account_id, code=True),
            Cell(text=each.created_by),
        )
    )


def _account(each: AccountRow) -> Row:
    days = each.aging.current_dpd if each.aging else None
    return Row(
        (
            Cell(text=each.account_number, tip=each.loan_account_id, code=True),
            Cell(text=each.customer_id_string or "", code=True),
            Cell(badges=(formats.account_badge(each.account_status, days),)),
            Cell(text=formats.money(each.balances.total_outstanding if each.balances else None)),
        )
    )
