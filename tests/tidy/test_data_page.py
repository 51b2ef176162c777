"""The page on stored data tells of what is stored."""

from tests.tidy import data_page


def test_the_page_on_stored_data_is_up_to_date() -> None:
    """docs/data.md is made from proto/documents.py (events.md, section 4)."""
    assert data_page.PAGE.read_text() == data_page.page()
