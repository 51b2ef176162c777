"""Another try of anything that failed, from wherever it is told: each kind has its form."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.commands.add_note import AddNote, AmendNote
from dashboard.commands.ask_rebuild import AskRebuild
from dashboard.commands.change import Change
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.give_start_password import GiveStartPassword
from dashboard.commands.mark_verified import MarkVerified
from dashboard.commands.query_item import QueryItem
from dashboard.commands.replay_letter import ReplayLetter
from dashboard.commands.resolve_letter import ResolveLetter
from dashboard.commands.revoke_key import RevokeKey
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_read_only import SetReadOnly
from dashboard.commands.set_roles import SetRoles
from dashboard.components import (
    acting,
    audit_event,
    letter_actions,
    notes,
    staff_changes,
    system_ledger,
    system_rebuild,
)
from dashboard.components.operation_state import RETRY, Then, leads_on, sends_the_same
from dashboard.components.retry_account import retry_account
from dashboard.operation import Operation
from dashboard.session import SignedIn

REFILLS: Final[Mapping[type[Change], Then]] = {
    AddNote: notes.refill,
    AmendNote: notes.refill,
    AskRebuild: system_rebuild.retry_rebuild,
    CreateStaff: staff_changes.refill,
    DisableStaff: staff_changes.refill,
    EnableStaff: staff_changes.refill,
    GiveStartPassword: staff_changes.refill,
    MarkVerified: audit_event.refill,
    QueryItem: audit_event.refill,
    ReplayLetter: letter_actions.retry_letter,
    ResolveLetter: letter_actions.retry_letter,
    RevokeKey: staff_changes.refill,
    SetLimits: staff_changes.refill,
    SetReadOnly: system_ledger.refill,
    SetRoles: staff_changes.refill,
}
"""How each small change is entered anew; changes of accounts and requests have one way."""


def retry(signed_in: SignedIn, operation: Operation) -> None:
    """Enter anew what failed; it stays until the new try has begun."""
    REFILLS.get(type(operation.command), retry_account)(signed_in, operation)


def from_address(signed_in: SignedIn) -> None:
    """Enter anew what the address asks for, once; it never sends anything by itself."""
    key = st.query_params.get(RETRY, "")
    if not key:
        return
    del st.query_params[RETRY]
    found = acting.operations().find(key, acting.caller(signed_in))
    if found is None or not found.is_trouble or sends_the_same(found):
        return
    if leads_on(found):
        retry(signed_in, found)
