"""Opens what was chosen: a customer, one of their accounts, or the results of a search."""

import streamlit as st


def open_chosen(chosen: str) -> None:
    """Go to `customer:<id>`, `account:<id>:<customer id>` or `results:<text>`.

    An account that no customer is known for opens under its own id.
    """
    from dashboard import navigation  # noqa: PLC0415 - it draws the frame, which holds the box

    kind, _, rest = chosen.partition(":")
    if kind == "customer":
        st.switch_page(navigation.page("customer.py"), query_params={"id": rest})
    if kind == "account":
        account_id, _, customer_id = rest.partition(":")
        where = {"id": customer_id, "account": account_id}
        st.switch_page(navigation.page("customer.py"), query_params=where)
    st.switch_page(navigation.page("search.py"), query_params={"q": rest})
