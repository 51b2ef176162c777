"""Beside a form: what it would do, while it is filled in."""

from typing import Final

import streamlit as st
from msgspec import structs
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats, services, session
from dashboard.commands.answers import STALE_VERSION, Balances, Preview
from dashboard.commands.registry import Command
from dashboard.commands.request_approval import PRIORITIES, RequestApproval
from dashboard.components import acting, echo, form_fields
from dashboard.components.acting import OpenForm
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.status_chip import OBSTACLE_SHOWN
from dashboard.components.what_changed import what_changed
from dashboard.formats import inert, money
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.session import SignedIn

NO_PREVIEW: Final = Preview(allowed=True)
AMOUNTS: Final = ("amount", "principal_delta", "fee_delta")
WORDS: Final = ("notes", "reason", "payment_reference")
PRIORITY_KEY: Final = "request-priority"


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
        quiet("Fill in the form to see here what it does.")
        return
    if preview.before and preview.after:
        _balances(
            preview.before, preview.after, "If approved" if preview.needs_approval else "After"
        )
    elif preview.allowed:
        quiet("The ledger in use gives no preview.")
    if preview.instalments:
        numbers = ", ".join(str(each) for each in preview.instalments)
        quiet(f"Goes to instalment{'s' if len(preview.instalments) > 1 else ''} {numbers}.")
    if preview.overpayment and not preview.warnings:  # the ledger's own words come first
        more = inert(money(preview.overpayment))
        st.warning(f"{more} is more than is owed: it is kept as an overpayment.")
    if preview.own_limit:
        quiet(f"Your limit {inert(money(preview.own_limit))}")
    for warning in preview.warnings:
        st.warning(inert(warning))
    if preview.needs_approval:
        st.info(inert(preview.refusal), icon=":material/how_to_reg:")
    elif not preview.allowed:
        st.error(inert(preview.refusal))


def _balances(before: Balances, after: Balances, then: str) -> None:
    columns = (Column(""), Column("Now", right=True), Column(then, right=True))
    rows = [
        ("Principal", before.principal, after.principal),
        ("Interest", before.interest, after.interest),
        ("Fees", before.fees, after.fees),
        ("Total", before.total, after.total),
    ]
    if before.overpayment or after.overpayment:
        rows.append(("Overpaid", before.overpayment, after.overpayment))
    told = [
        Row((Cell(text=label), Cell(text=money(was)), Cell(text=money(becomes))), was != becomes)
        for label, was, becomes in rows
    ]
    records_table("Balances now and after", columns, told, key="preview")
    if after.account_status != before.account_status:
        status = formats.account_badge(after.account_status, None)
        st.markdown(f"The account becomes :{status.colour}-badge[{inert(status.word)}]")


def show_form(
    signed_in: SignedIn,
    form: OpenForm,
    command: Command | None,
    beside: DeltaGenerator,
    *,
    amount_key: str = "",
) -> None:
    """Show what the entered command would do beside its fields, then the buttons.

    `amount_key` is the amount field's key where it is not the usual one.
    """
    preview = preview_of(signed_in, command)
    with beside:
        show_preview(preview)
    amounts = {name: form_fields.field_key(form, name) for name in AMOUNTS}
    if amount_key:
        amounts["amount"] = amount_key
    _buttons(signed_in, command, preview, amounts)


def _buttons(
    signed_in: SignedIn, command: Command | None, preview: Preview | None, amounts: dict[str, str]
) -> None:
    """Show Cancel and the one primary button, which names the amount."""
    health = services.health()
    if health.read_only:
        # The pulse, which looks by itself, redraws the page with its form when that is over.
        session.put(OBSTACLE_SHOWN, health.obstacle)
        st.error(inert(health.sentence))
    form = acting.opened_form()
    if form is not None:
        is_stale = preview is not None and preview.reason == STALE_VERSION
        _overtaken(signed_in, form, is_stale=is_stale)
    priority = _priority(form) if preview is not None and preview.needs_approval else ""
    is_good = command is not None and preview is not None and (preview.allowed or bool(priority))
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key="cancel-form", type="tertiary", on_click=acting.close_form)
        st.button(
            inert(_primary(command, priority)),
            key="send-form",
            type="primary",
            disabled=health.read_only or not is_good,
            shortcut="Mod+Enter",
            on_click=_send,
            args=(signed_in, command, preview, amounts),
        )


def _overtaken(signed_in: SignedIn, form: OpenForm, *, is_stale: bool) -> None:
    """Say what others did since the form was opened, or since the try that it is another of."""
    since = form.first_version
    if is_stale or since < form.seen_version:
        what_changed(signed_in, form.account.loan_account_id, since, is_retry=bool(form.retries))
    if is_stale:
        st.button(
            "Refresh the figures",
            icon=":material/refresh:",
            on_click=_refresh,
            args=(signed_in,),
        )


def _primary(command: Command | None, priority: str) -> str:
    """Name what the primary button does."""
    if command is None:
        return "Fill in the form"
    return f"Ask for approval: {command.what}" if priority else command.what


def _priority(form: OpenForm | None) -> str:
    """Ask how soon a decision is needed: the form became a request."""
    chosen = st.segmented_control(
        "Priority of the request",
        list(PRIORITIES),
        default="normal" if form is None else form.priority,
        format_func=lambda code: PRIORITIES[code],
        key=PRIORITY_KEY,
    )
    return chosen or "normal"


def _send(
    signed_in: SignedIn, command: Command | None, preview: Preview | None, amounts: dict[str, str]
) -> None:
    """Begin the operation, as it was previewed: an amount typed since is shown first.

    Free texts change no figure: what was typed last is what is sent.
    """
    form = acting.opened_form()
    if form is None or command is None or preview is None:
        return
    if any(not _is_as_typed(command, name, key) for name, key in amounts.items()):
        return
    command = _with_last_words(form, command)
    after = preview.after
    if preview.needs_approval:  # to ask changes no balance
        command = RequestApproval.of(command, priority=session.entered(PRIORITY_KEY) or "normal")
        after = None
    if after is not None:
        echo.show(form.account, command, after)
    try:
        acting.operations().begin(command, acting.caller(signed_in), after, replaces=form.retries)
        acting.close_form()
    except LedgerRefused:
        return  # a part was just lost: the form says so by itself
    finally:
        if acting.opened_form() is not None:  # nothing was begun, whatever the reason
            echo.take_back(form.account)


def _is_as_typed(command: Command, name: str, key: str) -> bool:
    """Tell whether an amount is still what the preview was made of."""
    typed = session.entered(key)
    return not typed or formats.typed_change(typed) == getattr(command, name, None)


def _with_last_words(form: OpenForm, command: Command) -> Command:
    keys = {name: form_fields.field_key(form, name) for name in WORDS if hasattr(command, name)}
    typed = {name: session.entered(key).strip() for name, key in keys.items()}
    return structs.replace(command, **typed)


def _refresh(signed_in: SignedIn) -> None:
    """Look at the account anew: somebody changed it while the form was open."""
    form = acting.opened_form()
    if form is not None:
        account = acting.account_now(signed_in, form.account.loan_account_id)
        acting.look_anew(account or form.account)
