"""What a page says, as a test reads it."""

import time

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button


def everything(page: AppTest) -> str:
    """All that the page sends to the browser, components' data included."""
    return "\n".join(f"{each} {getattr(each, 'proto', '')}" for each in page._tree)


def figures(page: AppTest) -> dict[str, str]:
    """The balances by their labels."""
    return {each.label: each.value.replace("\\", "") for each in page.metric}


def button(page: AppTest, label: str) -> Button:
    """The button with a label, its escapes left out."""
    return next(each for each in page.button if each.label.replace("\\", "") == label)


def until(page: AppTest, word: str) -> AppTest:
    """Run the page again until it says a word."""
    deadline = time.monotonic() + 60
    while word not in everything(page):
        assert time.monotonic() < deadline, f"the page never says {word}"
        time.sleep(0.1)
        page.run()
    return page
