"""What a request would do now, beside what its requester saw, and what has changed since."""

from typing import Any, Final

import msgspec
import streamlit as st

from dashboard import formats
from dashboard.components.corrected_payment import what_is_corrected
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import inert, wire_money
from dashboard.queries.approvals import RequestView
from proto import servicing_pb2 as servicing
from proto.values import InvalidMoney, Money

COLUMNS: Final = (
    Column(""),
    Column("When asked", right=True),
    Column("Now", right=True),
    Column("After", right=True),
)
CHANGES: Final = (Column("What has changed"), Column("When asked"), Column("Now"))
_PARTS: Final = ("principal", "interest", "fees", "overpayment")


def request_effect(view: RequestView, shown: servicing.ApprovalResponse) -> None:
    """Show the figures when asked, now and after; a decided request shows what was asked."""
    what_is_corrected(shown.command)
    then = _when_asked(view)
    now = shown.balances_now if shown.HasField("balances_now") else None
    after = shown.balances_after if shown.HasField("balances_after") else None
    columns = COLUMNS if now else COLUMNS[:2]
    rows = []
    for name in (*_PARTS, "total_outstanding"):
        cells = [_figure(then, name), _figure(now, name), _figure(after, name)]
        moved = bool(now and after) and cells[1] != cells[2]
        label = "Total owing" if name == "total_outstanding" else name.capitalize()
        told = [label, *cells][: len(columns)]
        rows.append(Row(tuple(Cell(text=each) for each in told), moved))
    records_table("Balances when asked, now and after", columns, rows, key="effect")
    if now and after and now.account_status != after.account_status:
        badge = formats.account_badge(after.account_status, None)
        st.markdown(f"The account becomes :{badge.colour}-badge[{inert(badge.word)}]")
    if shown.HasField("effect_refusal"):
        st.warning(f"It could not be carried out now: {inert(shown.effect_refusal.sentence)}")
    _differences(shown)


def _differences(shown: servicing.ApprovalResponse) -> None:
    if shown.status != "pending":
        return
    if not shown.differences:
        quiet("Nothing that matters has changed about the account since it was asked.")
        return
    st.warning(
        "The account has changed since it was asked. Whoever decides signs that they saw it."
    )
    rows = [
        Row(
            (
                Cell(text=each.field.replace("_", " ").capitalize()),
                Cell(text=_told(each.requested)),
                Cell(text=_told(each.now)),
            )
        )
        for each in shown.differences
    ]
    records_table("What has changed since", CHANGES, rows, key="differences")


def _told(text: str) -> str:
    try:
        return formats.money(Money.parse(text))
    except InvalidMoney:
        return text.replace("_", " ")


def _when_asked(view: RequestView) -> dict[str, str]:
    """Read the balances that the requester saw, of the snapshot that the ledger keeps."""
    snapshot: dict[str, Any] = msgspec.json.decode(view.snapshot) if view.snapshot else {}
    balances: dict[str, str] = snapshot.get("balances", {})
    owed = [Money.parse(balances[name]) for name in _PARTS[:3] if name in balances]
    total = {"total_outstanding": str(Money(sum(owed)))} if owed else {}
    return {**balances, **total}


def _figure(told: servicing.Balances | dict[str, str] | None, name: str) -> str:
    if told is None:
        return formats.DASH
    text = told.get(name, "") if isinstance(told, dict) else str(getattr(told, name))
    return formats.money(wire_money(text)) if text else formats.DASH
