"""The list of requests: filters that stand in the address, sorted and paged by the server."""

from datetime import UTC, datetime
from typing import Final, cast

import streamlit as st

from dashboard import formats, request_words, services, session
from dashboard.amount_faults import amount_fault
from dashboard.components import acting
from dashboard.components.address_fields import day_of, one_of, some_of, text_of
from dashboard.components.form_fields import say_fault
from dashboard.components.opening import open_chosen
from dashboard.components.pager import Pager
from dashboard.components.requests_table import requests_table
from dashboard.queries.approvals import (
    Reader,
    RequestFilter,
    requests,
)
from dashboard.queries.request_order import RequestCursor, Sort
from dashboard.queries.rights import REQUEST_ROLES, corrects_payments, decides_requests
from dashboard.queries.staff_names import MORE_PEOPLE, PEOPLE_MAX, requesters

SORTS: Final = {
    "oldest": "Oldest first",
    "newest": "Newest first",
    "largest": "Largest first",
    "requester": "By requester",
    "kind": "By kind",
}
NOBODY: Final = "Anybody"
REFRESH_SECONDS: Final = 10


def requests_list(reader: Reader) -> None:
    """Show the filters and the page of requests that they leave."""
    _page(_filters(reader))


@st.fragment(run_every=REFRESH_SECONDS)
def _page(chosen: RequestFilter) -> None:
    """Show the page as it stands now; runs again by itself, so that no age stands still."""
    reader = acting.reader(session.require(*REQUEST_ROLES))
    pages = Pager[RequestCursor]("request-pages", chosen)
    page = requests(services.database(), reader, chosen, pages.after)
    if not page.rows:
        _nothing(reader, chosen)
        return
    now = datetime.now(UTC)
    opened = requests_table("Requests", page.rows, reader, now, key="requests")
    pages.turn(page.following, page.count, "request")
    if opened:
        open_chosen(opened)


def _filters(reader: Reader) -> RequestFilter:
    decides = decides_requests(reader.roles)
    words = {code: badge.word for code, badge in request_words.STATUSES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statuses = some_of("Status", "status", words, ["pending"] if decides else [])
        kinds = some_of("Kind", "kind", request_words.KINDS, width=190, nothing="Any")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sees_others = decides or corrects_payments(reader.roles)
        requester = _requester() if sees_others else ""
        least = text_of("Amount from", "least", width=110, placeholder="Any")
        most = text_of("Amount to", "most", width=110, placeholder="Any")
        first, last = day_of("Asked from", "since"), day_of("Asked to", "until")
        sort = one_of("Sort", "sort", SORTS, "oldest", width=150)
    say_fault(amount_fault("Amount from", least) or amount_fault("Amount to", most))
    return RequestFilter(
        statuses=tuple(sorted(statuses)),
        kinds=tuple(sorted(kinds)),
        requester=requester,
        at_least=formats.typed_money(least),
        at_most=formats.typed_money(most),
        from_date=first,
        to_date=last,
        sort=cast("Sort", sort),
    )


def _requester() -> str:
    """Ask whose requests; the address holds the id."""
    people = requesters(services.database())
    tip = MORE_PEOPLE if len(people) >= PEOPLE_MAX else None
    return one_of("Asked by", "by", {"": NOBODY, **people}, width=170, may_be_other=True, tip=tip)


def _nothing(reader: Reader, chosen: RequestFilter) -> None:
    plain = RequestFilter(statuses=("pending",), sort=chosen.sort)
    if chosen == plain and decides_requests(reader.roles):
        st.markdown("Nothing waits for a decision. A new request shows here by itself.")
    elif chosen.is_set:
        st.markdown("No request matches. Clear a filter or widen the dates to see more.")
    else:
        st.markdown(
            "You have asked for nothing yet. A form whose change takes somebody else's"
            " approval becomes a request, and stands here."
        )
