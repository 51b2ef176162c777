"""The one search box, in the frame of every page: it suggests while somebody types."""

from pathlib import Path
from typing import Any, Final

import msgspec
import streamlit as st

from dashboard import services, session
from dashboard.components.hits import Line, groups_of, line_of
from dashboard.components.opening import open_chosen
from dashboard.formats import short, visible
from dashboard.queries.found import Found
from dashboard.queries.search import search
from dashboard.session import SignedIn
from proto.values import write_value

KEY: Final = "search-box"
SUGGESTIONS_MAX: Final = 6
PLACEHOLDER: Final = "Search customers, accounts, payments"
_HERE: Final = Path(__file__)


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer has no public type
    return st.components.v2.component(
        "billie_search_box",
        js=_HERE.with_suffix(".js").read_text(),
        css=_HERE.with_suffix(".css").read_text(),
    )


@st.fragment
def search_box(signed_in: SignedIn) -> None:
    """Show the box; Enter opens the best match, or the one that was marked."""
    found = session.slot("suggestions", lambda: Found(""))
    _component()(
        data=_data(found),
        key=KEY,
        on_typed_change=_look,
        on_opened_change=_choose,
    )
    chosen = session.slot("chosen", str)
    if chosen:
        session.forget("chosen")
        _open(signed_in, chosen)


def _look() -> None:
    signed_in = session.require()
    typed = session.sent(KEY, "typed")
    found = search(services.database(), signed_in.roles, typed, SUGGESTIONS_MAX)
    session.put("suggestions", found)


def _choose() -> None:
    session.put("chosen", session.sent(KEY, "opened"))


def _open(signed_in: SignedIn, chosen: str) -> None:
    """Go there; a text that was typed faster than it was looked for is looked for now."""
    session.forget("suggestions")
    kind, _, text = chosen.partition(":")
    if kind != "text":
        open_chosen(chosen)
        return
    best = search(services.database(), signed_in.roles, text, SUGGESTIONS_MAX).best
    open_chosen(line_of(best).opens if best else f"results:{text}")


def _data(found: Found) -> dict[str, Any]:
    groups = [
        {"title": title, "hits": [_hit(line) for line in lines]}
        for title, lines in groups_of(found)
    ]
    sentence = ""
    if groups:
        groups.append({"title": "", "hits": [_hit(_everything(found.text))]})
    elif not found.is_too_short:
        sentence = "Nothing found. Try a part of the name, the mobile, or an id."
    return {
        "text": found.text,
        "groups": groups,
        "sentence": sentence,
        "placeholder": PLACEHOLDER,
    }


def _everything(text: str) -> Line:
    return Line(
        title=f"All results for “{text}”",
        code="",
        more="",
        badges=(),
        figure="",
        opens=f"results:{text}",
    )


def _hit(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(line, enc_hook=write_value)
    said = {name: short(visible(told[name])) for name in ("title", "code", "more")}
    return told | said | {"badges": [[badge.word, badge.colour] for badge in line.badges]}
