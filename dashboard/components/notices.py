"""What a page shows when the world, or we, have failed: calm, with a reference to look up."""

from typing import Final

import grpc
import redis
import streamlit as st
import structlog
from pymongo.errors import PyMongoError

from dashboard.failures import frames, reference
from dashboard.session import CannotTell
from dashboard.sessions import SessionEnded

log = structlog.get_logger("desk")

FAULTS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (CannotTell, "Who is signed in cannot be checked."),
    (PyMongoError, "The database of the screens does not answer."),
    (redis.RedisError, "The store of sign-ins does not answer."),
    (grpc.RpcError, "The ledger does not answer."),
)
"""What the world may do to us, and what to say of it; everything else is a bug."""


def show_script_error(error: Exception) -> bool:
    """Show a sentence with a reference in place of a trace, and log both under it.

    Streamlit calls it for whatever a page did not catch; True says that it was shown.
    """
    if isinstance(error, SessionEnded):
        st.info(str(error))
        return True
    name = reference()
    sentence = next((text for kind, text in FAULTS if isinstance(error, kind)), "")
    log.error(
        "page failed",
        reference=name,
        is_fault=bool(sentence),
        kind=type(error).__name__,
        frames=frames(error),
    )
    if sentence:
        st.warning(
            f"{sentence} Reload in a moment; if it stays, tell an administrator the"
            f" reference `{name}`.",
            icon=":material/cloud_off:",
        )
    else:
        st.error(
            "This page failed through a fault of ours. An administrator can look it up under"
            f" the reference `{name}`. Reload to go on.",
            icon=":material/error:",
        )
    return True
