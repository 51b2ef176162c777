"""What can be changed about staff: which form is open, sending it, and what follows from it."""

import time
from typing import Final

from msgspec import Struct

from dashboard import services, session
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_roles import SetRoles
from dashboard.commands.staff_change import StaffChange
from dashboard.components import sending, start_password
from dashboard.operation import Operation
from dashboard.queries.rights import STAFF_ROLES
from dashboard.queries.staff_list import staff_member
from dashboard.session import SignedIn

NAMES: Final = (
    CreateStaff.name,
    SetRoles.name,
    SetLimits.name,
    DisableStaff.name,
    EnableStaff.name,
    RevokeKey.name,
    GiveStartPassword.name,
)
DONE: Final = {
    SetRoles.name: "The roles are changed. Their open screens follow within moments.",
    SetLimits.name: "The limits are changed.",
    DisableStaff.name: "They are disabled and signed out everywhere.",
    EnableStaff.name: "They may work again, and sign in as before.",
    RevokeKey.name: "The key is revoked. They make a new one under My rights and limits.",
}
SHOWN_SECONDS_MAX: Final = 2.0
LOOK_SECONDS: Final = 0.05
_OPEN: Final = "staff-form"
_DONE: Final = "staff-done"


class OpenChange(Struct, frozen=True):
    """The form that is open, and about whom; nobody where somebody new is created.

    `entered` is what a failed try had asked for, to begin with, under its key `retries`.
    """

    name: str
    staff_id: str = ""
    entered: StaffChange | None = None
    retries: str = ""


def open_form(name: str, staff_id: str = "") -> None:
    """Open a form over the page."""
    session.forget(_DONE)
    session.put(_OPEN, OpenChange(name, staff_id))


def refill(_signed_in: SignedIn, operation: Operation) -> None:
    """Open the form of what failed, with what was entered."""
    command = operation.command
    if isinstance(command, StaffChange):
        whom = "" if isinstance(command, CreateStaff) else command.staff_id
        session.forget(_DONE)
        session.put(_OPEN, OpenChange(command.name, whom, command, operation.key))
        sending.hold(operation)


def opened() -> OpenChange | None:
    """Give the form that is open."""
    nothing: OpenChange | None = None
    return session.slot(_OPEN, lambda: nothing)


def field_key(name: str) -> str:
    """Name a field apart from the same one before: each retry begins with what it retries."""
    form = opened()
    return f"{name}-{form.retries}" if form is not None and form.retries else name


def close() -> None:
    """Close it; what failed or is not known yet stays on the page, and in the notices."""
    session.forget(_OPEN)
    start_password.put_away()


def send(signed_in: SignedIn, change: StaffChange) -> None:
    """Send a change, the same again under its key; then do what the desk owes besides."""
    session.require(*STAFF_ROLES)
    sent = sending.send(signed_in, change)
    if sent.state == "synced":
        follow(signed_in, sent)


def follow(signed_in: SignedIn, sent: Operation) -> None:
    """Do what the desk owes once a change is done: the start password that was recorded."""
    change = sent.command
    if isinstance(change, CreateStaff | GiveStartPassword):
        if isinstance(change, GiveStartPassword):
            _until_shown(signed_in, sent)
        whom = "" if isinstance(change, CreateStaff) else change.staff_id
        session.put(_OPEN, OpenChange(change.name, whom))
        start_password.give(signed_in, change.staff_id, change.username)
    elif isinstance(change, StaffChange):
        _until_shown(signed_in, sent)
        session.put(_DONE, (change.staff_id, DONE[change.name]))
        close()


def _until_shown(signed_in: SignedIn, sent: Operation) -> None:
    """Wait a moment for the screens: else the next form begins with what was there before."""
    until = time.monotonic() + SHOWN_SECONDS_MAX
    while time.monotonic() < until:
        member = staff_member(services.database(), signed_in.roles, sent.command.about)
        if member is None or member.ver >= sent.account_version:
            return
        time.sleep(LOOK_SECONDS)


def trouble(signed_in: SignedIn, name: str, staff_id: str = "") -> None:
    """Say why the last try of a form did not succeed, and let it be tried again."""
    sending.trouble(signed_in, f"staff:{staff_id}:{name}", refill, follow)


def troubles(signed_in: SignedIn, staff_id: str = "") -> None:
    """Say what failed or is not known yet, of all forms but the one that is open."""
    form = opened()
    for name in NAMES:
        if form is None or form.name != name:
            trouble(signed_in, name, staff_id)


def done(staff_id: str) -> str:
    """Say what was changed just now about somebody."""
    whom, words = session.slot(_DONE, lambda: ("", ""))
    return words if whom == staff_id else ""
