"""The filters of the audit trail; every one of them stands in the address."""

from collections import Counter
from typing import Final, cast

import streamlit as st

from dashboard import formats, request_words, services
from dashboard.amount_faults import amount_fault
from dashboard.components.address_fields import is_on, one_of, some_of, text_of
from dashboard.components.form_fields import say_fault
from dashboard.components.period import period
from dashboard.components.quiet import quiet
from dashboard.queries.audit_filter import AuditFilter, Reviewed, Sort
from dashboard.queries.staff_names import MORE_PEOPLE, PEOPLE_MAX, staff_labels

TYPES: Final = {
    "waivers": "Waivers",
    "repayments": "Repayments",
    "fees": "Fees",
    "adjustments": "Adjustments",
    "reversals": "Reversals and corrections",
    "refunds": "Refunds",
    "write_offs": "Write-offs",
    "approvals": "Approvals",
    "loans": "Loans",
    "ageing": "Ageing and interest",
    "notes": "Notes",
    "reviews": "Reviews and readings",
    "staff": "Staff",
}
"""Codes of `audit_filter.KINDS`, and their words."""

SORTS: Final = {
    "newest": "Newest first",
    "amount": "Largest amount",
    "person": "By person",
}
REVIEWS: Final = {
    "": "Reviewed or not",
    "none": "Not reviewed",
    "verified": "Verified",
    "queried": "Queried",
}
MORE: Final = ("least", "most", "by", "approver", "customer", "account", "reason")
"""What is filtered by out of sight, so that how much of it is must be told."""
ANYBODY: Final = "Anybody"
ANY_REASON: Final = "Any reason"


def audit_filters() -> AuditFilter:
    """Ask what to show."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = some_of("Type", "type", TYPES, width=280, nothing="All types")
        first, last = period()
        sort = one_of("Sort", "sort", SORTS, "newest", width=160)
        reviewed = one_of("Review", "reviewed", REVIEWS, width=160)
        set_there = sum(bool(st.query_params.get(key)) for key in MORE)
        label = f"More filters · {set_there}" if set_there else "More filters"
        more = st.popover(label, icon=":material/tune:", key="more-filters")
        of_staff = is_on("Staff customers only", "staff")
    with more:
        least, most = text_of("Amount from", "least"), text_of("Amount to", "most")
        staff = {who: label for label, who in staff_labels(services.database()).items()}
        people = {"": ANYBODY, **staff}
        if len(staff) > PEOPLE_MAX:
            quiet(MORE_PEOPLE)
        actor = one_of("Staff member", "by", people, may_be_other=True)
        approver = one_of("Approver", "approver", people, may_be_other=True)
        customer = text_of("Customer id", "customer")
        account = text_of("Account", "account", placeholder="Number or id")
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
        reviewed=cast("Reviewed", reviewed),
        sort=cast("Sort", sort),
    )


def _reason() -> str:
    """Ask for a reason of any list, or of another system's own, which the address may name."""
    words = {code: request_words.reason(code) for code in request_words.REASONS}
    borne = Counter(words.values())
    told = {code: word if borne[word] == 1 else f"{word} ({code})" for code, word in words.items()}
    by_word = sorted(told, key=lambda code: told[code])
    offered = {"": ANY_REASON, **{code: told[code] for code in by_word}}
    return one_of("Reason", "reason", offered, may_be_other=True)
