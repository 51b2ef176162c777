"""What a page shows when the world, or we, have failed: calm, with a reference to look up."""

import secrets
from pathlib import Path
from traceback import extract_tb
from typing import Final

import grpc
import redis
import streamlit as st
import structlog
from pymongo.errors import PyMongoError

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


def _reference() -> str:
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


def show_script_error(error: Exception) -> bool:
    """Show a sentence with a reference in place of a trace, and log both under it.

    Streamlit calls it for whatever a page did not catch; True says that it was shown.
    """
    if isinstance(error, SessionEnded):
        st.info(str(error))
        return True
    reference = _reference()
    sentence = next((text for kind, text in FAULTS if isinstance(error, kind)), "")
    log.error(
        "page failed",
        reference=reference,
        is_fault=bool(sentence),
        kind=type(error).__name__,
        # Neither the error's text nor the variables: both may name people.
        frames=[f"{Path(at.filename).name}:{at.lineno}" for at in extract_tb(error.__traceback__)],
    )
    if sentence:
        st.warning(
            f"{sentence} Reload in a moment; if it stays, tell an administrator the"
            f" reference `{reference}`.",
            icon=":material/cloud_off:",
        )
    else:
        st.error(
            "This page failed through a fault of ours. An administrator can look it up under"
            f" the reference `{reference}`. Reload to go on.",
            icon=":material/error:",
        )
    return True
