"""The audit page over a real database, run without a browser: words, reasons, ids."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import event_words
from dashboard.queries.audit_filter import KINDS
from proto import documents
from proto.events import EVENTS, LedgerEvent
from proto.values import Key
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.screens.reading import everything
from tests.dashboard.desk.test_audit import event

SWITCH = "ledger:read-only:6"


@pytest.fixture(autouse=True)
def _trail(store: Store) -> None:
    store(documents.AUDIT_EVENTS, "ACC-1:5", event(5))
    switch = event(
        6,
        event_id=Key(SWITCH),
        event_type="ledger.read_only_set.v1",
        subject_id=Key("ledger:read-only"),
        loan_account_id=None,
        customer_id=None,
        amount=None,
        reason_code=None,
        body='{"read_only":true,"reason":"Moving the database"}',
    )
    store(documents.AUDIT_EVENTS, SWITCH, switch)


def test_what_an_auditor_copies_is_what_is_stored(opened: Callable[..., AppTest]) -> None:
    """Ids, hashes and the exact time stand in code, with no sign that cannot be seen."""
    page = opened("audit.py", "compliance", period="any", event=SWITCH)
    (facts,) = [each.value for each in page.markdown if "Event id" in each.value]
    for told in (SWITCH, "ledger:read-only", f"{6:064x}", f"{5:064x}", "2026-11-01T06:00:00.000Z"):
        assert f"`{told}`" in facts
    assert "\u2060" not in facts


def test_every_event_of_the_ledger_has_words_of_its_own() -> None:
    """The audit tells each by them; a request that was taken back is called so here too."""
    assert event_words.WORDS.keys() == {each for kind in KINDS.values() for each in kind}
    ours = {name for name, each in EVENTS.items() if issubclass(each, LedgerEvent)}
    assert event_words.WORDS.keys() >= ours
    assert len(set(event_words.WORDS.values())) == len(event_words.WORDS)
    assert event_words.of("writeoff.cancelled.v1") == "Write-off taken back"


def test_a_reason_of_no_list_is_told_too(opened: Callable[..., AppTest]) -> None:
    """Why the ledger was switched to read-only stands in its row, and in the event's facts."""
    told = everything(opened("audit.py", "compliance", period="any"))
    assert "Moving the database" in told
    assert "Read-only switch set" in told
    page = opened("audit.py", "compliance", period="any", event=SWITCH)
    assert any("**Reason** Moving the database" in each.value for each in page.markdown)


def test_an_account_is_found_by_the_number_that_staff_know(opened: Callable[..., AppTest]) -> None:
    """As well as by its id."""
    for asked in ("1000-0042", "ACC-1"):
        told = everything(opened("audit.py", "compliance", period="any", account=asked))
        assert "Fee waived" in told
        assert "Read-only switch set" not in told
