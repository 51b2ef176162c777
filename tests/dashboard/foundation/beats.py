"""Heartbeats as the projector leaves them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database

from proto import documents
from proto.codec import to_mongo
from proto.documents import HeartbeatDocument
from proto.values import Instant


def beat(
    database: Database[dict[str, Any]],
    *,
    age_seconds: float = 0,
    lag_seconds: float = 0.4,
    backlog: int = 0,
    waiting_seconds: float | None = None,
    redis_connected: bool = True,
) -> None:
    """Store the projector's heartbeat."""
    now = datetime.now(UTC)
    at = Instant.of(now - timedelta(seconds=age_seconds))
    waits = None if waiting_seconds is None else now - timedelta(seconds=waiting_seconds)
    document = HeartbeatDocument(
        at=at,
        started_at=at,
        process_id=1,
        redis_connected=redis_connected,
        mongo_connected=True,
        lag_seconds={"inbox:billie-servicing": lag_seconds},
        backlog={"inbox:billie-servicing": backlog},
        waiting_since=None if waits is None else Instant.of(waits),
    )
    stored = {"_id": "projector", **to_mongo(document)}
    database[documents.HEARTBEATS.name].replace_one({"_id": "projector"}, stored, upsert=True)
