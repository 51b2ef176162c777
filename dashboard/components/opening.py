"""Opens what was chosen: a customer, an account, a request, or the results of a search."""

import streamlit as st

from dashboard.session import SignedIn


def open_chosen(chosen: str) -> None:
    """Go to a `customer:<id>`, `account:<id>:<customer id>`, `request:<id>`, `letter:<id>`.

    `transaction:<account>:<customer>:<id>` is opened on its account, `results:<text>` are
    those of a search. An account that no customer is known for opens under its own id.
    """
    from dashboard import navigation  # noqa: PLC0415 - it draws the frame, which holds the box

    kind, _, rest = chosen.partition(":")
    if kind == "customer":
        st.switch_page(navigation.page("customer.py"), query_params={"id": rest})
    if kind == "account":
        account_id, _, customer_id = rest.partition(":")
        where = {"id": customer_id, "account": account_id}
        st.switch_page(navigation.page("customer.py"), query_params=where)
    if kind == "request":
        st.switch_page(navigation.page("request.py"), query_params={"id": rest})
    if kind == "letter":
        st.switch_page(navigation.page("dead_letter.py"), query_params={"id": rest})
    if kind == "transaction":
        account_id, customer_id, transaction_id = _parts(rest)
        where = {"id": customer_id, "account": account_id, "transaction": transaction_id}
        st.switch_page(navigation.page("customer.py"), query_params=where)
    st.switch_page(navigation.page("search.py"), query_params={"q": rest})


def link_to(file: str, label: str, **where: str) -> None:
    """Show a link to a page."""
    from dashboard import navigation  # noqa: PLC0415 - as above

    asked = {name: value for name, value in where.items() if value}
    st.page_link(navigation.page(file), label=label, query_params=asked or None)


def link_to_address(url_path: str, label: str, signed_in: SignedIn) -> None:
    """Show a link to a page, where there is one that they may open."""
    from dashboard import navigation  # noqa: PLC0415 - as above

    row = next((row for row in navigation.PAGES if row.url_path == url_path), None)
    if row is not None and signed_in.has(*row.roles):
        st.page_link(navigation.page(row.file), label=label)


def open_address(url_path: str, where: dict[str, str]) -> None:
    """Go to the page of an address of the desk's own, if there is one."""
    from dashboard import navigation  # noqa: PLC0415 - as above

    row = next((row for row in navigation.PAGES if row.url_path == url_path), None)
    if row is not None:
        st.switch_page(navigation.page(row.file), query_params=where)


def _parts(rest: str) -> tuple[str, str, str]:
    account_id, _, others = rest.partition(":")
    customer_id, _, transaction_id = others.partition(":")
    return account_id, customer_id, transaction_id
