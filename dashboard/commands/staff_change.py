"""What the changes of staff have in common: who is changed, as they were seen."""

from typing import ClassVar, cast

from google.protobuf.message import Message
from msgspec import Struct

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class StaffChanged(Struct, frozen=True):
    """The ledger said yes: the staff member's version after it."""

    version: int


class StaffChange(Change, frozen=True, kw_only=True):
    """A change of one staff member; the ledger refuses it of the person themselves."""

    rpc: ClassVar[str]

    staff_id: str
    seen_version: int = 0

    @property
    def about(self) -> str:
        """Name who is changed."""
        return self.staff_id

    @property
    def place(self) -> str:
        """Name the form about them."""
        return f"staff:{self.staff_id}:{self.name}"

    def request(self, key: str) -> Message:
        """Build the request."""
        raise NotImplementedError

    def send(self, client: LedgerClient, caller: Caller, key: str) -> StaffChanged:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        answer = client.command(f"StaffService/{self.rpc}", self.request(key), caller)
        return StaffChanged(cast("servicing.StaffResponse", answer).staff_version)
