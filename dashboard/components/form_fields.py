"""The fields that forms share: an amount, a reason from a list, a date, words, a reference."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.commands.account_command import AccountCommand
from dashboard.components.acting import OpenForm

TEXT_CHARACTERS_MAX: Final = 500
REFERENCE_CHARACTERS_MAX: Final = 100
BACKDATED: Final = timedelta(days=30)


def field_key(form: OpenForm, name: str) -> str:
    """Name a field of this form on this account, apart from every other."""
    return f"{form.command}-{form.account.loan_account_id}-{name}"


def entered(form: OpenForm, name: str, usual: str = "") -> str:
    """Give what a refused try had in a field, else what is usual."""
    before: AccountCommand | None = form.entered
    if before is None or before.name != form.command:
        return usual
    return str(getattr(before, name, usual))


def amount(form: OpenForm, label: str, usual: str = "", name: str = "amount") -> str:
    """Ask for an amount; gives what is typed, which need not be one yet."""
    first = entered(form, name, usual)
    return st.text_input(label, first, key=field_key(form, name), live="200ms") or ""


def reason(form: OpenForm, reasons: Mapping[str, str]) -> str:
    """Ask for a reason of the list; gives its code."""
    codes = list(reasons)
    before = entered(form, "reason_code", codes[0])
    chosen = st.selectbox(
        "Reason",
        codes,
        index=codes.index(before) if before in codes else 0,
        format_func=lambda code: reasons[code],
        key=field_key(form, "reason_code"),
    )
    return chosen or codes[0]


def words(form: OpenForm, name: str = "reason", *, is_needed: bool = False) -> str:
    """Ask why in words."""
    typed = st.text_input(
        "Why, in your words" if is_needed else "Note",
        entered(form, name),
        max_chars=TEXT_CHARACTERS_MAX,
        live="500ms",
        key=field_key(form, name),
        placeholder="No card numbers" if is_needed else "Optional; no card numbers",
    )
    return (typed or "").strip()


def reference(form: OpenForm, label: str = "Payment reference") -> str:
    """Ask for the payment's reference."""
    typed = st.text_input(
        label,
        entered(form, "payment_reference"),
        max_chars=REFERENCE_CHARACTERS_MAX,
        live="500ms",
        key=field_key(form, "payment_reference"),
        placeholder="As the bank wrote it",
    )
    return (typed or "").strip()


def day(form: OpenForm, label: str) -> str:
    """Ask for a date that is not to come; gives it as on the wire, empty for today."""
    today = formats.today(datetime.now(UTC))
    chosen = st.date_input(
        label,
        _earlier(entered(form, "effective_date"), today),
        min_value=today - BACKDATED,
        max_value=today,
        format="DD/MM/YYYY",
        key=field_key(form, "effective_date"),
    )
    return "" if not isinstance(chosen, date) or chosen == today else str(chosen)


def needed_day(form: OpenForm, label: str, first: date | None) -> date | None:
    """Ask for a date that is not to come and may not be left out; `first` where it can be kept."""
    today = formats.today(datetime.now(UTC))
    fits = first is not None and today - BACKDATED <= first <= today
    chosen = st.date_input(
        label,
        first if fits else None,
        min_value=today - BACKDATED,
        max_value=today,
        format="DD/MM/YYYY",
        key=field_key(form, "effective_date"),
    )
    return chosen if isinstance(chosen, date) else None


def _earlier(text: str, today: date) -> date:
    return max(date.fromisoformat(text), today - BACKDATED) if text else today
