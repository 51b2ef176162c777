"""The audit trail: every filter, the order, the pages, the file and the sample."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from bson.decimal128 import Decimal128

from dashboard.components.audit_filters import TYPES
from dashboard.csv_files import inert_cell
from dashboard.queries.audit import (
    UNREADABLE,
    AuditRow,
    UnreadableEvent,
    audit_event,
    audit_page,
    every_row,
    sample,
)
from dashboard.queries.audit_filter import KINDS, AuditFilter, conditions
from dashboard.queries.rights import NotAllowed
from dashboard.queries.staff_names import staff_labels
from dashboard.reports.audit_csv import audit_csv
from proto import documents
from proto.documents import AuditEventDocument, StaffDocument
from proto.events import EVENTS, LedgerEvent
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, customer

AUDITOR = frozenset({"compliance"})
FIRST = Instant.of(datetime(2026, 11, 1, 0, 0, tzinfo=UTC))


def event(position: int, **told: object) -> AuditEventDocument:
    """Build an event of the trail; a later position is a later hour."""
    usual: dict[str, object] = {
        "event_id": Key(f"ACC-1:{position}"),
        "event_type": "fee.waived.v1",
        "subject_id": Key("ACC-1"),
        "ver": position,
        "position": position,
        "recorded_at": Instant.of(FIRST + timedelta(hours=position)),
        "actor": Key("staff-support"),
        "body": "{}",
        "hash": f"{position:064x}",
        "prev": f"{position - 1:064x}",
        "loan_account_id": Key("ACC-1"),
        "customer_id": Key("CUS-12345"),
        "amount": Money(position * 100),
        "reason_code": "hardship",
    }
    return AuditEventDocument(**(usual | told))  # type: ignore[arg-type]  # tests name any field


@pytest.fixture(autouse=True)
def trail(store: Store) -> None:
    """Six events: five that moved money and one that did not; one customer is staff."""
    store(documents.CUSTOMERS, "CUS-12345", customer())
    store(documents.CUSTOMERS, "CUS-9", customer("CUS-9", staff=True))
    told: dict[int, dict[str, object]] = {
        1: {"approved_by": Key("staff-supervisor")},
        2: {"customer_id": Key("CUS-9"), "loan_account_id": Key("ACC-9")},
        3: {"event_type": "repayment.recorded.v1", "amount": Money(100)},
        4: {"review_status": "verified"},
        5: {"reason_code": "=HYPERLINK(1)", "actor": Key("staff-admin")},
        6: {"event_type": "staff.created.v1", "amount": None, "review_status": "queried"},
    }
    for position, fields in told.items():
        store(documents.AUDIT_EVENTS, f"ACC-1:{position}", event(position, **fields))


def found(database: DeskDatabase, **asked: object) -> list[int]:
    """List the positions that a filter leaves."""
    chosen = msgspec.convert(asked, AuditFilter, strict=False, dec_hook=lambda _, value: value)
    return [each.position for each in audit_page(database, AUDITOR, chosen).rows]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"kinds": ("waivers",)}, [5, 4, 2, 1]),
        ({"kinds": ("repayments", "staff")}, [6, 3]),
        ({"approver": "staff-supervisor"}, [1]),
        ({"actor": "staff-admin"}, [5]),
        ({"customer_id": "CUS-9"}, [2]),
        ({"account_id": "ACC-9"}, [2]),
        ({"reason_code": "=HYPERLINK(1)"}, [5]),
        ({"of_staff": True}, [2]),
        ({"reviewed": "none"}, [5, 3, 2, 1]),
        ({"reviewed": "verified"}, [4]),
        ({"reviewed": "queried"}, [6]),
        ({"least": Money(200), "most": Money(400)}, [4, 2]),
        ({"sort": "amount"}, [5, 4, 2, 3, 1]),
        ({"sort": "person"}, [5, 6, 4, 3, 2, 1]),
        ({"to_date": date(2026, 10, 31)}, []),
        ({"from_date": date(2026, 11, 1), "to_date": date(2026, 11, 1)}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_each_filter_leaves_its_events(
    database: DeskDatabase, asked: dict[str, object], left: list[int]
) -> None:
    """One filter at a time, in the order asked for."""
    assert found(database, **asked) == left


def test_a_customers_events_are_those_of_their_accounts_too(
    database: DeskDatabase, store: Store
) -> None:
    """An event that names an account alone is about its customer; one about another is not.

    So it is for one customer and for all who are staff, page by page.
    """
    store(documents.LOAN_ACCOUNTS, "ACC-1", account("ACC-1", "CUS-9"))
    ageing = {"event_type": "loan.aging.updated.v1", "customer_id": None, "amount": None}
    store(documents.AUDIT_EVENTS, "ACC-1:7", event(7, **ageing))
    assert found(database, customer_id="CUS-9") == [7, 2]
    assert found(database, customer_id="CUS-12345") == [6, 5, 4, 3, 1]
    assert found(database, of_staff=True) == [7, 2]
    assert turned(database, AuditFilter(of_staff=True), 1) == ["ACC-1:7", "ACC-1:2"]


def test_no_staff_customer_is_left_out(database: DeskDatabase, store: Store) -> None:
    """However many there are."""
    staff = ({"_id": f"CUS-S{each}", "staffFlag": True} for each in range(6_000))
    database[documents.CUSTOMERS.name].insert_many(staff)
    store(documents.AUDIT_EVENTS, "ACC-1:7", event(7, customer_id=Key("CUS-S5999")))
    assert found(database, of_staff=True) == [7, 2]


@pytest.mark.parametrize("asked", [{"of_staff": True}, {"customer_id": "CUS-9"}], ids=str)
def test_a_customers_events_are_found_by_an_index(
    database: DeskDatabase, store: Store, asked: dict[str, Any]
) -> None:
    """However long the trail, it is not read from end to end for one customer."""
    store(documents.LOAN_ACCOUNTS, "ACC-1", account("ACC-1", "CUS-9"))
    wanted = conditions(database, AuditFilter(**asked))
    plan = database[documents.AUDIT_EVENTS.name].find(wanted).explain()["queryPlanner"]
    used = re.findall("'indexName': '([^']+)'", str(plan["winningPlan"]))
    assert {each.partition("_")[0] for each in used} == {"customerId", "loanAccountId"}


@pytest.mark.parametrize("sort", ["newest", "amount", "person"])
def test_pages_follow_one_another_in_every_order(database: DeskDatabase, sort: str) -> None:
    """No event is shown twice or left out where a page ends, equal amounts and persons too."""
    chosen = AuditFilter(sort=sort)  # type: ignore[arg-type]  # a parameter is any text
    whole = [each.position for each in audit_page(database, AUDITOR, chosen).rows]
    page, seen = audit_page(database, AUDITOR, chosen, page_rows=2), []
    seen += [each.position for each in page.rows]
    while page.following is not None:
        page = audit_page(database, AUDITOR, chosen, page.following, 2)
        seen += [each.position for each in page.rows]
    assert seen == whole


@pytest.mark.parametrize("role", ["support", "supervisor", "analyst", "admin"])
def test_the_trail_is_for_compliance_alone(database: DeskDatabase, role: str) -> None:
    """The query refuses, whatever a page shows."""
    roles, chosen = frozenset({role}), AuditFilter()
    for asked in (
        lambda: audit_page(database, roles, chosen),
        lambda: audit_event(database, roles, "ACC-1:1"),
        lambda: list(every_row(database, roles, chosen)),
        lambda: sample(database, roles, chosen, "seed", 2),
    ):
        with pytest.raises(NotAllowed):
            asked()


def test_the_file_is_exactly_what_is_filtered(database: DeskDatabase) -> None:
    """Row by row and in the same order; nothing in it is run by a spreadsheet."""
    chosen = AuditFilter(kinds=("waivers",), sort="amount")
    made = audit_csv(every_row(database, AUDITOR, chosen))
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert [int(row["position"]) for row in rows] == [5, 4, 2, 1]
    assert (made.rows, made.is_cut) == (4, False)
    assert rows[0]["reason_code"] == "'=HYPERLINK(1)"
    assert [row["amount"] for row in rows] == ["5.00", "4.00", "2.00", "1.00"]


def test_a_file_that_is_too_long_says_so(database: DeskDatabase) -> None:
    """It holds as many rows as it may, and tells that there are more."""
    made = audit_csv(every_row(database, AUDITOR, AuditFilter()), rows_max=2)
    assert (made.rows, made.is_cut) == (2, True)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_a_formula(begins: str) -> None:
    """What a spreadsheet would run is kept as text."""
    assert inert_cell(f"{begins}1") == f"'{begins}1"


def test_a_sample_can_be_drawn_again(database: DeskDatabase) -> None:
    """The same seed draws the same events, another seed in the end others."""
    drawn = sample(database, AUDITOR, AuditFilter(), "a seed", 3)
    assert sample(database, AUDITOR, AuditFilter(sort="amount"), "a seed", 6)[:1]
    assert drawn == sample(database, AUDITOR, AuditFilter(), "a seed", 3)
    assert len({each.event_id for each in drawn}) == 3
    others = [sample(database, AUDITOR, AuditFilter(), f"seed {each}", 3) for each in range(20)]
    assert any(each != drawn for each in others)


def test_every_type_of_the_ledger_can_be_filtered_by() -> None:
    """An event type that no filter names could not be looked for; none is in two."""
    assert KINDS.keys() == TYPES.keys()
    listed = [each for kind in KINDS.values() for each in kind]
    assert len(listed) == len(set(listed))
    assert {name for name, each in EVENTS.items() if issubclass(each, LedgerEvent)} <= set(listed)


def test_a_row_of_the_list_holds_no_body(database: DeskDatabase) -> None:
    """The list fetches what it shows; the body comes with the one event that is opened."""
    assert "body" not in AuditRow.__struct_fields__
    whole = audit_event(database, AUDITOR, "ACC-1:1")
    assert whole is not None
    assert whole.body == "{}"


@pytest.mark.parametrize(
    "changed",
    [
        {"hash": 7},
        {"amount": "no amount"},
        {"amount": Decimal128("NaN")},
        {"amount": None, "ver": "x"},
        {"actor": {"$gt": ""}},
        {"recordedAt": "soon"},
        {"recordedAt": None},
        {"position": None},
    ],
    ids=str,
)
def test_entries_that_cannot_be_read_hide_no_other(
    database: DeskDatabase, changed: dict[str, object]
) -> None:
    """Each entry stands on one page, at a page's end too and where all of a page are such."""
    trail = database[documents.AUDIT_EVENTS.name]
    every = [f"ACC-1:{each}" for each in range(1, 7)]
    for spoiled in (4, 5, 2, 3, 1):
        trail.update_one({"_id": f"ACC-1:{spoiled}"}, {"$set": changed})
        for page_rows in (1, 2, 3):
            assert sorted(turned(database, AuditFilter(), page_rows)) == every
            assert sorted(turned(database, AuditFilter(sort="person"), page_rows)) == every
            assert sorted(turned(database, AuditFilter(sort="amount"), page_rows)) == every[:5]


def turned(database: DeskDatabase, chosen: AuditFilter, page_rows: int) -> list[str]:
    """Turn every page, and list the entries as they come."""
    page = audit_page(database, AUDITOR, chosen, page_rows=page_rows)
    seen = [str(each.event_id) for each in page.rows]
    while page.following is not None:
        page = audit_page(database, AUDITOR, chosen, page.following, page_rows)
        assert page.rows
        seen += [str(each.event_id) for each in page.rows]
    return seen


def test_what_cannot_be_read_is_told_as_such(database: DeskDatabase) -> None:
    """It opens to the reason; the file has each entry once, those that come after it too."""
    trail = database[documents.AUDIT_EVENTS.name]
    trail.update_many({"_id": {"$in": ["ACC-1:5", "ACC-1:4"]}}, {"$set": {"hash": 7}})
    trail.update_one({"_id": "ACC-1:1"}, {"$set": {"recordedAt": "soon"}})
    with pytest.raises(UnreadableEvent):
        audit_event(database, AUDITOR, "ACC-1:4")
    every = every_row(database, AUDITOR, AuditFilter(), page_rows=2)
    written = audit_csv(every).content.decode("utf-8-sig")
    rows = [(row["event_id"], row["event_type"]) for row in csv.DictReader(io.StringIO(written))]
    assert [event_id for event_id, _ in rows] == [f"ACC-1:{each}" for each in (1, 6, 5, 4, 3, 2)]
    assert [kind == UNREADABLE for _, kind in rows] == [True, False, True, True, False, False]


def test_an_entry_goes_by_its_key(database: DeskDatabase) -> None:
    """One that took another's id would else open as that other, which is sound."""
    trail = database[documents.AUDIT_EVENTS.name]
    trail.update_one({"_id": "ACC-1:2"}, {"$set": {"eventId": "ACC-1:3"}})
    (row,) = audit_page(database, AUDITOR, AuditFilter(account_id="ACC-9")).rows
    assert row.event_id == "ACC-1:2"
    opened = audit_event(database, AUDITOR, "ACC-1:2")
    assert opened is not None
    assert opened.event_id == "ACC-1:2"


def test_people_are_chosen_by_name(database: DeskDatabase, store: Store) -> None:
    """Two of one name are told apart by their ids; who was disabled and the system are there."""
    for staff_id, name in (("staff-1", "Anna Berg"), ("staff-2", "Anna Berg"), ("staff-3", "Bo")):
        member = StaffDocument(
            staff_id=Key(staff_id), username=Key(staff_id), display_name=name, enabled=False
        )
        store(documents.STAFF, staff_id, member)
    assert staff_labels(database) == {
        "Anna Berg (staff-1)": "staff-1",
        "Anna Berg (staff-2)": "staff-2",
        "Bo": "staff-3",
        "System": "system",
    }
