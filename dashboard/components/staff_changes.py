"""What can be changed about staff: which form is open, sending it, and what follows from it."""

from typing import Final

from msgspec import Struct

from dashboard import services, session
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_roles import SetRoles
from dashboard.commands.staff_change import StaffChange
from dashboard.components import sending, start_password
from dashboard.components.sending import Change
from dashboard.queries.rights import STAFF_ROLES
from dashboard.session import SignedIn

START_PASSWORD: Final = "StartPassword"  # noqa: S105 - the name of a form
NAMES: Final = (
    CreateStaff.name,
    SetRoles.name,
    SetLimits.name,
    DisableStaff.name,
    EnableStaff.name,
    RevokeKey.name,
)
DONE: Final = {
    SetRoles.name: "The roles are changed. Their open screens follow within moments.",
    SetLimits.name: "The limits are changed.",
    DisableStaff.name: "They are disabled and signed out everywhere.",
    EnableStaff.name: "They may work again, and sign in as before.",
    RevokeKey.name: "The key is revoked. They make a new one under My rights and limits.",
}
_OPEN: Final = "staff-form"
_DONE: Final = "staff-done"


class OpenChange(Struct, frozen=True):
    """The form that is open, and about whom; nobody where somebody new is created."""

    name: str
    staff_id: str = ""


def open_form(name: str, staff_id: str = "") -> None:
    """Open a form over the page."""
    session.forget(_DONE)
    session.put(_OPEN, OpenChange(name, staff_id))


def opened() -> OpenChange | None:
    """Give the form that is open."""
    nothing: OpenChange | None = None
    return session.slot(_OPEN, lambda: nothing)


def close() -> None:
    """Close it; a refusal goes with it, a change that is not known yet stays to be checked."""
    form = opened()
    session.forget(_OPEN)
    start_password.put_away()
    if form is not None:
        sent = sending.last(place(form.name, form.staff_id))
        if sent is not None and sent.is_known:
            session.forget(place(form.name, form.staff_id))


def place(name: str, staff_id: str = "") -> str:
    """Name where a change is sent from, so that each keeps its key."""
    return f"staff-{name}-{staff_id}"


def place_of(change: Change) -> str:
    """Name where a change was sent from."""
    if isinstance(change, StaffChange) and not isinstance(change, CreateStaff):
        return place(change.name, change.staff_id)
    return place(CreateStaff.name)


def send(signed_in: SignedIn, change: Change) -> None:
    """Send a change, the same again under its key; then do what the desk owes besides."""
    session.require(*STAFF_ROLES)
    if not sending.send(signed_in, place_of(change), change).is_done:
        return
    if isinstance(change, CreateStaff):
        start_password.give(signed_in, change.staff_id, change.username)
        return
    if isinstance(change, DisableStaff | EnableStaff):
        # A session from before is over for good, whenever they may work again.
        services.sessions().end_all_of(change.staff_id)
    if isinstance(change, StaffChange):
        session.put(_DONE, (change.staff_id, DONE[change.name]))
    close()


def trouble(signed_in: SignedIn, name: str, staff_id: str = "") -> None:
    """Say why the last try of a form did not succeed, and let one be checked."""

    def again(change: Change) -> None:
        send(signed_in, change)

    sending.trouble(signed_in, place(name, staff_id), again)


def troubles(signed_in: SignedIn, staff_id: str = "") -> None:
    """Say which changes are not known yet whose forms were closed."""
    form = opened()
    for name in NAMES:
        if form is None or form.name != name:
            trouble(signed_in, name, staff_id)


def done(staff_id: str) -> str:
    """Say what was changed just now about somebody."""
    whom, words = session.slot(_DONE, lambda: ("", ""))
    return words if whom == staff_id else ""
