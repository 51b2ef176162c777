"""Opens what was chosen: a customer, an account, a request, or the results of a search."""

from urllib.parse import urlencode

import streamlit as st

from dashboard.session import SignedIn

Where = tuple[str, dict[str, str]]


def open_chosen(chosen: str) -> None:
    """Go to where something stands."""
    from dashboard import navigation  # noqa: PLC0415 - it draws the frame, which holds the box

    file, where = where_is(chosen)
    st.switch_page(navigation.page(file), query_params=where)


def link_of(chosen: str, **more: str) -> str:
    """Give the address of where something stands, for a link in a passing notice."""
    file, where = where_is(chosen)
    return f"/{file.removesuffix('.py')}?{urlencode(where | more)}"


def where_is(chosen: str) -> Where:
    """Tell the page and what its address asks for.

    `customer:<id>`, `account:<id>:<customer id>`, `request:<id>`, `letter:<id>`,
    `notes:<customer id>`, `event:<id>`, `staff:<id>`, `system:`, `me:`;
    `transaction:<account>:<customer>:<id>` is opened on its account, `results:<text>` are
    those of a search. An account that no customer is known for opens under its own id.
    """
    kind, _, rest = chosen.partition(":")
    first, second, third = _parts(rest)
    customer_id = rest.partition(":")[2]
    found: dict[str, Where] = {
        "customer": ("customer.py", {"id": rest}),
        "account": ("customer.py", {"id": customer_id, "account": first}),
        "notes": ("customer.py", {"id": first}),
        "request": ("request.py", {"id": rest}),
        "letter": ("dead_letter.py", {"id": rest}),
        "event": ("audit.py", {"event": rest}),
        "staff": ("staff.py", {"id": first}),
        "system": ("system.py", {}),
        "me": ("me.py", {}),
        "transaction": ("customer.py", {"id": second, "account": first, "transaction": third}),
    }
    file, where = found.get(kind, ("search.py", {"q": rest}))
    return file, {name: value for name, value in where.items() if value}


def link_to(file: str, label: str, icon: str | None = None, **where: str) -> None:
    """Show a link to a page."""
    from dashboard import navigation  # noqa: PLC0415 - as above

    asked = {name: value for name, value in where.items() if value}
    st.page_link(navigation.page(file), label=label, icon=icon, query_params=asked or None)


def link_back(file: str, label: str) -> None:
    """Show the way back to a list."""
    link_to(file, label, icon=":material/arrow_back:")


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
