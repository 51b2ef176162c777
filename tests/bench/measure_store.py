"""The store without the wire: groups against single commits, proof against none, the walk."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from google.protobuf.message import Message

from embedded import keys
from ledger import collector, service
from ledger.books import open_journal, system_clock
from ledger.commands.command import Command
from ledger.commands.disburse_loan import DisburseLoan
from ledger.commands.open_loan import OpenLoan
from ledger.commands.record_repayment import RecordRepayment
from ledger.decision import Caller, Intent, Outcome
from ledger.journal import Answer, Entry, Group, Head, Journal
from ledger.proof.chain import GENESIS, entry_hash
from ledger.proof.escrow import EscrowFile
from ledger.proof.growth import Grown, Growth
from ledger.proof.heads import HeadSigner
from ledger.registers import Registers
from ledger.rpc import answers
from ledger.service import Door
from ledger.settings import Settings
from ledger.texts import TextVault
from ledger.verification.walk import walk
from proto import proof
from proto.actor_token import Actor
from proto.events import ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money
from tests.bench.figures import paired

Answering = Callable[[Outcome], Message]

GROUP: Final = 64
GROUPS: Final = 40
APPENDED_GROUPS: Final = 20
APPENDING_ROUNDS: Final = 7
"""More and shorter than elsewhere: the time that a disk takes differs from second to second."""
ACCOUNTS: Final = 512
EVENTS_A_COMMAND: Final = 3
BODY: Final = b'{"account_id":"LA-1","amount":"12.50"}' * 11
"""As long as the body of a repayment."""

_numbers = itertools.count(1)
_turn = itertools.cycle(range(ACCOUNTS))


def _settings(folder: Path, url: str) -> Settings:
    keys.make_missing(folder / "keys")
    return Settings.from_environment(
        {"DATA_DIR": str(folder), "APP_MODE": "demo", "LEDGER_DATABASE_URL": url}
    )


def _command_groups(journal: Journal, size: int, count: int) -> list[Group]:
    """Make groups of commands that continue the journal, so that only appending is timed."""
    head, groups = journal.head(), []
    for _ in range(count):
        entries, keep = [], []
        for _ in range(size):
            subject = f"bench-{next(_numbers)}"
            for version in range(1, EVENTS_A_COMMAND + 1):
                entry = _entry(head, subject, version)
                head = Head(entry.position, entry.hash)
                entries.append(entry)
            key, position = uuid.uuid4().hex, head.position
            keep.append(Answer(key=key, request_hash=BODY[:32], response=BODY, position=position))
        groups.append(Group(entries=tuple(entries), answers=tuple(keep)))
    return groups


def _entry(head: Head, subject: str, version: int) -> Entry:
    entry = Entry(
        position=head.position + 1,
        subject_id=subject,
        version=version,
        event_type="repayment.recorded.v1",
        recorded_at="2026-01-01T00:00:00.000000Z",
        actor="system",
        body=BODY,
        hash="",
        prev=head.hash,
    )
    return msgspec.structs.replace(entry, hash=entry_hash(entry))


def _appends(journal: Journal, size: int, count: int) -> float:
    """Append groups and give the commands a second."""
    groups = _command_groups(journal, size, count)
    started = time.perf_counter()
    for group in groups:
        journal.append(group)
    return size * count / (time.perf_counter() - started)


class _NoProof(Growth):
    """A tree that does not grow, and whose head nobody signs."""

    def grown(self, entries: Sequence[Entry], answers: Iterable[Answer], at: Instant) -> Grown:
        """Give nothing to keep."""
        _ = entries, answers, at
        return Grown(self._frontier, None, ())  # type: ignore[arg-type] # the store may lack it

    def keep(self, grown: Grown) -> None:
        """Keep nothing."""


@contextmanager
def _without_hashes() -> Iterator[None]:
    """Let entries go without hashes, which no setting of the ledger can."""
    door: Any = service
    door.entry_hash = lambda **_fields: GENESIS
    try:
        yield
    finally:
        door.entry_hash = proof.entry_hash


def _door(settings: Settings, journal: Journal, kind: type[Growth]) -> Door:
    signer = HeadSigner(settings.ledger_key())
    vault = TextVault(settings.journal_folder / "text-keys.db", settings.master_key())
    registers = Registers(journal, settings.rules)
    return Door(journal, vault, registers, kind(journal, signer), system_clock)


def _carry_out(door: Door, commands: Sequence[tuple[Command, Answering]]) -> None:
    """Decide and commit commands as one group, each under a key of its own."""
    intents = [
        Intent(
            command=command,
            caller=Caller(Actor("system", "system", "bench", 2**40)),
            answer=answer,
            idempotency_key=uuid.uuid4().hex,
            request_hash=b"h" * 32,
        )
        for command, answer in commands
    ]
    pending = door.begin([intent.idempotency_key for intent in intents])
    for intent in intents:
        door.carry_out(intent, pending)
    door.commit(pending)


def _open_accounts(door: Door) -> None:
    today = CalendarDate(system_clock().date().isoformat())
    for number in range(ACCOUNTS):
        account, amount = Key(f"acc-{number}"), Money(200_000)
        payment = ScheduledPayment(
            payment_number=1, due_date=CalendarDate("2099-01-01"), amount=amount
        )
        opening = OpenLoan(
            loan_account_id=account,
            account_number=account,
            customer_id=Key(f"CUS-{number}"),
            application_number=Key(""),
            loan_amount=amount,
            loan_fee=Money(0),
            opened_date=today,
            payment_frequency=Code("weekly"),
            schedule_id=Key(f"SCH-{number}"),
            instalments=(payment,),
        )
        payout = DisburseLoan(
            loan_account_id=account,
            amount=amount,
            bank_reference=Key(""),
            payment_method=Code(""),
            attachment_location="",
        )
        _carry_out(door, [(opening, answers.open_loan), (payout, answers.disburse_loan)])


def _commands(door: Door) -> float:
    """Carry repayments out in groups and give how many a second."""
    started = time.perf_counter()
    for _ in range(GROUPS):
        accounts = (Key(f"acc-{next(_turn)}") for _ in range(GROUP))
        repayments = [RecordRepayment(loan_account_id=each, amount=Money(1)) for each in accounts]
        _carry_out(door, [(each, answers.transaction_response) for each in repayments])
    return GROUP * GROUPS / (time.perf_counter() - started)


def _commands_unproven(door: Door) -> float:
    with _without_hashes():
        return _commands(door)


def _read(journal: Journal) -> float:
    """Read the whole journal and give the entries a second."""
    position, started = 0, time.perf_counter()
    while page := journal.read(position, 1_000):
        position = page[-1].position
    return position / (time.perf_counter() - started)


def _walk(settings: Settings, journal: Journal) -> float:
    """Walk it as `python -m ledger verify` does and give the entries a second."""
    walked = walk(
        journal,
        EscrowFile(settings.journal_folder / "no-escrow"),
        settings.ledger_public_keys(),
        from_position=1,
        tell=lambda _line: None,
    )
    return walked.entries / walked.seconds


def measure(folder: Path, store: str, new_url: Callable[[], str]) -> None:
    """Run the store's measurements."""
    each = [_settings(folder / name, new_url()) for name in ("groups", "proven", "bare")]
    journals = [open_journal(settings) for settings in each]
    groups, proven, bare = journals
    paired(
        f"appended commands/s, {store}, groups of {GROUP}",
        partial(_appends, groups, GROUP, APPENDED_GROUPS),
        partial(_appends, groups, 1, GROUP * APPENDED_GROUPS // 4),
        unit="commands/s",
        against="one commit each",
        rounds=APPENDING_ROUNDS,
    )
    collector.calm()  # as the ledger does
    with_proof, without = _door(each[1], proven, Growth), _door(each[2], bare, _NoProof)
    _open_accounts(with_proof)
    with _without_hashes():
        _open_accounts(without)
    paired(
        f"decided and appended commands/s, {store}, with chain and signed heads",
        partial(_commands, with_proof),
        partial(_commands_unproven, without),
        unit="commands/s",
        against="neither",
    )
    paired(
        f"verified events/s, {store}",
        partial(_walk, each[1], proven),
        partial(_read, proven),
        unit="events/s",
        against="reading them alone",
    )
    for journal in journals:
        journal.close()
