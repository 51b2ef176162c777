"""A customer without a name, or without a record, as the bank's file has them: on every page."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.recent_customers import remember
from proto import documents
from proto.documents import ApprovalDocument, AuditEventDocument, CustomerDocument
from proto.search_keys import customer_keys
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, transaction

WHO: Final = "CUS-002166"
ACCOUNT: Final = "LOAN-1"
NOTHING: Final = re.compile(r"(?<!-)\bNone\b|\*\*\*\*|:blue\[\]")
NOW: Final = Instant.parse("2026-11-15T00:00:00Z")

PAGES: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("search.py", "support", {"q": WHO}),
    ("search.py", "analyst", {"q": WHO}),
    ("customer.py", "support", {"id": WHO}),
    ("customer.py", "analyst", {"id": WHO, "account": ACCOUNT}),
    ("customer.py", "compliance", {"account": ACCOUNT}),
    ("overview.py", "analyst", {"rows": "accounts"}),
    ("overview.py", "supervisor", {"rows": "accounts"}),
    ("approvals.py", "supervisor", {"status": "pending"}),
    ("request.py", "supervisor", {"id": "REQ-N"}),
    ("audit.py", "compliance", {"period": "any"}),
    ("audit.py", "compliance", {"period": "any", "customer": WHO, "event": f"{ACCOUNT}:1"}),
)
"""Every page that names a customer, for who may open it."""


@pytest.fixture(params=["no record", "no name"])
def nameless(request: pytest.FixtureRequest, store: Store) -> str:
    """A customer with an account, a payment, a pending request and an event."""
    if request.param == "no name":
        document = CustomerDocument(
            customer_id=Key(WHO),
            full_name="",
            search=customer_keys(WHO, None, None, None),
        )
        store(documents.CUSTOMERS, WHO, document)
    store(documents.LOAN_ACCOUNTS, ACCOUNT, account(ACCOUNT, WHO, "0000001787", name=None))
    store(documents.TRANSACTIONS, "TX-9", transaction(9, ACCOUNT))
    asked = ApprovalDocument(
        request_id=Key("REQ-N"),
        kind="write_off",
        status="pending",
        amount=Money(2_500_00),
        loan_account_id=Key(ACCOUNT),
        customer_id=Key(WHO),
        requested_by=Key("staff-x"),
        requested_at=NOW,
    )
    store(documents.APPROVALS, "REQ-N", asked)
    event = AuditEventDocument(
        event_id=Key(f"{ACCOUNT}:1"),
        event_type="loan.disbursed.v1",
        subject_id=Key(ACCOUNT),
        ver=1,
        position=1,
        recorded_at=NOW,
        actor=Key("staff-x"),
        body="{}",
        hash="0" * 64,
        prev="0" * 64,
        loan_account_id=Key(ACCOUNT),
        customer_id=Key(WHO),
    )
    store(documents.AUDIT_EVENTS, f"{ACCOUNT}:1", event)
    return WHO


def test_somebody_without_a_name_is_told_by_id(
    opened: Callable[..., AppTest], nameless: str
) -> None:
    """Every page opens, says the id, and shows nothing as a program writes nothing."""
    for file, role, asked in PAGES:
        page = opened(file, role, **asked)
        assert not page.exception, file
        told = sent(page)
        assert nameless in told, file
        found = NOTHING.search(told)
        assert found is None, f"{file}: {told[found.start() - 80 : found.end() + 20]}"


def test_whom_one_opened_last_is_told_by_id(
    opened: Callable[..., AppTest], nameless: str, database: DeskDatabase
) -> None:
    """Also who has no record is among them."""
    page = opened("search.py")
    remember(database, page.session_state["slot:owner"], nameless)
    assert nameless in sent(page.run())


def sent(page: AppTest) -> str:
    """All that the browser is told, its escapes left out."""
    told = (str(each.proto) for each in page._tree if getattr(each, "proto", None) is not None)
    return "\n".join(told).replace("\\", "")
