"""What addresses asked of each page, so that one comes back as it was left.

Only to who comes by the bare address, as from the navigation; an address that asks for
anything means just that.
"""

from typing import Final

import streamlit as st

from dashboard import session

_PAGE: Final = "address-page"
_LEFT: Final = "address-left"
_OPENED: Final = "address-opened"


def arrive(page: str) -> bool:
    """Tell whether another page was shown before; ask again for what this one was left with."""
    if session.slot(_PAGE, lambda: page) == page:
        return False
    session.put(_PAGE, page)
    left = _left()
    for key in {key for asked in left.values() for key in asked}:
        session.forget_entered(key)  # fields of two pages may share a name, not what is in them
    asked = {key: value for key, value in left.get(page, {}).items() if value}
    if asked and not st.query_params:
        st.query_params.from_dict(asked)
        st.rerun()
    return True


def keep(key: str) -> None:
    """Keep what the address asks for under a name."""
    page = session.slot(_PAGE, str)
    _left().setdefault(page, {})[key] = st.query_params.get_all(key)


def is_left(form: object) -> bool:
    """Tell whether an open form was first shown at another address: it is not for this one."""
    here = (session.slot(_PAGE, str), *(st.query_params.get(name) for name in ("id", "account")))
    shown, there = session.slot(_OPENED, lambda: (form, here))
    if shown is not form:
        session.put(_OPENED, (form, here))
        return False
    return there != here


def _left() -> dict[str, dict[str, list[str]]]:
    """Give what each page was asked for, by name."""
    left: dict[str, dict[str, list[str]]] = session.slot(_LEFT, dict)
    return left
