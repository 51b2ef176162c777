"""The fields that forms share: an amount, a reason from a list, a date, words, a reference."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.amount_faults import amount_fault, change_fault
from dashboard.commands.account_command import AccountCommand
from dashboard.components.acting import OpenForm
from dashboard.formats import inert
from dashboard.queries.accounts import AccountView
from proto.values import Money

TEXT_CHARACTERS_MAX: Final = 500
REFERENCE_CHARACTERS_MAX: Final = 100
BACKDATED: Final = timedelta(days=366)
"""As far back as any ledger may be set to go; how far this person may, it says itself."""


def field_key(form: OpenForm, name: str) -> str:
    """Name a field of this form on this account, apart from every other."""
    return f"{form.command}-{form.account.loan_account_id}-{name}"


def entered(form: OpenForm, name: str, usual: str = "") -> str:
    """Give what a refused try had in a field, else what is usual."""
    before: AccountCommand | None = form.entered
    if before is None or before.name != form.command:
        return usual
    return str(getattr(before, name, usual))


def amount(form: OpenForm, label: str, usual: str = "", *, key: str = "") -> Money | None:
    """Ask for an amount above zero; None until there is one, and what is wrong is said.

    With a key of its own the field begins with what is usual, whatever was entered before.
    """
    first = usual if key else entered(form, "amount", usual)
    typed = st.text_input(label, first, key=key or field_key(form, "amount"), live="200ms") or ""
    say_fault(amount_fault(_name(label), typed))
    return formats.typed_money(typed)


def change(form: OpenForm, label: str, name: str) -> Money | None:
    """Ask for a change, which may be zero or below it; None until there is one."""
    first = entered(form, name, "0.00")
    typed = st.text_input(label, first, key=field_key(form, name), live="200ms") or ""
    say_fault(change_fault(_name(label), typed))
    return formats.typed_change(typed)


def say_fault(sentence: str) -> None:
    """Say below a field what is wrong with what was typed, which stays as it is."""
    if sentence:
        st.markdown(f":small[:red[:material/error: {inert(sentence)}]]")


def _name(label: str) -> str:
    """Give the name of a field whose label says more."""
    return label.partition(",")[0]


def reason(form: OpenForm, reasons: Mapping[str, str]) -> str:
    """Ask for a reason of the list; gives its code."""
    return choice(form, "Reason", "reason_code", reasons)


def choice(form: OpenForm, label: str, name: str, words_of: Mapping[str, str]) -> str:
    """Ask for one of a list; gives its code."""
    codes = list(words_of)
    before = entered(form, name, codes[0])
    chosen = st.selectbox(
        label,
        codes,
        index=codes.index(before) if before in codes else 0,
        format_func=lambda code: words_of[code],
        key=field_key(form, name),
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
        _first(entered(form, "effective_date"), _earliest(form.account, today), today),
        min_value=_earliest(form.account, today),
        max_value=today,
        format="DD/MM/YYYY",
        key=field_key(form, "effective_date"),
    )
    return "" if not isinstance(chosen, date) or chosen == today else str(chosen)


def needed_day(form: OpenForm, label: str, first: date | None) -> date | None:
    """Ask for a date that is not to come and may not be left out; `first` where it can be kept."""
    today = formats.today(datetime.now(UTC))
    earliest = _earliest(form.account, today)
    if first is not None:
        earliest = min(earliest, first)
    fits = first is not None and earliest <= first <= today
    chosen = st.date_input(
        label,
        first if fits else None,
        min_value=earliest,
        max_value=today,
        format="DD/MM/YYYY",
        key=field_key(form, "effective_date"),
    )
    return chosen if isinstance(chosen, date) else None


def _earliest(account: AccountView, today: date) -> date:
    """Give the first day that is offered: the one on which the loan was paid out, if known."""
    paid_out = account.loan_terms.disbursed_date if account.loan_terms else None
    since = paid_out.as_date() if paid_out else today - BACKDATED
    return min(max(since, today - BACKDATED), today)


def _first(text: str, earliest: date, today: date) -> date:
    return max(date.fromisoformat(text), earliest) if text else today
