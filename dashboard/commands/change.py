"""What every intent of somebody at the desk is: sent under a key, told in words, tried again."""

from typing import ClassVar

from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient


class Change(Struct, frozen=True, kw_only=True):
    """One intent, as it was entered; kept with its key until its outcome is known.

    A subclass names the words before and after it is done, and what it is about.
    """

    name: ClassVar[str]
    to_do: ClassVar[str]
    done: ClassVar[str]
    is_request: ClassVar[bool] = True
    """Whether it moves no balance: then there is none to await."""
    passes_read_only: ClassVar[bool] = False
    """Whether a desk for reading sends it all the same."""

    @property
    def about(self) -> str:
        """Say what it is about."""
        return ""

    @property
    def place(self) -> str:
        """Name where it is sent from and tried again, as `opening` reads it."""
        raise NotImplementedError

    @property
    def what(self) -> str:
        """Say what it does."""
        return f"{self.to_do} {self.about}".strip()

    @property
    def what_was_done(self) -> str:
        """Say what it has done."""
        return f"{self.done} {self.about}".strip()

    def send(self, client: LedgerClient, caller: Caller, key: str) -> object:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        raise NotImplementedError
