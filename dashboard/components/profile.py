"""Who the customer is, and what staff must know before they act."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.hits import flag_badges
from dashboard.formats import EKYC_BADGES, Badge, code, inert
from dashboard.queries.customers import CustomerView, Profile

_STYLE: Final = Path(__file__).with_suffix(".css")
VULNERABLE_FLAG: Final = "Vulnerable"
VULNERABLE: Final = (
    "**Vulnerable customer.** Take extra care: offer hardship help before you ask for money,"
    " and note what was agreed."
)


def profile(view: CustomerView) -> None:
    """Show the name, the flags, the contact; without the right or a name, the id."""
    customer = view.customer
    badges = [_badge(each) for each in flag_badges(customer) if each.word != VULNERABLE_FLAG]
    named = bool(customer.customer_id) and view.title != customer.customer_id
    id_told = [f":gray[{code(customer.customer_id)}]"] if named else []
    st.markdown(
        " ".join([f"## {inert(formats.short(view.title))}", *id_told, *badges]), anchors=False
    )
    told = _told(view)
    if told:
        st.markdown(told)
    if customer.vulnerable_flag:
        st.html(_STYLE)
        with st.container(key="vulnerable"):
            st.error(VULNERABLE, icon=":material/front_hand:")


def _told(view: CustomerView) -> str:
    customer = view.customer
    address = customer.residential_address
    if not isinstance(customer, Profile):
        return inert(address.suburb) if address and address.suburb else ""
    number = customer.mobile_phone_number
    where = customer.residential_address
    place = [where.suburb, where.state, where.postcode] if where else []
    born = customer.date_of_birth
    parts = [
        inert(formats.mobile(number)) if number else "",
        inert(customer.email_address) if customer.email_address else "",
        inert(", ".join(each for each in [where.street if where else None] if each)),
        inert(" ".join(each for each in place if each)),
        f"born {formats.day(born)}" if born else "",
        _badge(_identity(customer)),
    ]
    return " · ".join(part for part in parts if part)


def _identity(customer: Profile) -> Badge:
    if customer.identity_verified:
        return EKYC_BADGES["successful"]
    return EKYC_BADGES.get(customer.ekyc_status or "", Badge("Identity not checked", "gray"))


def _badge(badge: Badge) -> str:
    return f":{badge.colour}-badge[{inert(badge.word)}]"
