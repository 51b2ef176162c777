"""Beside a form: what it would do, while it is filled in."""

from typing import Final

import streamlit as st
from msgspec import Struct, structs

from dashboard import formats, services, session
from dashboard.commands.answers import STALE_VERSION, Balances, Preview
from dashboard.commands.registry import Command
from dashboard.components import acting, echo
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.status_chip import READ_ONLY_SHOWN
from dashboard.formats import inert, money
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.queries import accounts
from dashboard.session import SignedIn

NO_PREVIEW: Final = Preview(allowed=True)
COLUMNS: Final = (Column(""), Column("Now", right=True), Column("After", right=True))


def preview_of(signed_in: SignedIn, command: Command | None) -> Preview | None:
    """Ask the ledger what a command would do; None where there is nothing to ask yet."""
    if command is None:
        return None
    client, caller = services.ledger(), acting.caller(signed_in)
    try:
        if not client.capabilities(caller).previews:
            return NO_PREVIEW
        return command.preview(client, caller)
    except LedgerRefused as no:
        return Preview(allowed=False, refusal=no.sentence, reason=no.reason)
    except LedgerFault as fault:
        sentence = f"{fault.sentence} No preview, and nothing can be changed now."
        return Preview(allowed=False, refusal=sentence)


def show_preview(preview: Preview | None) -> None:
    """Show the balances before and after, the own limit, warnings or the refusal."""
    if preview is None:
        quiet("Enter an amount above zero, for example 10.00.")
        return
    if preview.before and preview.after:
        _balances(preview.before, preview.after)
    elif preview.allowed:
        quiet("The ledger in use gives no preview.")
    if preview.overpayment and not preview.warnings:  # the ledger's own words come first
        more = inert(money(preview.overpayment))
        st.warning(f"{more} is more than is owed: it is kept as an overpayment.")
    if preview.own_limit is not None:
        quiet(f"Your limit {inert(money(preview.own_limit))}")
    for warning in preview.warnings:
        st.warning(inert(warning))
    if not preview.allowed:
        st.error(inert(preview.refusal))


def _balances(before: Balances, after: Balances) -> None:
    rows = (
        ("Principal", before.principal, after.principal),
        ("Interest", before.interest, after.interest),
        ("Fees", before.fees, after.fees),
        ("Total", before.total, after.total),
    )
    told = [
        Row((Cell(text=label), Cell(text=money(was)), Cell(text=money(becomes))), was != becomes)
        for label, was, becomes in rows
    ]
    records_table("Balances now and after", COLUMNS, told, key="preview")
    if after.account_status != before.account_status:
        status = formats.account_badge(after.account_status, None)
        st.markdown(f"The account becomes :{status.colour}-badge[{inert(status.word)}]")


class FieldKeys(Struct, frozen=True):
    """Under which keys the form's fields are: the amount, and the free texts by their name."""

    amount: str
    texts: dict[str, str]


def show_buttons(
    signed_in: SignedIn, command: Command | None, preview: Preview | None, keys: FieldKeys
) -> None:
    """Show Cancel and the one primary button, which names the amount."""
    health = services.health()
    if health.read_only:
        # The chip, which looks by itself, redraws the page with its form when that is over.
        session.put(READ_ONLY_SHOWN, value=True)
        st.error(inert(health.sentence))
    if preview is not None and preview.reason == STALE_VERSION:
        st.button("Refresh the figures", icon=":material/refresh:", on_click=_refresh)
    is_good = command is not None and preview is not None and preview.allowed
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key="cancel-form", type="tertiary", on_click=acting.close_form)
        st.button(
            inert(command.what) if command is not None else "Enter an amount",
            key="send-form",
            type="primary",
            disabled=health.read_only or not is_good,
            shortcut="Mod+Enter",
            on_click=_send,
            args=(signed_in, command, preview, keys),
        )


def _send(
    signed_in: SignedIn, command: Command | None, preview: Preview | None, keys: FieldKeys
) -> None:
    """Begin the operation, as it was previewed: an amount typed since is shown first.

    Free texts change no figure: what was typed last is what is sent.
    """
    typed = formats.typed_money(session.entered(keys.amount))
    if command is None or preview is None or typed != command.shown_amount:
        return
    texts = {name: session.entered(key).strip() for name, key in keys.texts.items()}
    command = structs.replace(command, **texts)
    form = acting.opened_form()
    if form is None:
        return
    if preview.after is not None:
        echo.show(form.account, command, preview.after)
    try:
        acting.operations().begin(command, acting.caller(signed_in), preview.after)
        acting.close_form()
    except LedgerRefused:
        return  # a part was just lost: the form says so by itself
    finally:
        if acting.opened_form() is not None:  # nothing was begun, whatever the reason
            echo.take_back(form.account)


def _refresh() -> None:
    """Look at the account anew: somebody changed it while the form was open."""
    form = acting.opened_form()
    if form is not None:
        account = accounts.account(services.database(), form.account.loan_account_id)
        acting.open_form(form.command, account or form.account, form.entered)
