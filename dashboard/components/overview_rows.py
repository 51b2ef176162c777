"""The rows behind a figure of the overview, opened over it and named in the address."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import streamlit as st

from dashboard import event_words, formats, request_words, services, session
from dashboard.components.opening import link_to, link_to_address, open_chosen
from dashboard.components.pager import Pager, start_over
from dashboard.components.period import THIS_MONTH, TODAY, days_of, period_asked
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.whose import Known, customer_cell
from dashboard.queries.known_customers import known_customers
from dashboard.queries.portfolio import match_score
from dashboard.queries.portfolio_rows import (
    READ_AT_ONCE,
    READS_MAX,
    REVERSAL,
    ROWS,
    AccountRow,
    Place,
    PostingRow,
    accounts_in,
    mismatches,
    postings_of,
    work_of,
)
from dashboard.queries.staff_names import staff_names
from dashboard.reports import money_in, receivables, waived_fees, written_off
from dashboard.session import SignedIn
from proto.values import Money

SHOWN: Final = "rows"
ACCOUNTS: Final = "accounts"
BUCKET: Final = "bucket-"
DAYS: Final = "in-"
REASON: Final = "waived-"
STAFF: Final = "staff-"
MATCH: Final = "match"
POSTINGS: Final = {
    "collected": ("Money in", money_in.TYPES),
    "collected-today": ("Money in today", money_in.TYPES),
    "collected-month": ("Money in this month", money_in.TYPES),
    "waived": ("Fee waivers", waived_fees.TYPES),
    "written-off": ("Write-offs", written_off.TYPES),
}
"""What a figure is made of; what took one of these back is listed with it."""

NOT_OF_THE_PERIOD: Final = {"collected-today": TODAY, "collected-month": THIS_MONTH}
"""Figures that have a period of their own."""

LESS: Final = frozenset({REVERSAL, "WRITE_OFF_UNDO"})
"""What takes away from the figure that it is listed under."""

_WAY: Final = "overview-way"
_CHOSEN: Final = "overview-chosen"

ACCOUNT_COLUMNS: Final = (
    Column("Account", whole=True),
    Column("Customer"),
    Column("Status"),
    Column("Total owing", right=True),
)
POSTING_COLUMNS: Final = (
    Column("When", whole=True),
    Column("Type"),
    Column("Amount", right=True),
    Column("Reason"),
    Column("Account", whole=True),
    Column("By"),
)
WORK_COLUMNS: Final = (
    Column("Day", whole=True),
    Column("What"),
    Column("Reason"),
    Column("Events", right=True),
    Column("Amount", right=True),
)
MATCH_COLUMNS: Final = (Column("Account"), Column("Field"), Column("Since"), Column("Seen"))


def leads_to(name: str, key: str) -> None:
    """Offer the rows behind the figure above."""
    st.button("Show rows", key=f"rows-{key}", type="tertiary", on_click=choose, args=(name,))


def choose(name: str) -> None:
    """Note which rows are wanted; the page opens them when it runs as a whole."""
    st.query_params[SHOWN] = name
    session.put(_CHOSEN, value=True)


def was_chosen() -> bool:
    """Tell once that rows were just wanted."""
    chosen: bool = session.slot(_CHOSEN, bool)
    session.forget(_CHOSEN)
    return chosen


def close() -> None:
    """Leave the rows."""
    st.query_params.pop(SHOWN, None)
    start_over(_WAY)


def title(first: date, last: date) -> str:
    """Say what the rows are that the address asks for."""
    name = st.query_params.get(SHOWN, "")
    if name == MATCH:
        return "Data Match score"
    if name.startswith(STAFF):
        who = name.removeprefix(STAFF)
        return f"What {staff_names(services.database(), {who})[who]} did"
    if name.removeprefix(BUCKET) in receivables.BUCKETS:
        return f"Accounts, {receivables.BUCKETS[name.removeprefix(BUCKET)].lower()}"
    if name.startswith(REASON):
        return (
            f"Fee waivers, {waived_fees.in_words(name.removeprefix(REASON)).lower() or 'no reason'}"
        )
    if name.startswith(DAYS):
        begins, ends = _named_days(name.removeprefix(DAYS), (first, last))
        until = f" to {formats.day(ends)}" if ends > begins else ""
        return f"Money in, {formats.day(begins)}{until}"
    return POSTINGS[name][0] if name in POSTINGS else "Accounts"


def chosen_rows(signed_in: SignedIn, first: date, last: date) -> None:
    """Show the rows that the address asks for, page by page."""
    name = st.query_params.get(SHOWN, "")
    if name == MATCH:
        _matched(signed_in)
    elif name.startswith(STAFF):
        _work(signed_in, name.removeprefix(STAFF), (first, last))
    elif name in POSTINGS or name.startswith((REASON, DAYS)):
        _postings(signed_in, name, (first, last))
    else:
        bucket = name.removeprefix(BUCKET)
        _accounts(signed_in, bucket if bucket in receivables.BUCKETS else "")


def _accounts(signed_in: SignedIn, bucket: str) -> None:
    pages = Pager[str](_WAY, ("accounts", bucket))
    accounts = accounts_in(services.database(), signed_in.roles, bucket, pages.after or "")
    customers = (each.customer_id_string for each in accounts)
    known = known_customers(services.database(), signed_in.roles, customers)
    _table("Accounts", ACCOUNT_COLUMNS, [_account(each, known) for each in accounts])
    pages.turn(str(accounts[-1].loan_account_id) if len(accounts) == ROWS else None)


def _postings(signed_in: SignedIn, name: str, days: tuple[date, date]) -> None:
    types: tuple[str, ...] = money_in.TYPES
    reason, (first, last) = None, days
    if name in POSTINGS:
        types = POSTINGS[name][1]
    elif name.startswith(REASON):
        types, reason = waived_fees.TYPES, name.removeprefix(REASON)
    elif name.startswith(DAYS):
        first, last = _named_days(name.removeprefix(DAYS), days)
    if name in NOT_OF_THE_PERIOD:
        own = days_of(NOT_OF_THE_PERIOD[name], formats.today(datetime.now(UTC)))
        first, last = own[0] or first, own[1] or last
    pages, database = Pager[Place](_WAY, (name, first, last)), services.database()
    page = postings_of(database, signed_in.roles, types, first, last, pages.after, reason)
    names = staff_names(database, {str(each.created_by) for each in page.rows})
    if page.rows or page.following is None:
        _table("Postings", POSTING_COLUMNS, [_posting(each, names) for each in page.rows])
    else:
        st.markdown(f"There are none among the newest {READS_MAX * READ_AT_ONCE:,}. Go on by Next.")
    pages.turn(page.following)


def _named_days(text: str, otherwise: tuple[date, date]) -> tuple[date, date]:
    """Read `2026-11-01_2026-11-07` within a period; garbled, it is the whole period."""
    try:
        first, last = (date.fromisoformat(each) for each in text.split("_"))
    except ValueError:
        return otherwise
    return max(first, otherwise[0]), min(last, otherwise[1])


def _work(signed_in: SignedIn, staff_id: str, days: tuple[date, date]) -> None:
    pages = Pager[tuple[str, str]](_WAY, (staff_id, days))
    page = work_of(services.database(), signed_in.roles, staff_id, *days, pages.after)
    rows = [
        Row(
            (
                Cell(text=formats.day(each.date)),
                Cell(text=event_words.of(each.event_type)),
                Cell(text=_reason(each.reason_code)),
                Cell(text=f"{each.count:,}"),
                Cell(text=_moved(each.amount, each.transaction_type)),
            )
        )
        for each in page.rows
    ]
    _table("Work", WORK_COLUMNS, rows)
    pages.turn(page.following)
    if signed_in.has("compliance"):
        link_to("audit.py", "Open each event in the audit", by=staff_id, **period_asked())


def _matched(signed_in: SignedIn) -> None:
    database = services.database()
    score = match_score(database, signed_in.roles)
    if score is not None:
        st.markdown(
            f"Accounts are compared in turn, again and again. Of the last {score.checked:,}"
            f" comparisons {score.matched:,} found the account on the screens as the ledger's"
            f" events make it; the newest is of {formats.day_and_clock(score.at)}."
        )
    rows = [
        Row(
            (
                Cell(text=each.loan_account_id, code=True, opens=f"account:{each.loan_account_id}"),
                Cell(text=each.field),
                Cell(text=event_words.of(each.since_event_type)),
                Cell(text=formats.day_and_clock(each.seen_at), tip=formats.exact(each.seen_at)),
            )
        )
        for each in mismatches(database, signed_in.roles)
    ]
    if rows:
        _table("Mismatches", MATCH_COLUMNS, rows)
    else:
        quiet("No field of any account is known to differ.")
    link_to_address("system", "Open the system page", signed_in)


def _table(label: str, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    if not rows:
        st.markdown("There are none in this period.")
        return
    opened = records_table(label, columns, rows, key=f"overview-{label}")
    if opened:
        open_chosen(opened)


def _reason(code: str | None) -> str:
    return request_words.reason(code) if code else ""


def _moved(amount: Money | None, kind: str | None) -> str:
    """Say what was moved; below zero where it takes away. Empty for what moves nothing."""
    if amount is None:
        return ""
    return formats.money(Money(-amount) if kind in LESS else amount)


def _posting(each: PostingRow, names: dict[str, str]) -> Row:
    opens = f"transaction:{each.loan_account_id}:{each.customer_id or ''}:{each.transaction_id}"
    return Row(
        (
            Cell(text=formats.day_and_clock(each.created_at), tip=formats.exact(each.created_at)),
            Cell(text=formats.transaction_type(each.type), tip=each.transaction_id, opens=opens),
            Cell(text=_moved(each.amount, each.type)),
            Cell(text=_reason(each.reason_code)),
            Cell(text=each.loan_account_id, code=True),
            Cell(text=names.get(each.created_by, each.created_by), tip=each.created_by),
        )
    )


def _account(each: AccountRow, known: Known) -> Row:
    days = each.aging.current_dpd if each.aging else None
    opens = f"account:{each.loan_account_id}:{each.customer_id_string or ''}"
    return Row(
        (
            Cell(text=each.account_number, tip=each.loan_account_id, opens=opens),
            customer_cell(each.customer_id_string, known),
            Cell(badges=(formats.account_badge(each.account_status, days),)),
            Cell(text=formats.money(each.balances.total_outstanding if each.balances else None)),
        )
    )
