"""Create a staff member, who signs in with a start password."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "new_hire": "Has joined",
    "temporary_cover": "Temporary cover",
    "service_account": "Works for a system",
    "other": "Other",
}
"""Why somebody new is created: code on the wire, and the word for it."""


class CreateStaff(StaffChange, frozen=True, kw_only=True):
    """Somebody new; `person_id` is the person behind the sign-in, where they have another."""

    name: ClassVar[str] = "CreateStaff"
    to_do: ClassVar[str] = "Create"
    done: ClassVar[str] = "Created"
    rpc: ClassVar[str] = "Create"

    username: str
    display_name: str
    email: str = ""
    person_id: str = ""
    roles: tuple[str, ...]
    reason_code: str = ""

    @property
    def about(self) -> str:
        """Name them as colleagues know them."""
        return self.display_name

    @property
    def place(self) -> str:
        """Name the form for somebody new, who has no page yet."""
        return f"staff::{self.name}"

    def request(self, key: str) -> servicing.CreateStaffRequest:
        """Build the request."""
        return servicing.CreateStaffRequest(
            staff_id=self.staff_id,
            username=self.username,
            display_name=self.display_name,
            email=self.email,
            person_id=self.person_id,
            roles=self.roles,
            reason_code=self.reason_code,
            idempotency_key=key,
        )
