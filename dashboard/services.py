"""The desk's only connections, made once a process and shared by every session."""

import base64
import binascii
import gc
import importlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

import grpc
import pymongo
import redis
import streamlit as st
from pymongo.database import Database

from dashboard import settings as desk_settings
from dashboard.actor_tokens import TokenMint, read_key
from dashboard.audit_proof import read_ledger_keys
from dashboard.credentials import Credentials, hash_of_nobody
from dashboard.known_accounts import KnownAccounts
from dashboard.ledger_client import LedgerClient
from dashboard.live import Live
from dashboard.queries.health import BACK_SOON, Health, HealthWatch
from dashboard.queries.parts import LostSince
from dashboard.read_marks import ReadMarks
from dashboard.sessions import Sessions
from dashboard.settings import BadSetting, Settings
from dashboard.signing_keys import SigningKeys
from proto import documents, search_tokens
from proto.proof import PublicKeys

WORKERS: Final = 16
"""Commands wait on the ledger, not on the processor."""

ANSWER_SECONDS_MAX: Final = 2
KEYS_SECONDS: Final = 60
HEAVY: Final = ("pandas", "plotly.express", "pyarrow", "streamlit.elements.arrow")


STARTED_AT: Final = datetime.now(UTC)
"""When this process began to be a desk."""


def settings() -> Settings:
    """Give the settings of this process."""
    return desk_settings.current()


@st.cache_resource(show_spinner=False)
def database() -> Database[dict[str, Any]]:
    """Connect to the read models; the desk's own collections get their indexes."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        settings().mongodb_url,
        tz_aware=True,
        serverSelectionTimeoutMS=ANSWER_SECONDS_MAX * 1_000,
        appname="billie-desk",
    )
    connected = client[settings().db_name]
    for collection in documents.COLLECTIONS:
        if collection.writer == "dashboard":
            for index in collection.indexes:
                connected[collection.name].create_index(list(index.fields), **index.options)
    return connected


@st.cache_resource(show_spinner=False)
def live() -> Live:
    """Give the listener that tells which of the read models have moved."""
    return Live(database()).start()


@st.cache_resource(show_spinner=False)
def redis_client() -> redis.Redis:
    """Connect to where the sessions are."""
    return redis.Redis.from_url(
        settings().redis_url,
        socket_timeout=ANSWER_SECONDS_MAX,
        socket_connect_timeout=ANSWER_SECONDS_MAX,
        health_check_interval=30,
    )


@st.cache_resource(show_spinner=False)
def sessions() -> Sessions:
    """Give the store of sessions."""
    return Sessions(redis_client())


@st.cache_resource(show_spinner=False)
def credentials() -> Credentials:
    """Give the store of password hashes."""
    return Credentials(database(), redis_client())


@st.cache_resource(show_spinner=False)
def signing_keys() -> SigningKeys:
    """Give the store of approvers' sealed keys."""
    return SigningKeys(database())


@st.cache_resource(show_spinner=False)
def read_marks() -> ReadMarks:
    """Give the store of what somebody has read."""
    return ReadMarks(database())


@st.cache_resource(show_spinner=False)
def token_mint() -> TokenMint:
    """Give the mint of the tokens by which the ledger knows who acts."""
    return TokenMint(read_key(settings().keys_dir), sessions().check_alive)


@st.cache_resource(show_spinner=False)
def ledger() -> LedgerClient:
    """Give the client of the ledger; its calls carry a token of who acts."""
    return LedgerClient(settings().ledger_address, token_mint())


@st.cache_resource(show_spinner=False, ttl=KEYS_SECONDS)
def ledger_keys() -> PublicKeys:
    """Give the public keys by which the ledger's signed heads are checked."""
    return read_ledger_keys(settings().keys_dir)


@st.cache_resource(show_spinner=False)
def search_token_key() -> bytes:
    """Give the key by which references in sealed letters are found. Raises BadSetting."""
    path = settings().keys_dir / search_tokens.KEY_FILE
    try:
        return base64.urlsafe_b64decode(path.read_bytes().strip())
    except (OSError, binascii.Error):
        raise BadSetting(
            f"KEYS_DIR: {path} cannot be read: run `python -m embedded keys`."
        ) from None


@st.cache_resource(show_spinner=False)
def known_accounts() -> KnownAccounts:
    """Give what the ledger said of accounts that came with an outside feed."""
    return KnownAccounts(ledger())


@st.cache_resource(show_spinner=False)
def workers() -> ThreadPoolExecutor:
    """Give the pool in which commands wait for their answer; workers never call Streamlit."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="command")


@st.cache_resource(show_spinner=False)
def health_watch() -> HealthWatch:
    """Give the watch over projector and ledger that all sessions share."""
    channel = grpc.insecure_channel(settings().ledger_address, options=BACK_SOON)
    return HealthWatch(database(), channel, token_mint())


def health(on_behalf_of: tuple[str, str] | None = None) -> Health:
    """Tell how fresh the screens are and whether changes can be made."""
    return health_watch().look(on_behalf_of)


@st.cache_resource(show_spinner=False)
def lost_since() -> LostSince:
    """Give the memory of since when a server is lost."""
    return LostSince()


@st.cache_resource(show_spinner=False)
def warm_up() -> bool:
    """Import what pages need and freeze the heap, once, before the first page is drawn.

    Streamlit collects all garbage after every run; without the freeze it would walk the
    million objects of pandas and plotly each time, two thirds of a rerun's time.
    """
    for name in HEAVY:
        importlib.import_module(name)
    hash_of_nobody()
    gc.collect()
    gc.freeze()
    return True
