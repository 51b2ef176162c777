"""An event of the trail, checked against a real ledger; every change of it is found."""

import json
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from dashboard.audit_proof import Checked, check, read_ledger_keys
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.queries.audit import AuditEvent
from proto.values import Instant, Key, Money
from tests.builders import LedgerProcess, token_for

WHO = Caller("staff-compliance", "session")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerProcess]:
    """A real ledger with staff of every role."""
    with LedgerProcess(tmp_path_factory.mktemp("ledger")) as process:
        yield process.with_staff()


@pytest.fixture(scope="module")
def posted(ledger: LedgerProcess) -> AuditEvent:
    """The event of a loan's payment, as the projector writes it: times in milliseconds."""
    ledger.system.active_loan()
    entry = next(each for each in ledger.system.entries() if each.event_type == "loan.disbursed.v1")
    body = json.loads(entry.body)
    recorded = Instant.parse(entry.recorded_at)
    whole = recorded.microsecond // 1_000 * 1_000
    return AuditEvent(
        event_id=Key(entry.event_id),
        event_type=entry.event_type,
        position=entry.position,
        recorded_at=Instant.of(recorded.replace(microsecond=whole)),
        actor=Key(entry.actor),
        loan_account_id=Key(body["account_id"]),
        customer_id=Key(body["customer_id"]),
        transaction_id=Key(body["transaction_id"]),
        transaction_type=body["transaction_type"],
        amount=Money.parse(body["principal_delta"]),
        reason_code=body.get("reason_code"),
        hash=entry.hash,
        subject_id=Key(entry.subject_id),
        ver=entry.version,
        body=entry.body.decode(),
        prev=entry.prev,
    )


def checked(ledger: LedgerProcess, event: AuditEvent) -> Checked:
    """Check as the page does, in the name of compliance."""
    client = LedgerClient(ledger.address, lambda staff_id, _: token_for(ledger.keys_dir, staff_id))
    try:
        return check(client, WHO, event, read_ledger_keys(ledger.keys_dir))
    finally:
        client.close()


def test_an_event_as_it_was_recorded_is_proven(ledger: LedgerProcess, posted: AuditEvent) -> None:
    """Chain, signed head and signature hold, each with its line."""
    found = checked(ledger, posted)
    assert found.is_sound, found.flaw
    assert [line.split(":")[0] for line in found.holds] == ["Chain", "Signed head", "Signature"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", Key("staff-somebody")),
        ("body", '{"account_id":"another"}'),
        ("event_type", "fee.waived.v1"),
        ("hash", "f" * 64),
        ("prev", "f" * 64),
        ("ver", 99),
        ("subject_id", Key("LOAN-OTHER")),
        ("event_id", Key("LOAN-OTHER:1")),
        ("position", 1),
        ("position", 999_999),
        ("recorded_at", Instant.of(Instant.parse("2020-01-01T00:00:00Z") + timedelta(days=1))),
        ("amount", Money(1)),
        ("reason_code", "hardship"),
        ("customer_id", Key("CUS-OTHER")),
        ("loan_account_id", None),
        ("transaction_id", Key("TX-OTHER")),
        ("approved_by", Key("staff-supervisor")),
    ],
)
def test_a_changed_document_shows_as_tampered(
    ledger: LedgerProcess, posted: AuditEvent, field: str, value: object
) -> None:
    """Whichever field somebody changes in MongoDB, the check names what is wrong."""
    found = checked(ledger, msgspec.structs.replace(posted, **{field: value}))
    assert not found.is_sound
    assert found.flaw.startswith("Tampered: ")


def test_a_head_by_a_key_that_is_not_the_ledgers_proves_nothing(
    ledger: LedgerProcess, posted: AuditEvent
) -> None:
    """The chain holds, the signature does not, and the page says which."""
    client = LedgerClient(ledger.address, lambda staff_id, _: token_for(ledger.keys_dir, staff_id))
    found = check(client, WHO, posted, {})
    client.close()
    assert found.flaw.startswith("Not proven: the signed head is by the unknown key")
    assert len(found.holds) == 1
