"""What somebody may do, alone or with an approval, and how far their limits reach."""

from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge
from dashboard.own_rights import OwnRights
from dashboard.queries import rights as reading

RIGHTS: Final = {
    "disburse_loan": ("Pay out a pending loan", ""),
    "record_repayment": ("Record a repayment", ""),
    "apply_late_fee": ("Charge a late fee", ""),
    "apply_dishonour_fee": ("Charge a dishonour fee", ""),
    "waive_fee": ("Waive a fee", "waiver"),
    "make_adjustment": ("Adjust a balance", "adjustment"),
    "reverse_transaction": ("Reverse a transaction", "reversal"),
    "refund_overpayment": ("Refund an overpayment", "refund"),
    "write_off": ("Write an account off", ""),
    "undo_write_off": ("Undo a write-off", ""),
    "record_recovery": ("Record a recovery", ""),
    "correct_payment": ("Correct a payment", ""),
    "write_notes": ("Write notes", ""),
    "cancel_request": ("Take an own request back", ""),
    "decide_request": ("Decide the requests of others", ""),
    "enrol_key": ("Have a signing key", ""),
    "reveal": ("Read what somebody wrote; it is recorded", ""),
    "review": ("Mark events as verified or queried", ""),
    "read_totals": ("See totals of the portfolio", ""),
    "read_journal": ("Read the ledger's journal", ""),
    "set_read_only": ("Switch the ledger to read-only", ""),
    "handle_letters": ("Open dead letters, have them published again or close them", ""),
    "ask_rebuild": ("Have what the screens show rebuilt", ""),
    "create_staff": ("Create staff", ""),
    "change_staff": ("Change staff, their roles and limits, never the own", ""),
}
"""The ledger's name of a right: how a person reads it, and the kind of its limit."""

READING: Final = {
    "Search and open customers and accounts": reading.READING_ROLES,
    "See who customers are, their conversations and notes": reading.PERSON_ROLES,
    "See the portfolio's figures and their rows": reading.OVERVIEW_ROLES,
    "Export the portfolio's figures": reading.OVERVIEW_EXPORT_ROLES,
    "Read the audit trail, draw a sample": reading.AUDIT_ROLES,
    "Export the audit trail": reading.AUDIT_EXPORT_ROLES,
    "See dead letters": reading.LETTER_ROLES,
    "See how each part is": reading.SYSTEM_READING_ROLES,
    "See who is staff": reading.STAFF_READING_ROLES,
}
"""What the desk lets somebody read and take away, and in which roles."""

LIMITS: Final = {
    "waiver": "Fee waiver",
    "adjustment": "Adjustment",
    "reversal": "Reversal, and decision about corrections",
    "refund": "Refund",
    "write_off": "Decision about write-offs, their undo and recoveries",
}
MAY: Final = Badge("May", "green")
ASKS: Final = Badge("With an approval", "blue")
NOT: Final = Badge("May not", "gray")
COLUMNS: Final = (Column("What"), Column("You"), Column("Alone up to", right=True))


def own_rights_table(rights: OwnRights, roles: frozenset[str]) -> None:
    """Show every right with where the person stands; the ledger has told it just now.

    What is only read, and never reaches the ledger, is told by the roles.
    """
    if not rights.is_known:
        st.warning("The ledger does not answer: what you may do cannot be told now.")
        return
    rows = [_row(name, rights) for name in RIGHTS]
    rows += [_reading_row(words, MAY if roles & may else NOT) for words, may in READING.items()]
    records_table("Rights", COLUMNS, rows, key="own-rights")
    quiet("Above a limit, and where it says so, a form becomes a request that others decide.")


def own_limits(rights: OwnRights) -> None:
    """Show the limits in money."""
    told = [(words, rights.limits.get(kind)) for kind, words in LIMITS.items()]
    rows = [
        Row((Cell(text=words), Cell(text=formats.money(limit)))) for words, limit in told if limit
    ]
    if not rows:
        st.markdown("No limits are set for you: what takes one, you ask others to approve.")
        return
    columns = (Column("For"), Column("Up to", right=True))
    records_table("Limits", columns, rows, key="own-limits")


def _reading_row(words: str, stands: Badge) -> Row:
    return Row((Cell(text=words), Cell(badges=(stands,)), Cell(text="")))


def _row(name: str, rights: OwnRights) -> Row:
    words, limit_kind = RIGHTS[name]
    limit = rights.limits.get(limit_kind)
    may = name in rights.may
    badge = MAY if may else ASKS if name in rights.may_ask else NOT
    up_to = formats.money(limit) if may and limit is not None else ""
    return Row((Cell(text=words), Cell(badges=(badge,)), Cell(text=up_to)))
