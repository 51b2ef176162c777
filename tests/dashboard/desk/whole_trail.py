"""A real ledger in which every kind of event has happened, and its trail as the mirror shows it."""

from datetime import timedelta
from typing import Final

from dashboard.ledger_client import LedgerClient
from dashboard.queries.audit import AuditEvent
from projector import batch
from projector.happening import Documents
from proto import actor_token, documents
from proto.codec import from_mongo
from tests.keys import signing_key
from tests.ledger import asking
from tests.ledger.approvers import Approver, adjustment, ask, cancel, person, resubmit, write_off
from tests.ledger.clocked import ClockedLedger
from tests.ledger.days import end_day, lend
from tests.ledger.every_command import do_everything
from tests.projected import item_of

EXPIRES_AFTER: Final = timedelta(days=14)
NAMES: Final = ("system", "staff-supervisor", "staff-support", "staff-admin", "staff-compliance")


def make_history(ledger: ClockedLedger) -> None:
    """Let every kind of event happen, a review of some of them too."""
    people = {name: ledger.caller(name) for name in NAMES}
    support, compliance = people["staff-support"], people["staff-compliance"]
    supervisor = person(ledger, "supervisor", {"reversal": "10000.00"})
    do_everything(people["system"], supervisor, support, people["staff-admin"], compliance)
    deciding = Approver(person(ledger, "supervisor"))
    for command in (adjustment, write_off):
        account = ledger.system.active_loan()
        details = ("-30.00",) if command is adjustment else ()
        asked = ask(support, command(account, *details)).request_id
        deciding.return_(asked)
        resubmit(support, asked)
        deciding.reject(asked)
        cancel(support, ask(support, command(account, *details)).request_id)
        ask(support, command(account, *details))
    waived = support.waive(account, "1.00", reason="her son is ill")
    asking.reveal(compliance, waived.event_id)
    ledger.system.repay(ledger.system.active_loan(), "600.00")
    lend(ledger.system, (ledger.now() - timedelta(days=60)).date(), rate="0.20")
    ledger.later(EXPIRES_AFTER)
    end_day(ledger.system)


def client_of(ledger: ClockedLedger) -> LedgerClient:
    """Give the desk's client, whose tokens are of the ledger's time."""

    def token(staff_id: str, session_id: str) -> str:
        key = signing_key(ledger.keys_dir, "desk")
        return actor_token.mint(
            key, issuer="desk", actor_id=staff_id, session_id=session_id, now=ledger.now()
        )

    return LedgerClient(ledger.address, token)


def trail_of(ledger: ClockedLedger) -> list[AuditEvent]:
    """Read the journal and give the trail that the projector makes of it."""
    items = [item_of(each) for each in ledger.system.entries()]
    read, wanted = Documents(), batch.needs(items).keys
    places = [each.subject_place for each in items]
    for collection in {*wanted, *(name for name, _ in places)}:
        keys = {key for name, key in places if name == collection}
        read.load(collection, wanted.get(collection, set()) | keys, ())
    batch.fold(items, read)
    stored = {each.key: each.document for each in read.changed() if _is_of_the_trail(each)}
    trail = [from_mongo(AuditEvent, each) for each in stored.values() if each is not None]
    return sorted(trail, key=lambda each: each.position)


def _is_of_the_trail(write: object) -> bool:
    return getattr(write, "collection", "") == documents.AUDIT_EVENTS.name
