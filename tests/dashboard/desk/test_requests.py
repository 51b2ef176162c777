"""The list of requests: who sees which, what comes first, pages, filters and sorting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.queries.approvals import (
    LIMIT_OF_KIND,
    Reader,
    RequestFilter,
    RequestRow,
    related,
    request,
    requests,
    waiting,
)
from dashboard.queries.declared import fields_of
from dashboard.queries.known_customers import known_customers
from dashboard.queries.request_order import ORDERS
from dashboard.queries.rights import NotAllowed
from dashboard.queries.staff_notices import NOTICES_MAX, notices
from dashboard.read_marks import ReadMarks
from ledger.domain.approvals import KINDS
from proto import documents
from proto.documents import ApprovalDocument, CustomerDocument, StaffNotificationDocument
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
MICHAEL = Reader("staff-supervisor", frozenset({"supervisor"}), {"write_off": Money(10_000_00)})
SARAH = Reader("staff-support", frozenset({"support"}))


def asked(
    store: Store,
    number: int,
    *,
    by: str = "staff-support",
    amount: int = 2_500_00,
    kind: str = "write_off",
    status: str = "pending",
    account: str = "ACC-1",
    name: str = "Sarah Nguyen",
    hour: int | None = None,
) -> str:
    """Put a request there; a later number is a later hour."""
    request_id = f"REQ-{number:03}"
    document = ApprovalDocument(
        request_id=Key(request_id),
        kind=kind,
        status=status,
        amount=Money(amount),
        loan_account_id=Key(account),
        customer_id=Key("CUS-1"),
        requested_by=Key(by),
        requested_by_name=name,
        requested_at=Instant.of(FIRST + timedelta(hours=number if hour is None else hour)),
    )
    store(documents.APPROVALS, request_id, document)
    return request_id


def ids(rows: list[RequestRow]) -> list[str]:
    """Give their ids, in order."""
    return [str(each.request_id) for each in rows]


def test_what_the_reader_may_decide_comes_first(database: DeskDatabase, store: Store) -> None:
    """Own requests, those above the limit and decided ones follow, each part oldest first."""
    own = asked(store, 1, by="staff-supervisor")
    above = asked(store, 2, amount=10_000_01)
    decided = asked(store, 3, status="approved")
    later, earlier = asked(store, 5), asked(store, 4, amount=10_000_00)
    shown = requests(database, MICHAEL, RequestFilter())
    assert ids(shown.rows) == [earlier, later, own, above, decided]
    assert (shown.count, waiting(database, MICHAEL)) == (5, 2)


def test_a_requester_sees_their_own_and_no_other(database: DeskDatabase, store: Store) -> None:
    """Also by its id: somebody else's request is not there."""
    mine, other = asked(store, 1), asked(store, 2, by="staff-admin")
    assert ids(requests(database, SARAH, RequestFilter()).rows) == [mine]
    assert request(database, SARAH, other) is None
    assert request(database, MICHAEL, other) is not None
    assert waiting(database, SARAH) == 1


def test_an_administrator_sees_the_corrections_of_colleagues_too(
    database: DeskDatabase, store: Store
) -> None:
    """They stand beside the dead letters; other requests stay their requesters' own."""
    alex = Reader("staff-admin", frozenset({"admin"}), {"write_off": Money(10_000_00)})
    colleagues = asked(store, 1, by="staff-admin-2", kind="correction")
    other = asked(store, 2)
    mine = asked(store, 3, by="staff-admin", kind="correction")
    assert ids(requests(database, alex, RequestFilter()).rows) == [colleagues, mine]
    assert request(database, alex, colleagues) is not None
    assert request(database, alex, other) is None
    assert waiting(database, alex) == 1, "what waits for them is their own"
    assert requests(database, SARAH, RequestFilter(kinds=("correction",))).rows == []


@pytest.mark.parametrize("role", ["analyst", "compliance"])
def test_who_asks_for_nothing_sees_no_requests(database: DeskDatabase, role: str) -> None:
    """Their role has no row for it."""
    with pytest.raises(NotAllowed):
        requests(database, Reader("staff-x", frozenset({role})), RequestFilter())


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_hold_every_request_once(database: DeskDatabase, store: Store, sort: str) -> None:
    """Page after page, over the border between both parts and over what is equal or absent."""
    kinds, people = ("write_off", "waiver", ""), ("staff-support", "staff-admin")
    expected = {
        asked(
            store,
            each,
            amount=(each % 3) * 6_000_00,
            kind=kinds[each % 3],
            by=people[each % 2],
            name=("Sarah Nguyen", "Alex Roy", "")[each % 3],
            hour=each // 4,
        )
        for each in range(23)
    }
    for each in ("REQ-001", "REQ-002", "REQ-010"):
        gone = {"amount": "", "requestedByName": "", "kind": "", "requestedAt": ""}
        database[documents.APPROVALS.name].update_one({"_id": each}, {"$unset": gone})
    chosen = RequestFilter(sort=sort)  # type: ignore[arg-type] # one of those that there are
    seen: list[str] = []
    page = requests(database, MICHAEL, chosen, page_rows=4)
    seen += ids(page.rows)
    while page.following is not None:
        page = requests(database, MICHAEL, chosen, page.following, page_rows=4)
        seen += ids(page.rows)
    assert len(seen) == len(expected)
    assert set(seen) == expected
    assert seen == ids(requests(database, MICHAEL, chosen, page_rows=100).rows)


@pytest.mark.parametrize("sort", ORDERS)
def test_each_order_is_read_from_its_index(database: DeskDatabase, store: Store, sort: str) -> None:
    """However many requests there are, none is sorted while somebody waits."""
    asked(store, 1)
    listed = database[documents.APPROVALS.name].find({}).sort(list(ORDERS[sort]))
    plan = str(listed.explain()["queryPlanner"]["winningPlan"])
    assert ("IXSCAN" in plan, "'SORT'" in plan) == (True, False)


def test_requests_are_sorted_by_who_asked_and_by_kind(database: DeskDatabase, store: Store) -> None:
    """By name and by kind, the oldest first within each."""
    michael = Reader("staff-m", frozenset({"supervisor"}), {"waiver": Money(100_000_00)})
    late, early = asked(store, 9, kind="waiver"), asked(store, 2, kind="waiver")
    alex = asked(store, 5, kind="waiver", by="staff-z", name="Alex Roy")
    refund = asked(store, 7, kind="refund", name="Sarah Nguyen")
    for sort, expected in (
        ("requester", [alex, early, late, refund]),
        ("kind", [early, alex, late, refund]),
    ):
        chosen = RequestFilter(sort=sort)  # type: ignore[arg-type] # both are there
        assert ids(requests(database, michael, chosen).rows) == expected


def test_filters_leave_what_they_name(database: DeskDatabase, store: Store) -> None:
    """By status, kind, requester, amount and Sydney date."""
    waiver = asked(store, 1, kind="waiver", amount=80_00)
    late = asked(store, 40, status="returned", by="staff-admin")
    for chosen, expected in (
        (RequestFilter(kinds=("waiver",)), [waiver]),
        (RequestFilter(statuses=("returned",)), [late]),
        (RequestFilter(requester="staff-admin"), [late]),
        (RequestFilter(at_least=Money(100_00)), [late]),
        (RequestFilter(at_most=Money(80_00)), [waiver]),
        (RequestFilter(at_least=Money(80_01), at_most=Money(2_499_99)), []),
        (RequestFilter(to_date=FIRST.date()), [waiver]),
        (RequestFilter(from_date=FIRST.date() + timedelta(days=1)), [late]),
    ):
        assert ids(requests(database, MICHAEL, chosen).rows) == expected


def test_related_requests_are_those_on_the_same_account(
    database: DeskDatabase, store: Store
) -> None:
    """The request itself is not among them."""
    one, two = asked(store, 1), asked(store, 2, status="rejected")
    asked(store, 3, account="ACC-2")
    view = request(database, MICHAEL, one)
    assert view is not None
    assert ids(related(database, MICHAEL, view)) == [two]


def test_a_customer_is_called_as_they_are_called_now(database: DeskDatabase, store: Store) -> None:
    """Read when shown, with flags; an analyst sees no name, who has no record is unknown."""
    mia = CustomerDocument(customer_id=Key("CUS-1"), full_name="Mia Chen", staff_flag=True)
    store(documents.CUSTOMERS, "CUS-1", mia)
    store(documents.CUSTOMERS, "CUS-2", CustomerDocument(customer_id=Key("CUS-2")))
    asked_for = ["CUS-1", "CUS-2", "CUS-3", None, "CUS-1"]
    known = known_customers(database, MICHAEL.roles, asked_for)
    assert {each: found.full_name for each, found in known.items()} == {
        "CUS-1": "Mia Chen",
        "CUS-2": None,
    }
    assert known["CUS-1"].staff_flag
    outline = known_customers(database, frozenset({"analyst"}), asked_for)
    assert [each.full_name for each in outline.values()] == [None, None]
    assert outline["CUS-1"].staff_flag


def test_the_list_fetches_no_command_and_no_snapshot() -> None:
    """A view fetches what it declares."""
    assert {"command", "snapshot", "steps"}.isdisjoint(fields_of(RequestRow))


def test_notices_reach_who_may_decide_and_who_had_asked(
    database: DeskDatabase, store: Store
) -> None:
    """Not the requester of an open one, not beyond the limit; a mark stays."""
    now = Instant.of(datetime.now(UTC))
    cases: tuple[tuple[str, dict[str, Any]], ...] = (
        ("request:REQ-1", {"role": "supervisor", "not_for": "staff-support", "is_open": True}),
        ("request:REQ-2", {"role": "supervisor", "not_for": "staff-supervisor", "is_open": True}),
        ("request:REQ-3", {"role": "supervisor", "is_open": True, "amount": Money(99_999_00)}),
        ("event-9", {"staff_id": "staff-support", "is_open": False, "status": "approved"}),
    )
    for name, fields in cases:
        told: dict[str, Any] = {
            "status": "pending",
            "kind": "write_off",
            "amount": Money(1_00),
            **fields,
        }
        key = Key(name.removeprefix("request:"))
        document = StaffNotificationDocument(request_id=key, at=now, **told)
        store(documents.STAFF_NOTIFICATIONS, name, document)
    (waits,), (outcome,) = notices(database, MICHAEL), notices(database, SARAH)
    assert (waits.request_id, outcome.request_id) == ("REQ-1", "event-9")
    assert (waits.is_outcome, outcome.is_outcome) == (False, True)
    marks = ReadMarks(database)
    marks.mark("staff-supervisor", [waits.name])
    marks.mark("staff-supervisor", [waits.name])
    assert marks.read("staff-supervisor", [waits.name, outcome.name]) == {waits.name}
    assert marks.read("staff-support", [waits.name]) == set()


def test_what_is_beyond_the_limit_hides_no_request_within_it(
    database: DeskDatabase, store: Store
) -> None:
    """However many newer ones there are that only somebody else may decide."""
    now = datetime.now(UTC)
    for number in range(NOTICES_MAX + 1):
        document = StaffNotificationDocument(
            request_id=Key(f"REQ-{number}"),
            at=Instant.of(now + timedelta(seconds=number)),
            amount=Money(99_999_00 if number else 1_00),
            status="pending",
            kind="write_off",
            role="supervisor",
            is_open=True,
        )
        store(documents.STAFF_NOTIFICATIONS, f"request:REQ-{number}", document)
    assert [each.request_id for each in notices(database, MICHAEL)] == ["REQ-0"]


def test_the_list_knows_the_limit_of_each_kind_as_the_ledger_does() -> None:
    """Whoever is shown a request as theirs to decide may decide it."""
    assert {name: kind.limit_kind for name, kind in KINDS.items()} == LIMIT_OF_KIND
