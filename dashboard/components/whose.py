"""A customer wherever one is named: by name, else by id; what staff must know; a way to them."""

from collections.abc import Mapping

import streamlit as st

from dashboard import services
from dashboard.components.hits import flag_badges
from dashboard.components.opening import link_to
from dashboard.components.records_table import Cell
from dashboard.formats import code, inert, short
from dashboard.queries.known_customers import KnownCustomer, known_customers
from dashboard.session import SignedIn

Known = Mapping[str, KnownCustomer]


def customer_cell(customer_id: str | None, known: Known) -> Cell:
    """Tell a customer in a table; choosing them opens `customer:<id>`."""
    if not customer_id:
        return Cell()
    found = known.get(customer_id)
    name = found.full_name if found else None
    return Cell(
        text=name or customer_id,
        tip=customer_id,
        opens=f"customer:{customer_id}",
        badges=flag_badges(found) if found else (),
    )


def account_cell(account_id: str | None, customer_id: str | None) -> Cell:
    """Tell an account in a table; where its row names no customer, it leads to them itself."""
    if not account_id or customer_id:
        return Cell(text=account_id or "", code=bool(account_id))
    return Cell(text=account_id, opens=f"account:{account_id}:")


def customer_line(signed_in: SignedIn, customer_id: str | None, account_id: str = "") -> None:
    """Show a customer in a line of their own, which leads to them and to the account.

    An event that names an account alone leads to that; one that names neither, nowhere.
    """
    if not customer_id:
        if account_id:
            link_to("customer.py", _link(f"Customer of {account_id}"), account=account_id)
        return
    found = known_customers(services.database(), signed_in.roles, [customer_id]).get(customer_id)
    name = found.full_name if found else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        link_to(
            "customer.py", _link(short(name or customer_id)), id=customer_id, account=account_id
        )
        if name:
            st.markdown(f":gray[{code(customer_id)}]", width="content")
        for badge in flag_badges(found) if found else ():
            st.badge(badge.word, color=badge.colour)


def _link(text: str) -> str:
    return f":blue[**{inert(short(text))}**]"
