"""This process as a desk: its settings and its connections, fresh and closed again."""

import contextlib
import time
from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import services, settings

PATIENCE_SECONDS = 60


@contextlib.contextmanager
def desk_of_its_own(monkeypatch: pytest.MonkeyPatch, **environ: str) -> Iterator[None]:
    """Let the pages of this process see these settings, and nothing that others left."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    # A cleared cache leaves its connections and their threads behind; hundreds slow a run down.
    services.live().stop()
    services.database().client.close()
    services.redis_client().close()
    services.ledger().close()
    services.workers().shutdown()
    _forget()


def _forget() -> None:
    settings.current.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()


def run(page: AppTest) -> AppTest:
    """Run a page; on a machine that is too busy for the desk's short limits, once more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    page.run()
    while page.exception and time.monotonic() < deadline:
        time.sleep(0.5)
        page.run()
    assert not page.exception, [each.value for each in page.exception]
    return page
