"""The form for somebody new: who they are, how they sign in, what they may do."""

from typing import Final

import streamlit as st

from dashboard.commands import create_staff
from dashboard.commands.create_staff import CreateStaff
from dashboard.components import staff_changes, staff_reason
from dashboard.components.dialog_foot import dialog_foot
from dashboard.components.quiet import quiet
from dashboard.session import ROLE_NAMES, SignedIn

NAME_MAX: Final = 100
EMAIL_MAX: Final = 254
ID_MAX: Final = 64
NOBODY: Final = CreateStaff(staff_id="", username="", display_name="", roles=())


def new_staff_form(signed_in: SignedIn) -> None:
    """Ask for somebody new; the ledger checks each field and says which is wrong."""
    form = staff_changes.opened()
    before = form.entered if form is not None else None
    had = before if isinstance(before, CreateStaff) else NOBODY
    name = _text("Name", "new-name", NAME_MAX, "As colleagues know them", had.display_name)
    left, right = st.columns(2)
    with left:
        username = _text("Username", "new-username", ID_MAX, "What they sign in with", had.username)
        username = username.lower()
        email = _text("E-mail", "new-email", EMAIL_MAX, "Optional", had.email)
    with right:
        usual = f"staff-{username}" if username else ""
        told = usual or "Never changes"
        staff_id = _text("Staff id", "new-staff-id", ID_MAX, told, had.staff_id) or usual
        person_id = _text(
            "Employee number",
            "new-person-id",
            ID_MAX,
            "Optional",
            had.person_id,
            "Two sign-ins of one person share it: neither decides what the other asked for.",
        )
    roles = st.multiselect(
        "Roles",
        list(ROLE_NAMES),
        default=[each for each in had.roles if each in ROLE_NAMES],
        format_func=lambda role: ROLE_NAMES[role],
        key=staff_changes.field_key("new-roles"),
        placeholder="What they may do",
    )
    code = staff_reason.ask(CreateStaff.name, create_staff.REASONS, before)
    quiet("They sign in with a start password, which is shown to you once, and choose their own.")
    change = CreateStaff(
        staff_id=staff_id,
        username=username,
        display_name=name,
        email=email,
        person_id=person_id,
        roles=tuple(roles),
        reason_code=code,
    )
    staff_changes.trouble(signed_in, CreateStaff.name)
    dialog_foot(
        "Create staff member",
        "send-new",
        staff_changes.close,
        staff_changes.send,
        (signed_in, change),
        disabled=not (name and username and roles),
    )


def _text(
    label: str, key: str, length_max: int, told: str, had: str, tip: str | None = None
) -> str:
    typed = st.text_input(
        label,
        had,
        key=staff_changes.field_key(key),
        max_chars=length_max,
        placeholder=told,
        live="300ms",
        help=tip,
    )
    return (typed or "").strip()
