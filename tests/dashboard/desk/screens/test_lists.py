"""What lists and panels tell, over a real database, run without a browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import structs
from streamlit.testing.v1 import AppTest

from dashboard import formats, request_words
from proto import documents
from proto.documents import ApprovalDocument
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.portfolio import transaction
from tests.dashboard.desk.screens.reading import everything
from tests.dashboard.desk.test_letters import dead


def test_an_age_stands_beside_the_local_time(opened: Callable[..., AppTest], store: Store) -> None:
    """In the list of requests and in that of dead letters; the exact time is the tooltip."""
    then = Instant.of(datetime.now(UTC) - timedelta(minutes=7))
    request = ApprovalDocument(
        request_id=Key("REQ-1"),
        kind="write_off",
        status="pending",
        amount=Money(2_500_00),
        requested_by=Key("staff-x"),
        requested_at=then,
    )
    store(documents.APPROVALS, "REQ-1", request)
    dead(store, 1, moved_at=then)
    for file, role in (("approvals.py", "supervisor"), ("dead_letters.py", "admin")):
        assert f"{formats.day_and_clock(then)} (7 min ago)" in everything(opened(file, role))


def test_a_reason_has_the_same_words_everywhere(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """An opened transaction says it as the form and the audit do."""
    for code in ("late_payment", "bank_error"):
        told = structs.replace(transaction(1), reason_code=code)
        store(documents.TRANSACTIONS, "TX-1", told)
        page = opened("customer.py", id="CUS-12345", account="ACC-1", transaction="TX-1")
        assert f'"{request_words.reason(code)}"' in everything(page).replace("\\", "")
