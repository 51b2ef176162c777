"""One command decided: right, name, rule, and what its events make of the subject.

Nothing is kept here. The door appends what comes out; a preview throws it away.
"""

from collections.abc import Callable, Iterable
from itertools import zip_longest

import msgspec
from google.protobuf.message import Message
from msgspec import Struct

from ledger import postings
from ledger.commands import COMMANDS
from ledger.commands.command import Command, Decided, Facts, Look, Name, with_recent
from ledger.commands.message_names import posted_already
from ledger.commands.record_repayment import RecordRepayment
from ledger.domain.business_day import business_date
from ledger.domain.history import State, as_posting, evolve
from ledger.domain.loan import Loan
from ledger.domain.rights import DEMO, SERVICE, SYSTEM, Permissions, Right
from ledger.domain.rules import DEFAULT_RULES, Rules
from ledger.domain.staff import SUBJECT_PREFIX, Staff
from ledger.errors import Fault, Refusal, Refused
from ledger.own_keys import mark_of
from proto.actor_token import Actor
from proto.events import LedgerEvent, PostingEvent
from proto.values import Code, Instant, Key


class Caller(Struct, frozen=True):
    """Who calls, and the demo clock's time where one was given."""

    actor: Actor
    demo_time: Instant | None = None


class Recorded(Struct, frozen=True):
    """One event with its place in the subject's history."""

    event: LedgerEvent
    version: int
    event_id: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What a command does: the events, and the subject before and after them.

    `also` is what it does to other subjects, in the same journal transaction.
    """

    subject_id: Key
    before: State | None
    after: State
    recorded: tuple[Recorded, ...]
    at: Instant
    permissions: Permissions
    also: tuple["Outcome", ...] = ()
    names: tuple[Name, ...] = ()

    @property
    def every(self) -> tuple["Outcome", ...]:
        """This and the others, in the order in which they are recorded."""
        return (self, *self.also)


class Intent(Struct, frozen=True, kw_only=True):
    """A command as it came: from whom, under which key, and how it is answered."""

    command: Command
    caller: Caller
    answer: Callable[[Outcome], Message]
    idempotency_key: str = ""
    request_hash: bytes = b""


class World(Struct, frozen=True):
    """What a decision looks up, the figures in force, the time."""

    look: Look
    now: Callable[[], Instant]
    rules: Rules
    read_only: Callable[[], bool]
    """Whether the ledger takes no commands."""


def permissions_of(
    actor: Actor, staff_of: Callable[[str], Staff | None], rules: Rules = DEFAULT_RULES
) -> Permissions:
    """Give what an actor may do now. Refused: staff who are unknown or disabled."""
    if actor.kind != "staff":
        role = Code(SYSTEM if actor.kind == "system" else SERVICE)
        return Permissions(actor.actor_id, (role,), role_limits=rules.limits)
    staff = staff_of(actor.actor_id)
    if staff is None:
        raise Refused(Refusal.STAFF_UNKNOWN, "The ledger does not know you as staff.")
    if not staff.enabled:
        raise Refused(Refusal.STAFF_DISABLED, "Your access was disabled by an administrator.")
    return Permissions(actor.actor_id, staff.roles, staff.limits, role_limits=rules.limits)


def _permissions(caller: Caller, world: World) -> Permissions:
    def staff_of(staff_id: str) -> Staff | None:
        state = world.look.state(f"{SUBJECT_PREFIX}{staff_id}")
        return state if isinstance(state, Staff) else None

    permissions = permissions_of(caller.actor, staff_of, world.rules)
    if caller.demo_time is None:
        return permissions
    return msgspec.structs.replace(permissions, roles=(*permissions.roles, Code(DEMO)))


def _facts(
    caller: Caller, permissions: Permissions, world: World, before: Iterable[State | None]
) -> Facts:
    at = _moment(caller, world.now(), before)
    return Facts(
        at=at,
        today=business_date(at),
        permissions=permissions,
        rules=world.rules,
        look=world.look,
    )


def facts_of(caller: Caller, world: World) -> Facts:
    """Give the world as a decision of the caller's would see it. Raises Refused."""
    return _facts(caller, _permissions(caller, world), world, ())


def decide(intent: Intent, world: World, granted: frozenset[Right] = frozenset()) -> Outcome:
    """Decide a command by the world as it stands. Raises Refused, and Fault where it was done.

    `granted` are rights that the actor is taken to have: for a preview, never for the door.
    """
    command = intent.command
    permissions = _permissions(intent.caller, world)
    if granted:
        permissions = msgspec.structs.replace(permissions, granted=granted)
    permissions.require(command.right)
    _check_switch(command, world)
    before = world.look.state(command.subject_id)
    mark = mark_of(intent.idempotency_key)
    _check_not_done(before, mark, command)
    touched = [world.look.state(subject) for subject in command.touches(before)]
    facts = _facts(intent.caller, permissions, world, (before, *touched))
    if mark:
        facts = msgspec.structs.replace(facts, key_mark=mark)
    if command.limit_kind and isinstance(before, Loan):
        facts = with_recent(facts, before.customer_id)
    decided = COMMANDS[type(command)](before, command, facts)
    if isinstance(decided, tuple):
        decided = Decided(events=decided)
    names = (*command.names, *decided.names)
    _check_names(names, command.subject_id, world)
    also = tuple(
        _evolved(each.subject_id, world.look.state(each.subject_id), each.events, facts)
        for each in decided.elsewhere
    )
    outcome = _evolved(command.subject_id, before, decided.events, facts, decided.states)
    return msgspec.structs.replace(outcome, also=also, names=names) if also or names else outcome


def _check_not_done(before: State | None, mark: Code, command: Command) -> None:
    """Insist that nothing was posted under a key that has no answer, or has lost it.

    A payment of the inbox holds up no other: it is a dead letter then.
    """
    if mark and isinstance(before, Loan) and mark in before.key_marks:
        if isinstance(command, RecordRepayment) and command.message_id:
            raise posted_already(command.message_id)
        raise Fault(
            "This was done under this key, but the answer that was kept of it is gone. Nothing "
            "was changed now; let an administrator run `python -m ledger verify`."
        )


def _check_switch(command: Command, world: World) -> None:
    """Refuse what a read-only ledger does not do."""
    if world.read_only() and not command.passes_read_only:
        raise Refused(
            Refusal.READ_ONLY,
            "The ledger was set to read-only by an administrator. Nothing was changed; try "
            "again when it takes commands.",
        )


def _moment(caller: Caller, now: Instant, before: Iterable[State | None]) -> Instant:
    """Date the command: by the demo clock, else by ours, which never runs back."""
    if caller.demo_time is not None:
        return min(caller.demo_time, now)
    return max([now, *(state.updated_at for state in before if state is not None)])


def _check_names(names: Iterable[Name], subject_id: Key, world: World) -> None:
    """Refuse a name that leads to somebody else already."""
    for name in names:
        owner = world.look.owner(name.kind, name.value)
        if owner not in (None, subject_id):
            raise Refused(
                Refusal.NAME_TAKEN,
                f"{name.field} {name.value} is taken already.",
                field=name.field,
            )


def _evolved(
    subject_id: Key,
    before: State | None,
    events: tuple[LedgerEvent, ...],
    facts: Facts,
    states: tuple[State, ...] = (),
) -> Outcome:
    """Give the subject after its events; what the decision has folded is not folded again."""
    state, version = before, 0 if before is None else before.version
    recorded = []
    for event, folded in zip_longest(events, states):
        version += 1
        event_id = f"{subject_id}:{version}"
        state = folded or evolve(state, event, version, facts.at)
        posting = as_posting(event)
        if posting is not None:
            _check_books(event_id, posting, state)
        recorded.append(Recorded(event, version, event_id))
    if state is None:
        raise ValueError(f"a command on {subject_id} brought about nothing")
    return Outcome(
        subject_id=subject_id,
        before=before,
        after=state,
        recorded=tuple(recorded),
        at=facts.at,
        permissions=facts.permissions,
    )


def _check_books(event_id: str, posting: PostingEvent, state: State) -> None:
    """Insist that an event balances, and says what the fold says: otherwise it is a bug."""
    postings.entry_of(event_id, posting)
    if not isinstance(state, Loan):
        raise TypeError(f"{event_id} posts to what is no loan")
    said = (
        posting.principal_after,
        posting.interest_after,
        posting.fee_after,
        posting.overpayment_after,
    )
    if said != (state.principal, state.interest, state.fee_balance, state.overpayment):
        raise ValueError(f"{event_id} tells other balances than its history")
    if min(said) < 0:
        raise ValueError(f"{event_id} makes a balance negative")
