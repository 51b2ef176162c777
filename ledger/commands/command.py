"""What every command is, and what its decision may know besides the account."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

import msgspec
from msgspec import Struct

from ledger.domain.history import State
from ledger.domain.identity import sign_ins_under
from ledger.domain.request import Request
from ledger.domain.rights import LIMIT_KIND_OF, Permissions, Right
from ledger.domain.rules import DEFAULT_RULES, Rules
from ledger.domain.splitting import Relief
from ledger.domain.staff import Staff
from proto.events import LedgerEvent
from proto.values import Code, Instant, Key


class Name(Struct, frozen=True):
    """A name that may be given once: an account number, a schedule id, a username."""

    kind: str
    value: str
    field: str


class Command(Struct, frozen=True, kw_only=True):
    """The common root: a right, perhaps a limit, and one subject whose history goes on."""

    right: ClassVar[Right]
    passes_read_only: ClassVar[bool] = False
    """Whether a ledger that was set to read-only carries it out all the same."""
    expected_version: int = 0

    @property
    def subject_id(self) -> Key:
        """The loan account, or `staff:` and the staff id."""
        raise NotImplementedError

    @property
    def limit_kind(self) -> str:
        """The kind of limit that bounds it; empty where none does."""
        return LIMIT_KIND_OF.get(self.right, "")

    @property
    def names(self) -> tuple[Name, ...]:
        """The names that the command takes for its subject."""
        return ()

    def touches(self, before: State | None) -> tuple[Key, ...]:  # noqa: ARG002 - for others
        """The other subjects whose history it looks at or goes on with."""
        return ()


class Sealed(str):
    """A free text that is ciphertext already: it is kept as it is."""

    __slots__ = ()


class Elsewhere(Struct, frozen=True):
    """What a decision does to another subject, in the same journal transaction."""

    subject_id: Key
    events: tuple[LedgerEvent, ...]


class Decided(Struct, frozen=True, kw_only=True):
    """Events of the command's own subject, those of others, and the names it takes.

    All of it is recorded, or nothing; `events` first.
    """

    events: tuple[LedgerEvent, ...]
    elsewhere: tuple[Elsewhere, ...] = ()
    names: tuple[Name, ...] = ()
    states: tuple[State, ...] = ()
    """The subject after each of the events, where the decision has folded them already."""


def _nothing(*_names: str) -> None:
    return None


class Past(Struct, frozen=True):
    """An event that is in the journal, and who brought it about."""

    event: LedgerEvent
    actor: str


class Look(Struct, frozen=True, kw_only=True):
    """What a decision may look up besides its subject; all as of this moment."""

    state: Callable[[str], State | None] = _nothing
    owner: Callable[[str, str], str | None] = _nothing
    """Kind and name to the subject that has it."""
    past: Callable[[str], Past | None] = _nothing
    """The id of an event to what is committed under it."""
    staff: Callable[[], list[Staff]] = list
    """Everybody, also who was disabled."""
    requests: Callable[[str], list[Request]] = lambda _customer: []
    """A customer's requests, also the decided ones."""
    open_requests: Callable[[], list[Request]] = list
    """Every request that waits; some may have expired."""
    recent: Callable[[str, str, Instant], tuple[Relief, ...]] = lambda _actor, _customer, _at: ()
    """What an actor did for a customer in the day before an instant."""
    seal: Callable[[str, str, str], Sealed] = lambda _customer, _name, text: Sealed(text)
    """Customer, name and text to the text as it is kept; a preview keeps nothing."""


class Facts(Struct, frozen=True, kw_only=True):
    """The world as a decision sees it: the moment, the business date, who acts.

    `request_id` and `requested_by` tell of the approved request that is carried out.
    """

    at: Instant
    today: date
    permissions: Permissions
    rules: Rules = DEFAULT_RULES
    look: Look = Look()
    request_id: Key = Key("")
    requested_by: Key = Key("")
    key_mark: Code = Code("")
    """Of the command's idempotency key, `ledger.own_keys`."""

    @property
    def actor_id(self) -> str:
        """Who acts."""
        return self.permissions.actor_id


def with_recent(facts: Facts, customer_id: str) -> Facts:
    """Put with the permissions what the actor, under any sign-in, did for a customer in a day."""
    mine = sorted(sign_ins_under(facts.actor_id, facts.look.staff()))
    done = (each for name in mine for each in facts.look.recent(name, customer_id, facts.at))
    recent = tuple((each.kind, each.amount) for each in done)
    permissions = msgspec.structs.replace(facts.permissions, recent=recent)
    return msgspec.structs.replace(facts, permissions=permissions)


class AccountCommand(Command, frozen=True, kw_only=True):
    """A command on a loan account; `texts` are free texts, sealed before they are kept."""

    loan_account_id: Key
    effective_date: str = ""
    reason_code: Code = Code("")
    texts: dict[str, str] = {}

    @property
    def subject_id(self) -> Key:
        """The loan account."""
        return self.loan_account_id
