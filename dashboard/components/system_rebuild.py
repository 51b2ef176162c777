"""The rebuild of what the screens show: how the last one went, and a new one to ask for."""

from typing import Final

import streamlit as st

from dashboard import formats, session
from dashboard.commands.ask_rebuild import AskRebuild
from dashboard.components import sending
from dashboard.components.quiet import quiet
from dashboard.components.system_parts import heading
from dashboard.formats import code, inert
from dashboard.operation import Operation
from dashboard.queries.health import Health
from dashboard.queries.rights import REBUILD_ROLES, asks_rebuild
from dashboard.queries.system import Rebuilt
from dashboard.session import SignedIn

PLACE: Final = "system:rebuild"
LABEL: Final = "Rebuild what the screens show"


def system_rebuild(signed_in: SignedIn, last: Rebuilt | None, health: Health) -> None:
    """Show how the last one went or goes; administrators ask for another."""
    heading("Rebuild", last.at if last else None)
    runs = last is not None and last.is_running
    if last is None:
        st.markdown("What the screens show was never rebuilt.")
    elif runs:
        share = min(1.0, last.events / last.events_total) if last.events_total else 0.0
        st.progress(share, inert(_told(last)))
    else:
        st.markdown(inert(_told(last)))
    if not asks_rebuild(signed_in.roles):
        return
    if sending.is_done(signed_in, PLACE):
        quiet("Asked for. The projector begins in a moment.")
    with st.popover(LABEL, icon=":material/restart_alt:", disabled=runs):
        st.markdown(
            "Everything that the screens show is made anew from the events, beside what is"
            " there, and swapped in when it is whole. Work goes on meanwhile, somewhat"
            " slower. Who asked is recorded."
        )
        st.button(
            LABEL,
            key="ask-rebuild",
            type="primary",
            disabled=health.read_only or runs,
            help=health.sentence if health.read_only else None,
            on_click=_ask,
            args=(signed_in,),
        )
        quiet(f"The same on the server: {code('python -m projector rebuild')}")
    sending.trouble(signed_in, PLACE, retry_rebuild)


def _ask(signed_in: SignedIn) -> None:
    session.require(*REBUILD_ROLES)
    sending.send(signed_in, AskRebuild())


def retry_rebuild(signed_in: SignedIn, operation: Operation) -> None:
    """Ask anew for what failed: nothing is to be entered for it."""
    sending.hold(operation)
    _ask(signed_in)


def _told(last: Rebuilt) -> str:
    at = formats.day_and_clock(last.at)
    if last.state == "failed":
        return f"The last rebuild failed {at}: {last.sentence}"
    if last.is_running:
        return f"A rebuild is {last.state}: {last.events:,} of {last.events_total:,} events."
    if last.state != "done":
        return f"The last rebuild ended early, {at}; what the screens show is as it was."
    return (
        f"Last rebuilt {at} from {last.events:,} events; {last.differing:,} of"
        f" {last.compared:,} documents differed and were mended."
    )
