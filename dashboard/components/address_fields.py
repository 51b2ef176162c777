"""The fields of filters: what stands in them stands in the address too, choices as codes.

Of a choice Streamlit's own binding would write the words, which change with our language; and
a person's name means somebody else once another bears it too. Nor could a bound name be asked
for of another page: the audit's account is the customer page's too.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Final

import streamlit as st

from dashboard import session
from dashboard.components import address

EVERY: Final = "all"
"""Stands in the address where nothing is chosen, though something usually is."""
_ON: Final = "true"


def one_of(
    label: str,
    key: str,
    words: Mapping[str, str],
    usual: str = "",
    *,
    width: int | None = None,
    may_be_other: bool = False,
    tip: str | None = None,
) -> str:
    """Ask for one of the codes; the address leaves the usual one out.

    A code in the address that is not offered stays where there may be others, as that of
    somebody who has left; else it counts as the usual one.
    """
    asked = _asked(key)
    offered = {**words, asked: asked} if asked not in words and may_be_other else words
    chosen = asked if asked and asked in offered else usual
    _stand(key, chosen)
    st.selectbox(
        label,
        list(offered),
        format_func=lambda code: offered[code],
        key=_field(key),
        width=width or "stretch",
        help=tip,
        on_change=_keep_one,
        args=(key, usual),
    )
    return chosen


def step_of(label: str, key: str, words: Mapping[str, str]) -> str:
    """Ask for one of few codes by buttons beside one another; the first is the usual one."""
    usual = next(iter(words))
    asked = _asked(key)
    chosen = asked if asked in words else usual
    _stand(key, chosen)
    st.segmented_control(
        label,
        list(words),
        format_func=lambda code: words[code],
        required=True,
        key=_field(key),
        on_change=_keep_one,
        args=(key, usual),
    )
    return chosen


def some_of(
    label: str,
    key: str,
    words: Mapping[str, str],
    usual: Sequence[str] = (),
    *,
    width: int | None = None,
    nothing: str = "",
) -> tuple[str, ...]:
    """Ask for some of the codes; none means all. A list that opens, where `nothing` says that.

    Without that word all codes stand beside one another, to be switched on and off.
    """
    address.keep(key)
    asked = st.query_params.get_all(key)
    known = tuple(dict.fromkeys(code for code in asked if code in words))
    chosen = known if known or asked == [EVERY] else tuple(usual)
    _stand(key, list(chosen))
    if nothing:
        st.multiselect(
            label,
            list(words),
            format_func=lambda code: words[code],
            key=_field(key),
            placeholder=nothing,
            width=width or "stretch",
            on_change=_keep_some,
            args=(key, usual),
        )
    else:
        st.pills(
            label,
            list(words),
            selection_mode="multi",
            format_func=lambda code: words[code],
            key=_field(key),
            width="content",
            on_change=_keep_some,
            args=(key, usual),
        )
    return chosen


def text_of(
    label: str,
    key: str,
    *,
    width: int | None = None,
    placeholder: str | None = None,
    characters_max: int = 100,
    tip: str | None = None,
) -> str:
    """Ask for a text."""
    asked = _asked(key)[:characters_max]
    _stand(key, asked)
    st.text_input(
        label,
        key=_field(key),
        max_chars=characters_max,
        width=width or "stretch",
        placeholder=placeholder,
        help=tip,
        on_change=_keep_one,
        args=(key, ""),
    )
    return asked.strip()


def typed_of(label: str, key: str, *, width: int, placeholder: str) -> str:
    """Ask for a text, and look while it is typed: the browser keeps the address itself."""
    address.keep(key)
    typed = st.text_input(
        label, key=key, width=width, placeholder=placeholder, live="300ms", bind="query-params"
    )
    return (typed or "").strip()


def day_of(label: str, key: str, usual: date | None = None, *, width: int = 140) -> date | None:
    """Ask for a day; what is no day in the address counts as the usual one."""
    asked = usual
    with suppress(ValueError):
        asked = date.fromisoformat(_asked(key))
    _stand(key, asked)
    st.date_input(
        label,
        None,
        key=_field(key),
        format="DD/MM/YYYY",
        width=width,
        on_change=_keep_day,
        args=(key, usual),
    )
    return asked


def is_on(label: str, key: str) -> bool:
    """Ask whether."""
    asked = _asked(key) == _ON
    _stand(key, asked)
    st.toggle(label, key=_field(key), on_change=_keep_whether, args=(key,))
    return asked


def _asked(key: str) -> str:
    address.keep(key)
    return str(st.query_params.get(key, ""))


def _stand(key: str, value: object) -> None:
    """Let a field show what the address asks for."""
    if session.held(_field(key)) != value:
        session.enter(_field(key), value)


def _field(key: str) -> str:
    return f"{key}-chosen"


def _keep_one(key: str, usual: str) -> None:
    chosen = session.entered(_field(key))
    if chosen in {"", usual}:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen


def _keep_day(key: str, usual: date | None) -> None:
    chosen = session.held(_field(key))
    if isinstance(chosen, date) and chosen != usual:
        st.query_params[key] = chosen.isoformat()
    else:
        st.query_params.pop(key, None)


def _keep_whether(key: str) -> None:
    if session.held(_field(key)):
        st.query_params[key] = _ON
    else:
        st.query_params.pop(key, None)


def _keep_some(key: str, usual: Sequence[str]) -> None:
    chosen = [str(each) for each in session.held(_field(key)) or ()]
    if set(chosen) == set(usual):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen or [EVERY]
