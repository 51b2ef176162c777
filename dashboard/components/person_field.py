"""Asks for one of the staff by name; the address holds the id, which stays that person's."""

from collections.abc import Mapping

import streamlit as st

from dashboard import session


def person_field(
    label: str, key: str, names: Mapping[str, str], nobody: str, width: int | None = None
) -> str:
    """Ask for one of those named, by id; an id in the address that nobody bears may stay.

    A name would not do in the address: once another bears it too, it is told otherwise.
    """
    asked, field = str(st.query_params.get(key, "")), f"{key}-chosen"
    offered = {"": nobody, **names}
    offered.setdefault(asked, asked)
    if session.entered(field) != asked:
        session.enter(field, asked)
    st.selectbox(
        label,
        list(offered),
        format_func=lambda who: offered[who],
        key=field,
        width=width or "stretch",
        on_change=_keep,
        args=(key, field),
    )
    return asked


def _keep(key: str, field: str) -> None:
    chosen = session.entered(field)
    if chosen:
        st.query_params[key] = chosen
    else:
        st.query_params.pop(key, None)
