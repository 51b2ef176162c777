"""The whole trail, held against a real ledger: what was changed, taken away or put in is found."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from dashboard.ledger_client import Caller
from dashboard.queries.audit import AuditEvent
from dashboard.queries.rights import NotAllowed
from dashboard.trail_check import check_trail
from proto import documents
from proto.documents import AuditEventDocument
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.whole_trail import client_of, trail_of
from tests.ledger.clocked import ClockedLedger

WHO = Caller("staff-compliance", "session")
AUDITOR = frozenset({"compliance"})


@pytest.fixture
def trail(ledger: ClockedLedger, store: Store) -> list[AuditEvent]:
    """Its trail, in MongoDB."""
    events = trail_of(ledger)
    for each in events:
        document = AuditEventDocument(**msgspec.structs.asdict(each))
        store(documents.AUDIT_EVENTS, each.event_id, document)
    return events


def found(ledger: ClockedLedger, database: DeskDatabase) -> tuple[int, dict[str, str]]:
    """Check, and give how much was checked and the flaws by the events' ids."""
    client = client_of(ledger)
    checked = check_trail(client, WHO, database, AUDITOR)
    client.close()
    return checked.checked, {each.event_id: each.flaw for each in checked.findings}


def test_the_whole_trail_is_held_against_the_journal(
    ledger: ClockedLedger, database: DeskDatabase, trail: list[AuditEvent]
) -> None:
    """Every entry is; each that is not as the ledger has it is named with why, and no other."""
    assert found(ledger, database) == (len(trail), {})
    stored = database[documents.AUDIT_EVENTS.name]
    asked = next(each for each in trail if each.event_type == "writeoff.requested.v1")
    waived, paid, late, lent, reviewed, last = (
        next(each for each in trail if each.event_type == kind)
        for kind in (
            "fee.waived.v1",
            "repayment.recorded.v1",
            "loan.aging.updated.v1",
            "loan.disbursed.v1",
            "note.added.v1",
            "day.ended.v1",
        )
    )
    stored.delete_one({"_id": asked.event_id})
    changes: tuple[tuple[AuditEvent, dict[str, Any]], ...] = (
        (waived, {"reasonCode": "other"}),
        (paid, {"actor": {"$x": 1}}),
        (late, {"position": 999_999}),
        (lent, {"recordedAt": datetime(2020, 1, 1, tzinfo=UTC)}),
        (reviewed, {"reviewStatus": "verified"}),
        (last, {"body": "{}"}),
    )
    for event, change in changes:
        stored.update_one({"_id": event.event_id}, {"$set": change})
    made_up = {**(stored.find_one({"_id": waived.event_id}) or {}), "_id": "LOAN-MADE-UP:1"}
    stored.insert_one(made_up)
    checked, flaws = found(ledger, database)
    assert checked == len(trail)
    assert flaws.keys() == {
        asked.event_id,
        "LOAN-MADE-UP:1",
        *(str(event.event_id) for event, _ in changes),
    }
    assert flaws[asked.event_id] == "Missing: the ledger has it, the trail does not."
    assert flaws["LOAN-MADE-UP:1"] == "Tampered: the ledger has no such event."
    assert flaws[waived.event_id].startswith("Tampered: the list says reason other, the ledger's")
    assert "the list says review verified, the ledger's event nothing" in flaws[reviewed.event_id]


def test_the_check_is_for_compliance_alone(ledger: ClockedLedger, database: DeskDatabase) -> None:
    """Nobody else reads the trail by way of it."""
    client = client_of(ledger)
    with pytest.raises(NotAllowed):
        check_trail(client, WHO, database, frozenset({"admin"}))
    client.close()
