"""The filters of the audit trail; every one of them stands in the address."""

from typing import Final

import streamlit as st

from dashboard import formats, request_words, services
from dashboard.amount_faults import amount_fault
from dashboard.components.form_fields import say_fault
from dashboard.components.period import period
from dashboard.components.person_field import person_field
from dashboard.queries.audit_filter import KINDS, AuditFilter, Reviewed, Sort
from dashboard.queries.staff_names import staff_labels

SORTS: Final[dict[str, Sort]] = {
    "Newest first": "newest",
    "Largest amount": "amount",
    "By person": "person",
}
ANYBODY: Final = "Anybody"
ANY_REASON: Final = "Any reason"
REVIEWS: Final[dict[str, Reviewed]] = {
    "Reviewed or not": "",
    "Not reviewed": "none",
    "Verified": "verified",
    "Queried": "queried",
}


def audit_filters() -> AuditFilter:
    """Ask what to show."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.multiselect(
            "Type",
            list(KINDS),
            key="type",
            placeholder="All types",
            width=280,
            bind="query-params",
        )
        first, last = period()
        order = st.selectbox("Sort", list(SORTS), key="sort", width=160, bind="query-params")
        reviewed = st.selectbox(
            "Review", list(REVIEWS), key="reviewed", width=160, bind="query-params"
        )
        more = st.popover("More filters", icon=":material/tune:")
        of_staff = st.toggle("Staff customers only", key="staff", bind="query-params")
    with more:
        least, most = _text("Amount from", "least"), _text("Amount to", "most")
        people = {who: label for label, who in staff_labels(services.database()).items()}
        actor = person_field("Staff member", "by", people, ANYBODY)
        approver = person_field("Approver", "approver", people, ANYBODY)
        customer, account = _text("Customer id", "customer"), _text("Account id", "account")
        reason = _reason()
    say_fault(amount_fault("Amount from", least) or amount_fault("Amount to", most))
    return AuditFilter(
        kinds=tuple(sorted(kinds)),
        from_date=first,
        to_date=last,
        least=formats.typed_money(least),
        most=formats.typed_money(most),
        actor=actor,
        approver=approver,
        customer_id=customer,
        account_id=account,
        reason_code=reason,
        of_staff=of_staff,
        reviewed=REVIEWS[str(reviewed)],
        sort=SORTS[str(order)],
    )


def _reason() -> str:
    """Ask for a reason of any list, by its words; the address may also hold a code."""
    codes = {request_words.reason(code): code for code in request_words.REASONS}
    asked = str(st.query_params.get("reason", ""))
    if asked:
        codes.setdefault(asked, asked)  # a code, perhaps of another system's own list
    chosen = st.selectbox("Reason", [ANY_REASON, *sorted(codes)], key="reason", bind="query-params")
    return codes.get(str(chosen), "")


def _text(label: str, key: str) -> str:
    typed = st.text_input(label, key=key, max_chars=100, bind="query-params")
    return (typed or "").strip()
