"""Events of the trail, checked against a real ledger; every change of one is found."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec
import pytest

from dashboard.audit_columns import WORDS
from dashboard.audit_proof import Checked, check, read_ledger_keys
from dashboard.ledger_client import Caller
from dashboard.queries.audit import AuditEvent
from proto.events import EVENTS, LedgerEvent
from proto.proof import PublicKeys
from proto.values import Instant, Key, Money
from tests.dashboard.desk.whole_trail import client_of, trail_of
from tests.ledger.clocked import ClockedLedger

WHO = Caller("staff-compliance", "session")


@pytest.fixture(scope="module")
def trail(ledger: ClockedLedger) -> list[AuditEvent]:
    """Every event, as the projector writes it: times in milliseconds."""
    return trail_of(ledger)


@pytest.fixture(scope="module")
def kinds(trail: list[AuditEvent]) -> list[AuditEvent]:
    """One event of each type, the newest, and besides those that somebody reviewed."""
    newest = {each.event_type: each for each in trail}
    return [*newest.values(), *(each for each in trail if each.review_status)]


@pytest.fixture
def posted(trail: list[AuditEvent]) -> AuditEvent:
    """The event of a loan's payment."""
    return next(each for each in trail if each.event_type == "loan.disbursed.v1")


class Desk:
    """Checks as the page does, in the name of compliance."""

    def __init__(self, ledger: ClockedLedger) -> None:
        self._client, self.keys = client_of(ledger), read_ledger_keys(ledger.keys_dir)

    def checked(
        self, event: AuditEvent, keys: PublicKeys | None = None, to: int | None = None
    ) -> Checked:
        """Check an event."""
        return check(self._client, WHO, event, self.keys if keys is None else keys, to)

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()


@pytest.fixture(scope="module")
def desk(ledger: ClockedLedger) -> Iterator[Desk]:
    """The desk, for all tests here."""
    desk = Desk(ledger)
    yield desk
    desk.close()


def test_the_trail_has_every_kind_of_event(trail: list[AuditEvent]) -> None:
    """What is not here could be changed without a test seeing it."""
    ours = {name for name, each in EVENTS.items() if issubclass(each, LedgerEvent)}
    assert {each.event_type for each in trail} == ours


def test_an_event_as_it_was_recorded_is_proven(desk: Desk, kinds: list[AuditEvent]) -> None:
    """Of every kind: chain, list, review, signed head and signature hold, each with its line."""
    lines = ["Chain", "List", "Review", "Signed head", "Signature"]
    for each in kinds:
        found = desk.checked(each)
        assert found.is_sound, f"{each.event_type}: {found.flaw}"
        assert [line.split(":")[0] for line in found.holds] == lines


OTHER: Final[dict[str, object]] = {
    "event_id": Key("LOAN-OTHER:1"),
    "event_type": "fee.waived.v9",
    "position": 1,
    "recorded_at": Instant.parse("2020-01-02T00:00:00Z"),
    "actor": Key("staff-somebody"),
    "loan_account_id": Key("LOAN-OTHER"),
    "customer_id": Key("CUS-OTHER"),
    "transaction_id": Key("TX-OTHER"),
    "transaction_type": "OTHER",
    "amount": Money(1_23),
    "reason_code": "other-reason",
    "approved_by": Key("staff-somebody"),
    "requested_by": Key("staff-somebody"),
    "request_id": Key("REQ-OTHER"),
    "review_status": "seen",
    "reviewed_by": Key("staff-somebody"),
    "reviewed_at": Instant.parse("2020-01-02T00:00:00Z"),
    "hash": "f" * 64,
    "subject_id": Key("LOAN-OTHER"),
    "ver": 9_999,
    "body": '{"account_id":"another"}',
    "prev": "f" * 64,
}
"""Every field that a reader sees or filters by, and what no event here says in it."""


@pytest.mark.parametrize("field", AuditEvent.__struct_fields__)
def test_a_changed_column_shows_as_tampered(
    desk: Desk, kinds: list[AuditEvent], field: str
) -> None:
    """In an event of whatever kind: changed or emptied, it is named with what the ledger says."""
    for each in kinds:
        found = desk.checked(msgspec.structs.replace(each, **{field: OTHER[field]}))
        assert found.flaw.startswith("Tampered: "), f"{each.event_type}: {found}"
        assert WORDS.get(field, "") in found.flaw
        if field in WORDS and getattr(each, field) is not None and _may_be_empty(field):
            emptied = desk.checked(msgspec.structs.replace(each, **{field: None}))
            assert f"the list says {WORDS[field]} nothing, the ledger" in emptied.flaw


def _may_be_empty(field: str) -> bool:
    told = {each.name: each for each in msgspec.structs.fields(AuditEvent)}
    return not told[field].required


def test_a_place_that_the_ledger_does_not_have_is_named(desk: Desk, posted: AuditEvent) -> None:
    """An event that somebody made up stands nowhere in the journal."""
    for position in (999_999, 2**63 - 1):
        found = desk.checked(msgspec.structs.replace(posted, position=position))
        assert found.flaw == f"Tampered: the ledger has no entry at position {position:,}."


def test_a_review_that_is_newer_than_the_mirror_is_no_tampering(
    desk: Desk, trail: list[AuditEvent]
) -> None:
    """While the mirror is not there yet both marks may be shown; afterwards only the newest."""
    reviewed = next(each for each in trail if each.review_status)
    reviews = [each for each in trail if each.subject_id == f"review:{reviewed.event_id}"]
    assert len(reviews) == 2
    none = msgspec.structs.replace(reviewed, review_status=None, reviewed_by=None, reviewed_at=None)
    first = msgspec.structs.replace(
        reviewed, review_status="queried", reviewed_at=reviews[0].recorded_at
    )
    for to, sound in (
        (reviews[0].position - 1, [none, first, reviewed]),
        (reviews[0].position, [first, reviewed]),
        (reviews[1].position, [reviewed]),
    ):
        shown = [each for each in (none, first, reviewed) if desk.checked(each, to=to).is_sound]
        assert shown == sound


def test_a_time_is_compared_to_the_millisecond(desk: Desk, posted: AuditEvent) -> None:
    """The mirror keeps no more, and no less is let pass."""
    later = Instant.of(posted.recorded_at + timedelta(milliseconds=1))
    found = desk.checked(msgspec.structs.replace(posted, recorded_at=later))
    assert "the list says time" in found.flaw


def test_a_head_by_a_key_that_is_not_the_ledgers_proves_nothing(
    desk: Desk, posted: AuditEvent
) -> None:
    """The chain holds, the signature does not, and the page says which."""
    found = desk.checked(posted, {})
    assert found.flaw.startswith("Not proven: the signed head is by the unknown key")
    assert len(found.holds) == 3
