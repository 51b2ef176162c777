"""One staff member: roles, limits, sign-in, access, key, and what was changed about them."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import event_words, formats, request_words, services
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_roles import SetRoles
from dashboard.components import staff_changes
from dashboard.components.own_rights_table import LIMITS
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.staff_table import access_badge
from dashboard.credentials import SignInState
from dashboard.formats import code, inert
from dashboard.queries.rights import changes_staff
from dashboard.queries.staff_list import CHANGES_MAX, StaffMember
from dashboard.queries.staff_list import staff_changes as changes_of
from dashboard.queries.staff_names import staff_names
from dashboard.session import ROLE_NAMES, SignedIn
from proto import role_limits

OWN: Final = (
    "This is you. Nobody changes their own roles, limits, access or password, and the ledger"
    " refuses it too: ask another administrator."
)


def staff_panel(signed_in: SignedIn, member: StaffMember) -> None:
    """Show somebody; to an administrator, of somebody else, with what can be changed."""
    _heading(member)
    is_own = member.staff_id == signed_in.staff_id
    may = changes_staff(signed_in.roles) and not is_own
    if is_own:
        st.info(OWN, icon=":material/person:")
    words = staff_changes.done(member.staff_id)
    if words:
        st.success(words, icon=":material/check_circle:")
    if may:
        staff_changes.troubles(signed_in, member.staff_id)
    left, right = st.columns(2, gap="large")
    with left:
        _roles(member, may=may)
        _limits(member, may=may)
    with right:
        _sign_in(member, may=may)
        _access(member, may=may)
        _key(member, may=may)
    _changes(signed_in, member)


def _heading(member: StaffMember) -> None:
    badge = access_badge(member)
    st.markdown(
        f"### {inert(member.display_name)} :{badge.colour}-badge[{badge.word}]", anchors=False
    )
    told = [code(member.staff_id), f"signs in as **{inert(member.username)}**"]
    if member.email:
        told.append(inert(member.email))
    if member.person_id and member.person_id != member.staff_id:
        told.append(f"employee number {inert(member.person_id)}")
    st.markdown(" · ".join(told))


def _roles(member: StaffMember, *, may: bool) -> None:
    st.markdown("##### Roles")
    roles = [ROLE_NAMES.get(each, inert(each)) for each in member.roles]
    st.markdown(", ".join(roles) or "None: no page is open to them.")
    if may and member.enabled:
        _opens("Change roles", SetRoles.name, member)


def _limits(member: StaffMember, *, may: bool) -> None:
    st.markdown("##### Limits")
    rows = [
        Row((Cell(text=words), Cell(text=_up_to(member, kind)))) for kind, words in LIMITS.items()
    ]
    columns = (Column("For"), Column("Alone up to", right=True))
    records_table("Limits", columns, rows, key=f"limits-{member.staff_id}")
    if may and member.enabled:
        _opens("Change limits", SetLimits.name, member)


def _up_to(member: StaffMember, kind: str) -> str:
    own = member.limits.get(kind)
    if own is not None:
        return formats.money(own)
    by_role = role_limits.highest(services.settings().role_limits, member.roles, kind)
    return f"As the roles have it: {formats.money(by_role)}"


def _sign_in(member: StaffMember, *, may: bool) -> None:
    st.markdown("##### Sign-in")
    st.markdown(_sign_in_words(services.credentials().state(member.staff_id)))
    if may and member.enabled:
        _opens("Give a start password…", GiveStartPassword.name, member)


def _sign_in_words(state: SignInState | None) -> str:
    """Say how somebody signs in."""
    if state is None:
        return "They have no password yet and cannot sign in: give them a start password."
    now = datetime.now(UTC)
    if state.locked_until and state.locked_until > now:
        until = formats.clock(state.locked_until)
        return f"Locked until {until} after too many wrong passwords; a start password ends that."
    if state.start_until is None:
        since = f", set {formats.day_and_clock(state.set_at)}" if state.set_at else ""
        return f"They have a password of their own{since}."
    by = str(state.set_by or "")
    who = inert(staff_names(services.database(), {by}).get(by, by))
    until = formats.day_and_clock(state.start_until)
    if state.start_until <= now:
        return f"The start password from {who} ended on {until}, unused. Give them a new one."
    return f"{who} gave them a start password, good until {until}. They have not used it yet."


def _access(member: StaffMember, *, may: bool) -> None:
    st.markdown("##### Access")
    since = f" since {formats.day_and_clock(member.created_at)}" if member.created_at else ""
    if member.enabled:
        st.markdown(f"Works here{since}.")
    else:
        st.markdown("Disabled: they can neither sign in nor change anything.")
    if may:
        name = DisableStaff.name if member.enabled else EnableStaff.name
        _opens("Disable…" if member.enabled else "Enable…", name, member)


def _key(member: StaffMember, *, may: bool) -> None:
    st.markdown("##### Signing key")
    key = member.active_key
    if key is None:
        st.markdown("None. Who decides requests makes one under My rights and limits.")
        return
    st.markdown(f"{code(key.key_id)}, since {formats.day_and_clock(key.enrolled_at)}.")
    if may and member.enabled:
        _opens("Revoke key…", RevokeKey.name, member)


def _opens(label: str, form: str, member: StaffMember) -> None:
    st.button(
        label,
        key=f"open-{form}",
        on_click=staff_changes.open_form,
        args=(form, member.staff_id),
    )


def _changes(signed_in: SignedIn, member: StaffMember) -> None:
    st.markdown("##### Changes")
    found = changes_of(services.database(), signed_in.roles, member.staff_id)
    if not found:
        st.markdown("Nothing is recorded yet.")
        return
    names = staff_names(services.database(), {str(each.actor) for each in found})
    rows = [
        Row(
            (
                Cell(
                    text=formats.day_and_clock(each.recorded_at),
                    tip=formats.exact(each.recorded_at),
                ),
                Cell(text=event_words.of(each.event_type), tip=each.event_id),
                Cell(text=request_words.reason(each.reason_code or ""), tip=each.reason_code or ""),
                Cell(text=names.get(each.actor, each.actor), tip=each.actor),
            )
        )
        for each in found
    ]
    columns = (Column("When", whole=True), Column("What"), Column("Why"), Column("By"))
    records_table("Changes", columns, rows, key=f"changes-{member.staff_id}")
    if len(found) == CHANGES_MAX:
        quiet(f"The {CHANGES_MAX} latest; the ledger holds them all.")
