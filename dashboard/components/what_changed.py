"""What others did to an account while somebody had it open: asked for when a change is stale."""

import streamlit as st

from dashboard import formats, services
from dashboard.formats import inert
from dashboard.queries.staff_names import staff_names
from dashboard.queries.transactions import TransactionFigures, transactions_since
from dashboard.session import SignedIn


def what_changed(
    signed_in: SignedIn, loan_account_id: str, seen_version: int, *, is_retry: bool = False
) -> None:
    """List what was posted after a version, oldest first; what was typed stays as it is."""
    database, roles = services.database(), signed_in.roles
    found = transactions_since(database, roles, loan_account_id, seen_version)
    if not found:
        st.markdown("Nothing was posted since; its terms or its status changed.")
        return
    heading = "Since what failed was entered:" if is_retry else "Since you opened it:"
    names = staff_names(database, {str(each.created_by) for each in found})
    told = [f"- {_told(each, names)}" for each in found]
    st.markdown("\n".join([f"**{heading}**", *told]))


def _told(each: TransactionFigures, names: dict[str, str]) -> str:
    what = f"{formats.transaction_type(each.type)} {formats.money(each.amount)}"
    who = names.get(str(each.created_by), str(each.created_by))
    when = formats.day_and_clock(each.transaction_date)
    owing = formats.money(each.total_after)
    return f"**{inert(what)}** by {inert(who)}, {inert(when)}: {inert(owing)} owing after it"
