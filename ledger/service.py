"""THE ONE DOOR: every change of the books passes here, and nowhere else.

Idempotency, then load and fold, then decide, then post, then append. What is decided
waits in a group until the group is on the disk; `writer.py` says when.
"""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from google.protobuf.message import Message
from msgspec import Struct

from ledger.commands.command import Facts, Look, Sealed
from ledger.decision import Caller, Intent, Outcome, World, decide, facts_of
from ledger.domain.history import State
from ledger.domain.request import Request
from ledger.domain.splitting import Relief, relief_of
from ledger.domain.staff import Staff
from ledger.domain.switch import Switch
from ledger.errors import Refusal, Refused
from ledger.fail_points import FailPoint, reach
from ledger.journal import Answer, Entry, Group, Head, Journal, JournalFailed, TakenName
from ledger.proof.growth import Growth
from ledger.registers import Registers
from ledger.states import States, past_of
from ledger.texts import TextVault
from proto import codec
from proto.events import LedgerEvent
from proto.proof import Fields, entry_hash
from proto.subjects import READ_ONLY
from proto.values import Instant


class Reply(Struct, frozen=True):
    """What the caller is told: the answer as stored, and whether it is an earlier one."""

    response: bytes
    is_replay: bool = False
    message: Message | None = None
    """The response before it was written, where it is not an earlier one."""


class Pending(Struct):
    """A group in the making: seen by its later commands, not yet by anybody else."""

    head: Head
    known: dict[str, Answer]
    """What the journal has under the group's idempotency keys."""
    states: dict[str, State] = {}
    entries: list[Entry] = []
    answers: dict[str, Answer] = {}
    names: dict[tuple[str, str], str] = {}
    relief: list[Relief] = []


class Door:
    """Carries commands out, into a group; only the writer's thread calls it."""

    def __init__(
        self,
        journal: Journal,
        vault: TextVault,
        registers: Registers,
        growth: Growth,
        now: Callable[[], Instant],
    ) -> None:
        self._journal, self._vault, self._registers, self._now = journal, vault, registers, now
        self._growth = growth
        self._states = States(journal)
        # What it was given was read a moment ago, and nobody else writes.
        self._head: Head | None = journal.head()

    def begin(self, keys: Sequence[str]) -> Pending:
        """Start a group and look its keys up: where that fails, nothing is posted.

        After a failure everything is read anew, for its outcome is unknown: a server may even
        finish the commit while we read.
        """
        if self._head is None:
            head = self._journal.head()
            self._states.clear()
            self._registers.reload()
            self._growth.reload()
            if self._journal.head() != head:
                raise JournalFailed("it went on while it was read anew")
            self._head = head
        return Pending(self._head, self._journal.answers(keys))

    def carry_out(self, intent: Intent, pending: Pending) -> Reply:
        """Do a command once, whatever it is. Raises Refused; then the group is as it was."""
        known = self._answered(intent, pending)
        if known is not None:
            return Reply(known.response, is_replay=True)
        outcome = decide(intent, self._world(pending))
        head, entries = pending.head, []
        for each in outcome.every:
            entries += self._entries(each, head)
            head = Head(entries[-1].position, entries[-1].hash)
        relief = _relief(outcome)
        message = intent.answer(outcome)
        response = message.SerializeToString()
        # Nothing above has touched the group; from here on nothing can fail.
        pending.head = head
        pending.entries.extend(entries)
        pending.relief.extend(relief)
        for each in outcome.every:
            pending.states[each.subject_id] = each.after
        for name in outcome.names:
            pending.names[name.kind, name.value] = outcome.subject_id
        if intent.idempotency_key:
            pending.answers[intent.idempotency_key] = Answer(
                key=intent.idempotency_key,
                request_hash=intent.request_hash,
                response=response,
                position=pending.head.position,
            )
        return Reply(response, message=message)

    def commit(self, pending: Pending) -> int:
        """Put a group on the disk and give the last position. Raises JournalFailed."""
        names = (TakenName(kind=k, value=v, subject_id=s) for (k, v), s in pending.names.items())
        grown = self._growth.grown(pending.entries, pending.answers.values(), self._now())
        self._head = None
        reach(FailPoint.BEFORE_APPEND)
        self._journal.append(
            Group(
                entries=tuple(pending.entries),
                answers=tuple(pending.answers.values()),
                names=tuple(names),
                signed_head=grown.signed_head,
                subtrees=grown.subtrees,
            )
        )
        self._growth.keep(grown)
        self._head = pending.head
        for subject_id, state in pending.states.items():
            self._states.keep(subject_id, state)
            self._registers.put(state)
        for relief in pending.relief:
            self._registers.relief.put(relief)
        return pending.head.position

    def _answered(self, intent: Intent, pending: Pending) -> Answer | None:
        """Give the answer to an earlier call with the key; one without a key has none."""
        key = intent.idempotency_key
        known = pending.answers.get(key) or pending.known.get(key)
        if known is not None and known.request_hash != intent.request_hash:
            raise Refused(
                Refusal.KEY_REUSED,
                "This idempotency key was used for another request. Make a new key.",
                field="idempotency_key",
            )
        return known

    def _world(self, pending: Pending) -> World:
        def state(subject_id: str) -> State | None:
            # Nobody else appends, so a committed state at hand is the newest.
            return (
                pending.states.get(subject_id)
                or self._states.kept(subject_id)
                or self._states.load(subject_id)
            )

        def owner(kind: str, value: str) -> str | None:
            return pending.names.get((kind, value)) or self._journal.subject_named(kind, value)

        def staff() -> list[Staff]:
            changed = {s.staff_id: s for s in pending.states.values() if isinstance(s, Staff)}
            every = {each.staff_id: each for each in self._registers.staff.everybody()}
            return list({**every, **changed}.values())

        def requests(customer_id: str) -> list[Request]:
            changed = (s for s in pending.states.values() if isinstance(s, Request))
            of_customer = self._registers.requests.of_customer(customer_id)
            every = {each.request_id: each for each in of_customer}
            every |= {each.request_id: each for each in changed if each.customer_id == customer_id}
            return list(every.values())

        def open_requests() -> list[Request]:
            changed = {s.request_id: s for s in pending.states.values() if isinstance(s, Request)}
            waiting = {each.request_id: each for each in self._registers.requests.open_requests()}
            return [each for each in (waiting | changed).values() if each.is_open]

        def recent(actor_id: str, customer_id: str, at: Instant) -> tuple[Relief, ...]:
            mine = (
                each
                for each in pending.relief
                if (each.actor_id, each.customer_id) == (actor_id, customer_id)
            )
            return (*self._registers.relief.since(actor_id, customer_id, at), *mine)

        def read_only() -> bool:
            thrown = pending.states.get(READ_ONLY)
            is_read_only = self._registers.switch.is_read_only
            return thrown.read_only if isinstance(thrown, Switch) else is_read_only

        look = Look(
            state=state,
            owner=owner,
            past=partial(past_of, self._journal),
            staff=staff,
            requests=requests,
            open_requests=open_requests,
            recent=recent,
            seal=self._seal,
        )
        return World(look, self._now, self._registers.rules, read_only)

    def _seal(self, customer_id: str, name: str, text: str) -> Sealed:
        return Sealed(self._vault.seal(customer_id, name, text))

    def _entries(self, outcome: Outcome, head: Head) -> list[Entry]:
        """Seal, write and chain an outcome's events."""
        entries: list[Entry] = []
        recorded_at = str(outcome.at)
        for recorded in outcome.recorded:
            fields = Fields(
                position=head.position + 1,
                subject_id=str(outcome.subject_id),
                version=recorded.version,
                event_type=recorded.event.type,
                recorded_at=recorded_at,
                actor=outcome.permissions.actor_id,
                body=codec.canonical(self._sealed(recorded.event)),
                prev=head.hash,
            )
            entry = Entry(**fields, hash=entry_hash(**fields))
            entries.append(entry)
            head = Head(entry.position, entry.hash)
        return entries

    def _sealed(self, event: LedgerEvent) -> LedgerEvent:
        """Put ciphertext in the place of free texts."""
        texts: dict[str, str] = getattr(event, "sealed_texts", {})
        if not texts:
            return event
        customer_id: str = getattr(event, "customer_id", "")
        sealed = {
            name: str(text)
            if isinstance(text, Sealed)
            else self._vault.seal(customer_id, name, text)
            for name, text in texts.items()
        }
        return msgspec.structs.replace(event, sealed_texts=sealed)


def _relief(outcome: Outcome) -> list[Relief]:
    """Give what counts towards its actor's limit for the next day."""
    recorded = (each for part in outcome.every for each in part.recorded)
    found = (relief_of(each.event, outcome.at) for each in recorded)
    return [relief for relief in found if relief is not None]


class Preview:
    """The same decision by what is committed now, without any effect."""

    def __init__(
        self,
        journal: Journal,
        states: States,
        registers: Registers,
        now: Callable[[], Instant],
    ) -> None:
        look = Look(
            state=states.load,
            owner=journal.subject_named,
            past=partial(past_of, journal),
            staff=registers.staff.everybody,
            requests=registers.requests.of_customer,
            open_requests=registers.requests.open_requests,
            recent=registers.relief.since,
        )
        self._world = World(look, now, registers.rules, lambda: registers.switch.is_read_only)
        self._states = states

    def state(self, subject_id: str) -> State | None:
        """Give the subject as it is before."""
        return self._states.load(subject_id)

    def facts(self, caller: Caller) -> Facts:
        """Give the world as a decision of the caller's would see it now."""
        return facts_of(caller, self._world)

    def outcome(self, intent: Intent) -> Outcome:
        """Give what the command would do. Raises Refused."""
        return decide(_without_key(intent), self._world)

    def if_approved(self, intent: Intent) -> Outcome:
        """Give what the command would do if somebody approved it now. Raises Refused."""
        return decide(_without_key(intent), self._world, frozenset({intent.command.right}))


def _without_key(intent: Intent) -> Intent:
    """Give an intent that is not to be carried out: what was done under its key is no matter."""
    return msgspec.structs.replace(intent, idempotency_key="")
