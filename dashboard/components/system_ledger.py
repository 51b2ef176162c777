"""The ledger's signed head, and the switch that makes it read-only."""

from datetime import UTC, datetime
from typing import Final, cast

import streamlit as st

from dashboard import formats, services, session
from dashboard.commands.set_read_only import SetReadOnly
from dashboard.components import acting, sending
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.system_parts import heading
from dashboard.formats import inert
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.operation import Operation
from dashboard.queries.rights import SYSTEM_ROLES, switches_read_only
from dashboard.queries.staff_names import staff_names
from dashboard.queries.system import SwitchView, switch_reason
from dashboard.session import SignedIn
from proto import servicing_pb2 as servicing
from proto.values import Instant

PLACE: Final = "system:read-only"
REASON: Final = "read-only-reason"
REASON_MAX: Final = 200
_HEAD: Final = "JournalService/GetSignedHead"


def ledger_health(signed_in: SignedIn, *, is_lost: bool) -> servicing.HealthResponse | None:
    """Ask the ledger for its details; a lost one is not waited for."""
    if is_lost:
        return None
    try:
        return services.ledger().health(acting.caller(signed_in))
    except (LedgerRefused, LedgerFault):
        return None


def signed_head(signed_in: SignedIn, told: servicing.HealthResponse | None) -> None:
    """Show the newest head that the ledger has signed over its journal."""
    head = None if told is None else _head(signed_in)
    heading("Signed head", datetime.now(UTC) if head else None)
    if told is None or head is None:
        st.markdown("Not known: the ledger does not tell now.")
        return
    escrow = (
        f"{told.escrow_size:,} events, written"
        if told.escrow_connected
        else f"{told.escrow_size:,} events; it cannot be written now"
    )
    at = Instant.parse(head.signed_at) if head.signed_at else None
    rows = (
        ("Events under it", f"{head.size:,}", False),
        ("Root", head.root.hex(), True),
        ("Signed", formats.day_and_clock(at) if at else formats.NOT_KNOWN, False),
        ("By key", head.key_id, True),
        ("In escrow", escrow, False),
    )
    shown = [Row((Cell(text=label), Cell(text=text, code=is_id))) for label, text, is_id in rows]
    columns = (Column("What", whole=True), Column("As the ledger signed it"))
    records_table("Signed head", columns, shown, key="system-head")


def _head(signed_in: SignedIn) -> servicing.SignedHead | None:
    try:
        answer = services.ledger().ask(
            _HEAD, servicing.GetSignedHeadRequest(), acting.caller(signed_in)
        )
    except (LedgerRefused, LedgerFault):
        return None
    return cast("servicing.SignedHead", answer)


def read_only_switch(
    signed_in: SignedIn, told: servicing.HealthResponse | None, last: SwitchView | None
) -> None:
    """Show whether the ledger takes changes, who set that, and the switch to those who may."""
    heading("Read-only switch", told.as_of.ToDatetime(UTC) if told else None)
    if told is None:
        st.markdown("Not known: the ledger does not tell now.")
        return
    state = "The ledger is **read-only**" if told.read_only else "The ledger takes changes"
    st.markdown(f"{state}.{_who(last, told)}")
    if not switches_read_only(signed_in.roles):
        return
    sending.trouble(signed_in, PLACE, refill)
    label = "Take changes again" if told.read_only else "Switch to read-only"
    with st.popover(label, icon=":material/lock_open:" if told.read_only else ":material/lock:"):
        st.markdown(
            "Everybody may change accounts again."
            if told.read_only
            else "Nobody can change anything until an administrator switches back. Everything"
            " can be read."
        )
        why = st.text_input("Reason", key=REASON, max_chars=REASON_MAX, live="300ms")
        st.button(
            label,
            key="set-read-only",
            type="primary",
            disabled=not (why or "").strip(),
            on_click=_set,
            args=(signed_in, not told.read_only),
        )


def _who(last: SwitchView | None, told: servicing.HealthResponse) -> str:
    if last is None:
        return " Nobody has ever switched it." if not told.read_only else ""
    name = staff_names(services.database(), {last.actor}).get(last.actor, last.actor)
    reason = switch_reason(last)
    why = f": {inert(reason)}" if reason else ""
    return f" {inert(name)} set it so {formats.day_and_clock(last.recorded_at)}{why}."


def _set(signed_in: SignedIn, read_only: bool) -> None:  # noqa: FBT001 - how it shall stand
    session.require(*SYSTEM_ROLES)
    change = SetReadOnly(read_only=read_only, reason=session.entered(REASON).strip())
    if sending.send(signed_in, change).state == "synced":
        session.clear_entered(REASON)


def refill(_signed_in: SignedIn, operation: Operation) -> None:
    """Write the reason of what failed into its field again."""
    if isinstance(operation.command, SetReadOnly):
        session.enter(REASON, operation.command.reason)
        sending.hold(operation)
