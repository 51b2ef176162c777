"""The desk without the frozen heap and without cached figures: the slow side of a ratio."""

import gc
import sys
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.__main__ import main


def _uncached(*arguments: Any, **_options: Any) -> Callable[..., Any]:  # noqa: ANN401 - any function
    """Stand where `st.cache_data` stands and compute every time."""
    return arguments[0] if arguments else lambda function: function


if __name__ == "__main__":
    gc.freeze = lambda: None
    setattr(st, "cache_data", _uncached)  # noqa: B010 - mypy knows another type
    sys.exit(main())
