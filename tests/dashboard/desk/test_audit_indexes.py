"""The audit trail's indexes: a page costs what it shows, however long the trail is."""

import msgspec

from dashboard.queries.audit import audit_page
from dashboard.queries.audit_filter import AuditFilter
from proto import documents
from proto.codec import to_mongo
from proto.values import Key
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import customer
from tests.dashboard.desk.test_audit import AUDITOR, event


def test_a_page_of_each_filter_reads_what_it_shows(database: DeskDatabase, store: Store) -> None:
    """Whatever is asked for, an index has it in its order: also of 300 old events of 900."""
    store(documents.CUSTOMERS, "CUS-9", customer("CUS-9", staff=True))
    usual = {"event_type": "account.updated.v1", "reason_code": None, "customer_id": None}
    told = {**dict.fromkeys(("actor", "approved_by"), Key("old")), "review_status": "verified"}
    ours = {**told, **dict.fromkeys(("customer_id", "loan_account_id"), Key("CUS-9"))}
    stored = [
        event(number, **(ours if number < 400 else usual), event_id=Key(f"ACC-2:{number}"))
        for number in range(100, 1_000)
    ]
    trail = database[documents.AUDIT_EVENTS.name]
    trail.insert_many({"_id": each.event_id, **to_mongo(each)} for each in stored)
    filters: list[dict[str, str | tuple[str, ...]]] = [
        {"actor": "old"},
        {"approver": "old"},
        {"account_id": "CUS-9"},
        {"customer_id": "CUS-9"},
        {"reason_code": "hardship"},
        {"reviewed": "verified"},
        {"kinds": ("waivers",)},
        {"kinds": ("waivers", "fees")},
        {"of_staff": "true"},
    ]
    read = {}
    for asked in filters:
        chosen = msgspec.convert(asked, AuditFilter, strict=False)
        database.command("profile", 2)
        page = audit_page(database, AUDITOR, chosen, page_rows=5)
        audit_page(database, AUDITOR, chosen, page.following, 5)
        database.command("profile", 0)
        finds = {"ns": trail.full_name, "op": "query"}
        read[str(asked)] = [each["docsExamined"] for each in database["system.profile"].find(finds)]
        database.drop_collection("system.profile")
        assert [each.position for each in page.rows] == [399, 398, 397, 396, 395]
    assert {asked: each for asked, each in read.items() if max(each) > 20} == {}
