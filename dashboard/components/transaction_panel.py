"""An opened transaction: who, why, when, the ids to copy, and its place in the chain."""

from typing import Final

import streamlit as st

from dashboard import formats, request_words, services
from dashboard.components.correction_ways import correction_ways
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.reveal_text import forget_texts, reveal_text
from dashboard.formats import inert
from dashboard.queries.rights import sees_persons
from dashboard.queries.staff_names import staff_names
from dashboard.queries.transaction_event import (
    ChainPlace,
    TransactionEvent,
    TransactionEventInFull,
    chain_place,
    transaction_event,
)
from dashboard.session import SignedIn

ADDRESS: Final = "transaction"
"""The name in the page's address, so that a search and a colleague can lead here."""
COLUMNS: Final = (Column("What", whole=True), Column("As recorded"))


def transaction_panel(signed_in: SignedIn, loan_account_id: str, transaction_id: str) -> None:
    """Show the transaction that was opened, or that the account has none of this id."""
    database, roles = services.database(), signed_in.roles
    found = transaction_event(database, roles, loan_account_id, transaction_id)
    with st.container(border=True):
        if found is None:
            st.markdown(f"This account has no transaction **{inert(transaction_id)}**.")
        else:
            _transaction(signed_in, found)
            _chain(chain_place(database, roles, found.event_id))
            correction_ways(signed_in, found)
        st.button("Close", key="close-transaction", type="tertiary", on_click=close_transaction)


def close_transaction() -> None:
    """Close it, and forget a text that was revealed."""
    st.query_params.pop(ADDRESS, None)
    forget_texts()


def _transaction(signed_in: SignedIn, found: TransactionEvent) -> None:
    kind, amount = formats.transaction_type(found.type), formats.money(found.amount)
    st.markdown(f"#### {inert(kind)} {inert(amount)}", anchors=False)
    ids = {each for each in (found.created_by, found.approved_by, found.requested_by) if each}
    names = staff_names(services.database(), {str(each) for each in ids})
    rows = [Row((Cell(text=label), Cell(text=value))) for label, value in _told(found, names)]
    records_table("Transaction", COLUMNS, rows, key=f"opened-{found.transaction_id}")
    left, right = st.columns(2)
    left.markdown(":gray[Transaction id]")
    left.code(found.transaction_id, language=None)
    right.markdown(":gray[Event id]")
    right.code(found.event_id, language=None)
    if sees_persons(signed_in.roles):
        reveal_text(signed_in, found.event_id, "Transaction opened at the desk", "Reveal the text")


def _told(found: TransactionEvent, names: dict[str, str]) -> list[tuple[str, str]]:
    def who(staff_id: str | None) -> str:
        return names.get(staff_id or "", staff_id or "")

    when = formats.day_and_clock(found.transaction_date)
    told = [
        ("When", f"{when}, effective {formats.day(found.effective_date)}"),
        ("By", who(found.created_by)),
        ("Approved by", who(found.approved_by)),
        ("Requested by", who(found.requested_by)),
        ("Request", found.request_id or ""),
        ("Reason", request_words.reason(found.reason_code or "")),
        ("Moved", _moved(found)),
        ("Balance after", formats.money(found.total_after)),
        ("About transaction", found.target_transaction_id or found.original_transaction_id or ""),
        ("Reversed by", found.reversed_by or ""),
        ("Corrected by", found.corrected_by or ""),
    ]
    if isinstance(found, TransactionEventInFull):
        references = (found.payment_reference, found.payment_id, found.bank_reference)
        told.append(("References", ", ".join(each for each in references if each)))
        told.append(("Of the message", found.message_id))
    return [(label, value) for label, value in told if value]


def _moved(found: TransactionEvent) -> str:
    parts = (
        ("principal", found.principal_delta),
        ("interest", found.interest_delta),
        ("fees", found.fee_delta),
        ("overpayment", found.overpayment_delta),
    )
    return ", ".join(f"{name} {formats.change(moved)}" for name, moved in parts if moved)


def _chain(place: ChainPlace | None) -> None:
    if place is None:
        quiet("Its event does not come from our ledger: there is no hash.")
        return
    recorded = formats.day_and_clock(place.recorded_at)
    st.markdown(
        f":gray[Recorded] &ensp; {inert(recorded)} as event {place.position:,} of the ledger"
    )
    st.markdown(":gray[Hash]")
    st.code(place.hash, language=None)
