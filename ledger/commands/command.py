"""What every command is, and what its decision may know besides the account."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from ledger.domain.rights import Permissions, Right
from proto.values import Code, Instant, Key


class Name(Struct, frozen=True):
    """A name that may be given once: an account number, a schedule id, a username."""

    kind: str
    value: str
    field: str


class Command(Struct, frozen=True, kw_only=True):
    """The common root: a right, perhaps a limit, and one subject whose history goes on."""

    right: ClassVar[Right]
    limit_kind: ClassVar[str] = ""
    expected_version: int = 0

    @property
    def subject_id(self) -> Key:
        """The loan account, or `staff:` and the staff id."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[Name, ...]:
        """The names that the command takes for its subject."""
        return ()


class Facts(Struct, frozen=True, kw_only=True):
    """The world as a decision sees it: the moment, the business date, who acts.

    `request_id` and `requested_by` tell of the approved request that is carried out.
    """

    at: Instant
    today: date
    permissions: Permissions
    request_id: Key = Key("")
    requested_by: Key = Key("")

    @property
    def actor_id(self) -> str:
        """Who acts."""
        return self.permissions.actor_id


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
