"""Who is signed in at this tab, what they may, and what the tab remembers.

The one file that knows the names in `st.session_state`: components keep what they must
remember in a `slot`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

import streamlit as st
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from dashboard import services
from dashboard.queries.staff import enabled_staff_member
from dashboard.sessions import Session, hashed
from proto.values import Money

T = TypeVar("T")


class CannotTell(Exception):  # noqa: N818 - what is the matter is the name
    """Whether somebody is signed in cannot be told now; nobody counts as signed in."""


COOKIE: Final = "billie_session"

ROLE_NAMES: Final = {
    "support": "Support",
    "supervisor": "Supervisor",
    "compliance": "Compliance",
    "analyst": "Analyst",
    "admin": "Administrator",
}
"""Every role as the screens name it; a person may hold several, and they add up."""

_SLOT: Final = "slot:"
_OWNER: Final = "owner"
_BY_ITSELF: Final = "runs-by-itself"
SIGNING_OUT: Final = "signing-out"
SECRET_SLOT: Final = f"{_SLOT}session-secret"
"""Where a tab without a browser (a test of a page) carries its session's secret."""


@dataclass(frozen=True)
class SignedIn:
    """A staff member with a living session; rights are the ledger's, this is for display."""

    staff_id: str
    username: str
    display_name: str
    roles: frozenset[str]
    limits: dict[str, Money]
    session_id: str

    @property
    def role_names(self) -> str:
        """The roles as a person reads them."""
        return ", ".join(name for role, name in ROLE_NAMES.items() if role in self.roles)

    def has(self, *roles: str) -> bool:
        """Tell whether any of the roles is held."""
        return not self.roles.isdisjoint(roles)


def current() -> SignedIn | None:
    """Tell who is signed in, asked anew each time: a revoked session stops in open tabs.

    Raises CannotTell.
    """
    session = _living_session()
    if session is None:
        return None
    try:
        member = enabled_staff_member(services.database(), session.staff_id)
    except PyMongoError as error:
        raise CannotTell("The database of the screens does not answer.") from error
    if member is None:
        return None
    _forget_other_owner(member.staff_id)
    return SignedIn(
        staff_id=member.staff_id,
        username=member.username,
        display_name=member.display_name,
        roles=frozenset(member.roles),
        limits=member.limits,
        session_id=session.session_id,
    )


def is_living() -> bool:
    """Tell whether the session lives as far as can be told; looking does not keep it alive."""
    try:
        return _living_session() is not None
    except CannotTell:
        return True


def was_signed_in() -> bool:
    """Tell whether this tab showed the desk to somebody before."""
    return bool(slot(_OWNER, str))


def require(*roles: str) -> SignedIn:
    """Give who is signed in with one of the roles (any, when none is named), or stop here.

    Pages, fragments and callbacks begin with it; the navigation's own check is the other
    of two locks.
    """
    signed_in = current()
    if signed_in is None:
        st.info("You are signed out. Reload this page to sign in; nothing was changed.")
        st.stop()
    if roles and not signed_in.has(*roles):
        needed = " or ".join(ROLE_NAMES.get(role, role) for role in roles)
        st.warning(f"This page is for {needed}. An administrator can give you that role.")
        st.stop()
    return signed_in


def rerun_by_itself() -> NoReturn:
    """Draw the whole page again although nobody touched it: that is no sign of life."""
    put(_BY_ITSELF, value=True)
    st.rerun(scope="app")


def keep_alive() -> None:
    """Count the idle time from now on, unless the page runs by itself."""
    if slot(_BY_ITSELF, bool):
        forget(_BY_ITSELF)
        return
    session = _living_session()
    if session is not None:
        services.sessions().touch(session)


def sign_out() -> None:
    """End the session on the server, and let the page delete the browser's cookie."""
    session = _living_session()
    if session is not None:
        services.sessions().end(session.session_id)
    put(SIGNING_OUT, value=True)


def _secret() -> str:
    """Give the cookie that came when this tab connected; only a browser sends one."""
    cookie = st.context.cookies.get(COOKIE)
    if isinstance(cookie, str) and cookie:
        return cookie
    return str(st.session_state.get(SECRET_SLOT, ""))


def _living_session() -> Session | None:
    secret = _secret()
    try:
        return services.sessions().find(hashed(secret)) if secret else None
    except RedisError as error:
        raise CannotTell("The store of sign-ins does not answer.") from error


def _forget_other_owner(staff_id: str) -> None:
    """Empty the tab's memory when somebody else signed in and the tab reconnected."""
    owner = slot(_OWNER, str)
    if not owner:
        put(_OWNER, staff_id)
    elif owner != staff_id:
        secret = st.session_state.get(SECRET_SLOT, "")
        st.session_state.clear()
        st.session_state[SECRET_SLOT] = secret
        put(_OWNER, staff_id)


def slot(name: str, factory: Callable[[], T]) -> T:
    """Give what this tab remembers under a name; the first asker makes it."""
    key = _SLOT + name
    if key not in st.session_state:
        st.session_state[key] = factory()
    value: T = st.session_state[key]
    return value


def kept(name: str) -> Any:  # noqa: ANN401 - slots are of many kinds
    """Give what a slot holds, or None; unlike `slot` it makes none."""
    return st.session_state.get(_SLOT + name)


def put(name: str, value: object) -> None:
    """Remember a value under a slot's name."""
    st.session_state[_SLOT + name] = value


def forget(name: str) -> None:
    """Forget what a slot holds."""
    st.session_state.pop(_SLOT + name, None)


def entered(key: str) -> str:
    """Give what was typed into the input with this key; for callbacks."""
    return str(st.session_state.get(key) or "")


def clear_entered(key: str) -> None:
    """Empty the input with this key; for callbacks."""
    st.session_state[key] = ""


def forget_entered(key: str) -> None:
    """Forget what is in the input with this key, whatever kind of input it is."""
    st.session_state.pop(key, None)


def enter(key: str, value: object) -> None:
    """Put a value into the input with this key; for callbacks."""
    st.session_state[key] = value


def held(key: str) -> Any:  # noqa: ANN401 - inputs are of many kinds
    """Give what stands in the input with this key, of whatever kind it is."""
    return st.session_state.get(key)


def sent(key: str, name: str) -> str:
    """Give what a component of ours with this key last sent under a name; for callbacks."""
    state = st.session_state.get(key) or {}
    return str(state.get(name) or "")


def picked(key: str) -> list[dict[str, Any]]:
    """Give the points that are chosen in the chart with this key; for callbacks."""
    state = st.session_state.get(key) or {}
    points: list[dict[str, Any]] = state.get("selection", {}).get("points", [])
    return points
