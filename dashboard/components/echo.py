"""The echo of a change: what it leads to stands where the figures stand, before it is sent.

Closing a dialog runs the whole page again, which takes longer than a person waits without
noticing; a few figures drawn by themselves do not.
"""

import logging
import time
from datetime import UTC, datetime
from typing import Final

import streamlit as st
from msgspec import Struct
from streamlit.delta_generator import DeltaGenerator

from dashboard import session
from dashboard.commands.answers import Balances
from dashboard.commands.registry import Command
from dashboard.components.account_card import account_figures
from dashboard.components.operation_state import operation_progress, saving
from dashboard.components.promised import promised
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView

LEAVES_SECONDS: Final = 0.05
"""Streamlit sends every 10 ms, later where the processor is busy, and forgets what is unsent
when the page runs again."""

_PLACE: Final = "figures-place"
_DRAWS_IN_CALLBACK: Final = "A fragment rerun was triggered with a callback that displays"


class _Place(Struct, frozen=True):
    """Where an account's figures stand at this tab."""

    loan_account_id: str
    at: DeltaGenerator


def figures_with_echo(account: AccountView, under_way: list[Operation], now: datetime) -> None:
    """Show the balances and what goes well, where an echo of the next change takes their place."""
    place = st.empty()
    session.put(_PLACE, _Place(account.loan_account_id, place))
    with place.container():
        account_figures(account, now)
        for each in under_way:
            operation_progress(each)


def show(account: AccountView, command: Command, after: Balances) -> None:
    """Show what a change leads to and that it is being saved; for callbacks."""
    if _draw(promised(account, after), command):
        time.sleep(LEAVES_SECONDS)


def take_back(account: AccountView) -> None:
    """Show the figures as they were: the change was not begun."""
    _draw(account)


def _draw(account: AccountView, command: Command | None = None) -> bool:
    place: _Place | None = session.kept(_PLACE)
    if place is None or place.loan_account_id != account.loan_account_id:
        return False
    with place.at.container():
        account_figures(account, datetime.now(UTC))
        if command is not None:
            saving(command)
    return True


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out Streamlit's warning that a callback's elements land at the page's top.

    Ours do not: they have a place.
    """
    return _DRAWS_IN_CALLBACK not in record.getMessage()


def accept_callbacks_that_draw() -> None:
    """Keep the log free of a warning that would come with every change; once a process."""
    logging.getLogger("streamlit").addFilter(_is_news)
