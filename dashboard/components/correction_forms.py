"""The forms that ask for a payment to be corrected: as it came, beside as it should have been.

One is for a message that became a dead letter, with the bad field marked and the others
filled in; the other for a payment that was posted wrongly.
"""

from datetime import date
from typing import Final

import streamlit as st
from msgspec import Struct

from dashboard import formats
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.correction import REASONS, Correction
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.components import form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.correction_draft import Draft, draft_of
from dashboard.components.form_preview import show_form
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import code, inert
from dashboard.session import SignedIn
from proto.values import Money

LABELS: Final = {
    "amount": "Amount",
    "effective_date": "Effective date",
    "payment_reference": "Reference",
}
"""What of a payment can be corrected, and how a person reads it."""


class Entered(Struct, frozen=True):
    """What the form holds now; None where it is no amount or no date is chosen."""

    amount: Money | None
    day: date | None
    reference: str
    reason_code: str
    why: str


def issue_correction_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Ask for the payment of a dead letter to be posted as it should have been."""
    begun = form.entered
    if isinstance(begun, IssueCorrection):
        _form(signed_in, form, begun)


def correct_payment_form(signed_in: SignedIn, form: OpenForm) -> None:
    """Ask for a posted payment to be taken back and posted as it should have been."""
    begun = form.entered
    if isinstance(begun, CorrectPayment):
        _form(signed_in, form, begun)


def _form(signed_in: SignedIn, form: OpenForm, begun: Correction) -> None:
    draft = draft_of(signed_in, begun)
    if draft is None:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        entered = _fields(form, begun, draft)
    rows, is_posted = _compared(draft, entered), isinstance(begun, CorrectPayment)
    command = None
    if entered.amount is not None and entered.day is not None:
        command = type(begun)(
            **{begun.original: draft.original},
            loan_account_id=form.account.loan_account_id,
            seen_version=form.seen_version,
            amount=entered.amount,
            effective_date=_date_to_send(draft, entered.day, is_posted=is_posted),
            payment_reference=entered.reference,
            approved_by=signed_in.staff_id,
            reason_code=entered.reason_code,
            reason=entered.why,
        )
    with right:
        _difference(form, draft, rows, is_posted=is_posted)
        if is_posted and not any(row.marked for row in rows):
            quiet("Nothing is corrected yet: change the amount, the date or the reference.")
            command = None
    show_form(signed_in, form, command, right)


def _fields(form: OpenForm, begun: Correction, draft: Draft) -> Entered:
    _mark(draft, "amount")
    amount = form_fields.amount(form, LABELS["amount"], str(begun.amount) if begun.amount else "")
    _mark(draft, "effective_date")
    day = form_fields.needed_day(form, LABELS["effective_date"], _first_day(begun, draft))
    _mark(draft, "payment_reference")
    reference = form_fields.reference(form)
    reason_code = form_fields.reason(form, REASONS)
    why = form_fields.words(form, is_needed=True)
    return Entered(amount, day, reference, reason_code, why)


def _first_day(begun: Correction, draft: Draft) -> date | None:
    """Begin with the date that was entered; none was sent where a payment keeps its own."""
    own = draft.came.get("effective_date", "") if isinstance(begun, CorrectPayment) else ""
    first = begun.effective_date or own
    return date.fromisoformat(first) if first else None


def _date_to_send(draft: Draft, day: date, *, is_posted: bool) -> str:
    """Give the date as on the wire. A payment that keeps its own needs none, however old it is."""
    text = day.isoformat()
    return "" if is_posted and draft.came.get("effective_date") == text else text


def _mark(draft: Draft, name: str) -> None:
    """Say above a field that it could not be read, and what had come."""
    if name in draft.bad:
        came = draft.came.get(name, "")
        st.markdown(f":red-badge[Cannot be applied] came as **{inert(came or 'nothing')}**")


def _compared(draft: Draft, entered: Entered) -> list[Row]:
    """Put each field as it was beside what it becomes; what differs is marked."""
    becomes = {
        "amount": formats.money(entered.amount) if entered.amount else formats.DASH,
        "effective_date": formats.day(entered.day) if entered.day else formats.DASH,
        "payment_reference": entered.reference or formats.DASH,
    }
    was = {name: _came(name, draft.came.get(name, "")) for name in LABELS}
    return [
        Row(
            (Cell(text=label), Cell(text=was[name]), Cell(text=becomes[name])),
            marked=was[name] != becomes[name],
        )
        for name, label in LABELS.items()
    ]


def _difference(form: OpenForm, draft: Draft, rows: list[Row], *, is_posted: bool) -> None:
    """Show the payment as it was beside what it becomes, and say what follows from it."""
    columns = (Column(""), Column("As posted" if is_posted else "As it came"), Column("Corrected"))
    if draft.came:
        records_table("The payment as it was and corrected", columns, rows, key="difference")
    then = "which is taken back." if is_posted else "which stays as it is."
    quiet(
        f"payment.correction.v1 is posted on {code(form.account.loan_account_id)} and points at"
        f" {code(draft.original)}, {then}"
    )


def _came(name: str, text: str) -> str:
    """Write what came as the corrected value is written, where it can be read."""
    if name == "amount":
        amount = formats.typed_money(text)
        return formats.money(amount) if amount else text or formats.DASH
    if name == "effective_date":
        try:
            return formats.day(date.fromisoformat(text))
        except ValueError:
            return text or formats.DASH
    return text or formats.DASH
