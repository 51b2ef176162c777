"""The buttons to the next page of a list and back, under an impatient hand."""

from streamlit.testing.v1 import AppTest

from tests.dashboard.own_process import run


def list_in_two_pages() -> None:
    """Show where the page in hand begins; the second begins at b, whichever is in hand."""
    import streamlit as st  # noqa: PLC0415 - a script of its own

    from dashboard.components.pager import Pager  # noqa: PLC0415 - the same

    pages = Pager[str]("letters", "all")
    st.text(f"after {pages.after}")
    pages.turn("b")


def test_a_second_click_on_the_way_counts_for_nothing() -> None:
    """It comes with what the first was given: the same next page, or none before the first."""
    page = run(AppTest.from_function(list_in_two_pages, default_timeout=60))
    for label, place in (("Next", "b"), ("Next", "b"), ("Previous", None), ("Previous", None)):
        page.button(f"letters-{label}").proto.disabled = False  # as it was at the first click
        page.button(f"letters-{label}").click()
        run(page)
        assert page.text[0].value == f"after {place}"
