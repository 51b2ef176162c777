"""Notices on every page: what failed, what waits for a decision, what became of requests."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import formats, request_words, services, session
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.staff_change import StaffChange
from dashboard.components import acting, pulse, retrying, staff_changes
from dashboard.components.opening import open_chosen
from dashboard.components.operation_state import (
    again,
    dismiss_button,
    leads_on,
    sends_the_same,
    toast,
)
from dashboard.components.quiet import quiet
from dashboard.formats import code, inert
from dashboard.live import topic
from dashboard.operation import Operation
from dashboard.operation_store import LISTED_MAX
from dashboard.queries.staff_notices import Notice, notices
from dashboard.session import SignedIn
from proto import documents

TOASTS_MAX: Final = 3
"""So many at once are told one by one; more are counted."""

SHOWN_MAX: Final = 15
_SHOWN: Final = "troubles-page"
_COUNTED: Final = "troubles-counted"
_LEADS_TO: Final = "notices-lead-to"
_OPENED: Final = "notices-opened"
"""Counts what was opened from the list: another key closes it, so that the page is seen."""


def show(signed_in: SignedIn) -> None:
    """Show the bell with what is new, and tell each new thing once in passing."""
    retrying.from_address(signed_in)
    if place := session.slot(_LEADS_TO, str):
        session.forget(_LEADS_TO)
        _leave_for(place)
    since = pulse.mark()
    own = topic(documents.STAFF, signed_in.staff_id)
    pulse.follow(since, topic(documents.STAFF_NOTIFICATIONS), own)
    told = notices(services.database(), acting.reader(signed_in))
    marks = _mark_read(signed_in, told)
    unread = [each for each in told if each.name not in marks]
    mine = acting.operations().mine(acting.caller(signed_in))
    troubles = [each for each in mine if each.is_trouble]
    _toasts(unread, troubles)
    count = len(unread) + len(troubles)
    label = f"Notices · {count}" if count else "Notices"
    key = f"notices-{session.slot(_OPENED, int)}"
    with st.popover(label, icon=":material/notifications:", key=key):
        _troubles(signed_in, troubles)
        if told or not troubles:
            _notices(signed_in, told, unread)


def _mark_read(signed_in: SignedIn, told: list[Notice]) -> set[str]:
    """Note as read what the page in hand tells by itself; give all that was read."""
    here = st.query_params.get("id", "")
    names = [each.name for each in told]
    marks = services.read_marks().read(signed_in.staff_id, names)
    seen = [each.name for each in told if each.request_id == here and each.name not in marks]
    services.read_marks().mark(signed_in.staff_id, seen)
    return marks.union(seen)


def _toasts(unread: list[Notice], troubles: list[Operation]) -> None:
    for each in troubles[:TOASTS_MAX]:
        toast(each)
    if len(troubles) > TOASTS_MAX and not session.slot(_COUNTED, bool):
        session.put(_COUNTED, value=True)
        told = f"{len(troubles)} changes failed or are not known yet: all stand under Notices."
        st.toast(told, icon=":material/error:", duration="long")
    before: set[str] = session.slot("told-notices", set)
    new = [each for each in unread if each.name not in before]
    before |= {each.name for each in new}
    if len(new) > TOASTS_MAX:
        told = f"{len(new)} notices are new. [Open the requests](/approvals)"
        st.toast(told, icon=":material/notifications:", duration="long")
        return
    for notice in new:
        link = f"[Open it](/request?id={notice.request_id})"
        age = formats.age(notice.at, datetime.now(UTC))
        st.toast(f"{_told(notice)}, {age}. {link}", icon=":material/how_to_reg:", duration="long")


def _told(notice: Notice) -> str:
    what = inert(request_words.title(notice.kind, notice.amount))
    if notice.is_outcome:
        word = request_words.status(notice.status).word.lower()
        return f"Your request was {word}: **{what}**"
    return f"New approval request: **{what}**"


def _troubles(signed_in: SignedIn, troubles: list[Operation]) -> None:
    """Show a page of what failed or is not known, and how much more there is."""
    shown = session.slot(_SHOWN, lambda: SHOWN_MAX)
    for each in troubles[:shown]:
        state = "failed" if each.state == "refused" else "is not known yet"
        st.markdown(f"**{inert(each.command.what)}** {state}: {inert(each.sentence)}")
        where = f"{code(each.loan_account_id)} · " if each.loan_account_id else ""
        quiet(f"{where}{formats.day_and_clock(each.created_at)}")
        with st.container(horizontal=True):
            _buttons(signed_in, each)
    more = len(troubles) - shown
    if more > 0:
        st.button(
            f"Show {min(more, SHOWN_MAX)} of {more} more",
            key="troubles-more",
            type="tertiary",
            on_click=session.put,
            args=(_SHOWN, shown + SHOWN_MAX),
        )
    elif len(troubles) >= LISTED_MAX:
        quiet("These are the newest; older ones follow as you clear them up.")


def _buttons(signed_in: SignedIn, each: Operation) -> None:
    is_same = sends_the_same(each)
    pressed = st.button(
        "Check again" if each.state == "unknown" else "Retry",
        key=f"centre-again-{each.key}",
        on_click=again if is_same else retrying.retry,
        args=(signed_in, each, _follow) if is_same else (signed_in, each),
    )
    opened = st.button("Open", key=f"centre-open-{each.key}")
    dismiss_button(signed_in, each, "-centre")
    if opened or (pressed and not is_same and leads_on(each)):
        _leave_for(each.command.place)


def _follow(signed_in: SignedIn, found: Operation) -> None:
    """Do what is owed on what was found done; who is new has a start password to be seen."""
    if isinstance(found.command, StaffChange):
        staff_changes.follow(signed_in, found)
    if isinstance(found.command, CreateStaff | GiveStartPassword):
        session.put(_LEADS_TO, found.command.place)


def _leave_for(place: str) -> None:
    session.put(_OPENED, session.slot(_OPENED, int) + 1)
    open_chosen(place)


def _notices(signed_in: SignedIn, told: list[Notice], unread: list[Notice]) -> None:
    if not told:
        quiet("Nothing waits for you.")
        return
    new = {each.name for each in unread}
    for each in told[:SHOWN_MAX]:
        with st.container(horizontal=True, vertical_alignment="center"):
            dot = ":blue-badge[New] " if each.name in new else ""
            st.markdown(f"{dot}{_told(each)}, {formats.day_and_clock(each.at)}", width="stretch")
            if st.button("Open", key=f"notice-{each.name}"):
                _leave_for(f"request:{each.request_id}")
    if len(told) > SHOWN_MAX:
        quiet(f"{len(told) - SHOWN_MAX} more stand under Approvals.")
    if unread:
        st.button(
            "Mark all as read",
            key="notices-read",
            type="tertiary",
            on_click=services.read_marks().mark,
            args=(signed_in.staff_id, [each.name for each in unread]),
        )
