"""The fields for somebody's own limits, one for each kind."""

from collections.abc import Mapping

import streamlit as st

from dashboard import formats
from dashboard.amount_faults import limit_fault
from dashboard.components import staff_changes
from dashboard.components.own_rights_table import LIMITS
from dashboard.queries.staff_list import StaffMember
from proto.values import Money


def limit_fields(member: StaffMember, before: Mapping[str, Money]) -> tuple[dict[str, Money], str]:
    """Ask for each limit, beginning with those from before.

    Gives those that are named, and what is wrong with the first bad one.
    """
    limits = {kind: amount for kind, amount in member.limits.items() if kind not in LIMITS}
    flaw = ""
    for kind, words in LIMITS.items():
        typed = st.text_input(
            words,
            _written(before.get(kind)),
            key=staff_changes.field_key(f"limit-{kind}-{member.staff_id}-{member.ver}"),
            placeholder="As the roles have it",
            live="300ms",
        )
        amount = _read(typed or "")
        if amount is not None:
            limits[kind] = amount
        elif (typed or "").strip() and not flaw:
            flaw = limit_fault(words, typed or "")
    return limits, flaw


def _written(amount: Money | None) -> str:
    return "" if amount is None else str(amount)


def _read(typed: str) -> Money | None:
    """Read an amount that may be zero; None where there is none."""
    amount = formats.typed_change(typed) if typed.strip() else None
    return amount if amount is not None and amount >= 0 else None
