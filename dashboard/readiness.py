"""Whether each part that the desk needs answers now; names and states, never addresses."""

from typing import Literal

import redis
from pymongo.errors import PyMongoError

from dashboard import services

State = Literal["up", "down"]


def parts() -> dict[str, State]:
    """Ask every part."""
    mongodb = _mongodb()
    health = services.health() if mongodb == "up" else None
    return {
        "mongodb": mongodb,
        "redis": _redis(),
        "ledger": "up" if health and not health.ledger_lost else "down",
        "projector": "up" if health and not health.projector_lost else "down",
    }


def _mongodb() -> State:
    try:
        services.database().client.admin.command("ping")
    except PyMongoError:
        return "down"
    return "up"


def _redis() -> State:
    try:
        services.redis_client().ping()
    except redis.RedisError:
        return "down"
    return "up"
