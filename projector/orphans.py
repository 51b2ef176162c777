"""Ends the transactions that a killed projector left open in MongoDB.

The server notices nothing when their process dies: for a minute they would hold what they
wrote against everybody else.
"""

from typing import Any, Final

import structlog
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from projector.reclaim import is_gone

APP_NAME: Final = "billie-projector"
CONSUMER_MAX: Final = 100
INACTIVE_SECONDS_MAX: Final = 5.0
"""No living projector leaves a transaction for so long without doing anything in it."""

log = structlog.get_logger()


def app_name(consumer: str) -> str:
    """Give the name under which a projector is known to MongoDB, at most 128 bytes."""
    return f"{APP_NAME} {consumer[:CONSUMER_MAX]}"


def end_orphans(client: MongoClient[dict[str, Any]], consumer: str) -> None:
    """End what projectors left open that are gone or stuck; call it outside a transaction.

    A server that does not let us look is left to its own limit.
    """
    ours = {"$match": {"type": "idleSession", "appName": {"$regex": f"^{APP_NAME} "}}}
    look: list[dict[str, Any]] = [{"$currentOp": {"allUsers": False, "idleSessions": True}}, ours]
    try:
        for each in client.admin.aggregate(look):
            if _is_orphan(each, consumer):
                client.admin.command("killSessions", [{"id": each["lsid"]["id"]}])
                log.warning("orphan_ended", owner=each["appName"])
    except OperationFailure as error:
        log.warning("orphans_not_seen", code=error.code)


def _is_orphan(session: dict[str, Any], consumer: str) -> bool:
    """Tell whether nobody will ever end this transaction; one of our own name is left over."""
    owner = str(session["appName"]).removeprefix(f"{APP_NAME} ")
    inactive_seconds = session.get("transaction", {}).get("timeInactiveMicros", 0) / 1_000_000
    return (
        owner == consumer[:CONSUMER_MAX]
        or is_gone(owner)
        or inactive_seconds > INACTIVE_SECONDS_MAX
    )
