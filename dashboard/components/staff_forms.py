"""The forms about staff, each in a dialog: what will happen in plain words, and one button."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard import services
from dashboard.commands import (
    disable_staff,
    enable_staff,
    give_start_password,
    revoke_key,
    set_limits,
    set_roles,
)
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_roles import SetRoles
from dashboard.commands.staff_change import StaffChange
from dashboard.components import address, staff_changes, staff_reason, start_password
from dashboard.components.dialog_foot import dialog_foot
from dashboard.components.form_fields import TEXT_CHARACTERS_MAX
from dashboard.components.limit_fields import limit_fields
from dashboard.components.new_staff_form import new_staff_form
from dashboard.components.quiet import quiet
from dashboard.formats import code, inert
from dashboard.queries.staff_list import StaffMember, staff_member
from dashboard.session import ROLE_NAMES, SignedIn

Form = Callable[[SignedIn, StaffMember], None]


def show_open_form(signed_in: SignedIn) -> None:
    """Show the form that is open, if one is; called once a run, at the page's end."""
    form = staff_changes.opened()
    if form is None:
        return
    member = staff_member(services.database(), signed_in.roles, form.staff_id)
    if (form.name != CreateStaff.name and member is None) or address.is_left(form):
        staff_changes.close()
        return

    def body() -> None:
        if staff_changes.opened() is None:
            st.rerun()
        told = start_password.given()
        if told is not None:
            start_password.show(told)
            st.button("Done", type="primary", on_click=staff_changes.close)
        elif member is None:
            new_staff_form(signed_in)
        else:
            FORMS[form.name][1](signed_in, member)

    title = "New staff member" if member is None else FORMS[form.name][0]
    who = "" if member is None else f" {inert(member.display_name)}"
    st.dialog(f"{title}{who}", width="medium", on_dismiss=staff_changes.close)(body)()


def _roles_form(signed_in: SignedIn, member: StaffMember) -> None:
    entered = _entered()
    wanted = entered.roles if isinstance(entered, SetRoles) else member.roles
    chosen = st.multiselect(
        "Roles",
        list(ROLE_NAMES),
        default=[each for each in wanted if each in ROLE_NAMES],
        format_func=lambda role: ROLE_NAMES[role],
        key=staff_changes.field_key(f"roles-{member.staff_id}"),
        placeholder="At least one",
    )
    before, after = _named(member.roles), _named(tuple(chosen))
    same = sorted(chosen) == sorted(member.roles)
    if chosen and not same:
        st.markdown(f"From **{before}** to **{after}**, at once and on their open screens too.")
    code = staff_reason.ask(f"{SetRoles.name}-{member.staff_id}", set_roles.REASONS, entered)
    change = SetRoles(
        staff_id=member.staff_id, seen_version=member.ver, roles=tuple(chosen), reason_code=code
    )
    _button(signed_in, "Change roles", change, disabled=same or not chosen)


def _limits_form(signed_in: SignedIn, member: StaffMember) -> None:
    quiet("What is left empty is as their roles have it. 0 means: never alone.")
    entered = _entered()
    before = entered.limits if isinstance(entered, SetLimits) else member.limits
    limits, flaw = limit_fields(member, before)
    if flaw:
        st.error(flaw, icon=":material/error:")
    code = staff_reason.ask(f"{SetLimits.name}-{member.staff_id}", set_limits.REASONS, entered)
    change = SetLimits(
        staff_id=member.staff_id, seen_version=member.ver, limits=limits, reason_code=code
    )
    same = limits == member.limits
    _button(signed_in, "Change limits", change, disabled=bool(flaw) or same)


def _disable_form(signed_in: SignedIn, member: StaffMember) -> None:
    name = inert(member.display_name)
    st.markdown(
        f"**{name}** is signed out of every open tab and can do nothing more until an"
        " administrator enables them. What they did stays; their open requests stay too."
    )
    field = f"{DisableStaff.name}-{member.staff_id}"
    code = staff_reason.ask(field, disable_staff.REASONS, _entered())
    reason = _reason(member, DisableStaff.name)
    change = DisableStaff(
        staff_id=member.staff_id, seen_version=member.ver, reason=reason, reason_code=code
    )
    _button(signed_in, "Disable", change)


def _enable_form(signed_in: SignedIn, member: StaffMember) -> None:
    name, roles = inert(member.display_name), _named(member.roles)
    st.markdown(
        f"**{name}** may sign in and work again, as **{roles}** and with the limits and the"
        " password from before."
    )
    field = f"{EnableStaff.name}-{member.staff_id}"
    code = staff_reason.ask(field, enable_staff.REASONS, _entered())
    reason = _reason(member, EnableStaff.name)
    change = EnableStaff(
        staff_id=member.staff_id, seen_version=member.ver, reason=reason, reason_code=code
    )
    _button(signed_in, "Enable", change)


def _revoke_form(signed_in: SignedIn, member: StaffMember) -> None:
    key = member.active_key
    if key is None:
        st.markdown("They have no signing key that is still good.")
        return
    st.markdown(
        f"The key {code(key.key_id)} signs no decision any more; what it signed stays valid."
        " They make a new one themselves."
    )
    field = f"{RevokeKey.name}-{member.staff_id}"
    why = staff_reason.ask(field, revoke_key.REASONS, _entered())
    reason = _reason(member, RevokeKey.name)
    change = RevokeKey(staff_id=member.staff_id, key_id=key.key_id, reason=reason, reason_code=why)
    _button(signed_in, "Revoke key", change)


def _start_password_form(signed_in: SignedIn, member: StaffMember) -> None:
    st.markdown(
        f"The password of **{inert(member.display_name)}** stops working, and they are signed"
        " out everywhere. With the start password they choose a new one. Their signing key and"
        " its passphrase stay as they are. Who gave it is recorded."
    )
    field = f"{GiveStartPassword.name}-{member.staff_id}"
    code = staff_reason.ask(field, give_start_password.REASONS, _entered())
    change = GiveStartPassword(
        staff_id=member.staff_id,
        seen_version=member.ver,
        username=member.username,
        reason_code=code,
    )
    _button(signed_in, "Give a start password", change)


def _entered() -> StaffChange | None:
    """Give what the failed try had asked for that this form retries."""
    form = staff_changes.opened()
    return None if form is None else form.entered


def _reason(member: StaffMember, name: str) -> str:
    typed = st.text_input(
        "Why",
        str(getattr(_entered(), "reason", "")),
        key=staff_changes.field_key(f"why-{name}-{member.staff_id}"),
        max_chars=TEXT_CHARACTERS_MAX,
        live="500ms",
        placeholder="Optional; stays in the ledger",
    )
    return (typed or "").strip()


def _button(
    signed_in: SignedIn,
    label: str,
    change: SetRoles | SetLimits | DisableStaff | EnableStaff | RevokeKey | GiveStartPassword,
    *,
    disabled: bool = False,
) -> None:
    """Show why the last try failed, and the button that sends the change."""
    staff_changes.trouble(signed_in, change.name, change.staff_id)
    dialog_foot(
        label,
        f"send-{change.name}",
        staff_changes.close,
        staff_changes.send,
        (signed_in, change),
        disabled=disabled,
    )


def _named(roles: tuple[str, ...]) -> str:
    return ", ".join(ROLE_NAMES.get(each, inert(each)) for each in roles) or "no role"


FORMS: Final[dict[str, tuple[str, Form]]] = {
    SetRoles.name: ("Roles of", _roles_form),
    SetLimits.name: ("Limits of", _limits_form),
    DisableStaff.name: ("Disable", _disable_form),
    EnableStaff.name: ("Enable", _enable_form),
    RevokeKey.name: ("Signing key of", _revoke_form),
    GiveStartPassword.name: ("Start password for", _start_password_form),
}
