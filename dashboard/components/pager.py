"""The pages of a long list: where the one in hand begins, and the buttons to those beside it.

A page is asked for by where it begins, so the way back is the places come through.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import streamlit as st

from dashboard import session
from dashboard.components.quiet import quiet
from dashboard.formats import plural
from dashboard.queries.declared import COUNT_MAX

Place = TypeVar("Place")


class Pager(Generic[Place]):
    """The way through one list, kept under its name; another filter begins at the first page."""

    def __init__(self, name: str, about: object) -> None:
        held: tuple[object, list[Place]] = session.slot(name, lambda: (about, []))
        if held[0] != about:
            held = (about, [])
            session.put(name, held)
        self._name, self._places = name, held[1]

    @property
    def after(self) -> Place | None:
        """Where the page in hand begins; None for the first."""
        return self._places[-1] if self._places else None

    def turn(self, following: Place | None, count: int | None = None, noun: str = "") -> None:
        """Offer the pages beside this one, and say how many there are, where that was counted."""
        with st.container(horizontal=True, vertical_alignment="center"):
            if self._places or following is not None:
                self._button("First", self._places.clear, is_there=bool(self._places))
                self._button("Previous", self._back, is_there=bool(self._places))
                self._button("Next", self._on, following, is_there=following is not None)
            if count is not None:
                quiet(f"{COUNT_MAX:,}+ {noun}s" if count >= COUNT_MAX else plural(count, noun))

    def _button(
        self, label: str, go: Callable[..., None], *where: Place | None, is_there: bool
    ) -> None:
        st.button(
            label, key=f"{self._name}-{label}", disabled=not is_there, on_click=go, args=where
        )

    def _back(self) -> None:
        if self._places:  # the second click of two may find the first page in hand
            self._places.pop()

    def _on(self, following: Place | None) -> None:
        if following is not None and following != self.after:  # clicked twice it is one page on
            self._places.append(following)


def start_over(name: str) -> None:
    """Begin a list at its first page, whatever it is about."""
    session.forget(name)
