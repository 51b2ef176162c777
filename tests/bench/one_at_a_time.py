"""The plan's way of applying events, written anew for comparison: one event, one round trip each.

It asks Redis for the de-duplication key, parses, reads the customer, writes one document
with majority, sets the key and acknowledges. It is the slow side of the projector's ratio
and is part of no product code.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import pymongo
import redis
from pymongo import WriteConcern
from pymongo.database import Database

from proto.streams import INBOX, PROJECTOR_GROUP

IDLE_SECONDS = 0.2
"""How long it waits for more before it ends; no part of the work."""

STATUSES = {
    "PENDING": "active",
    "ACTIVE": "active",
    "SUSPENDED": "in_arrears",
    "CLOSED": "paid_off",
}


def _account_fields(body: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {"updatedAt": datetime.now(UTC)}
    if body.get("current_balance") is not None:
        amount = float(body["current_balance"])
        fields |= {"balances.currentBalance": amount, "balances.totalOutstanding": amount}
    if body.get("status"):
        status = body["status"].rsplit(".", 1)[-1]
        fields |= {"sdkStatus": status, "accountStatus": STATUSES.get(status, "active")}
    return fields


def _write(database: Database[dict[str, Any]], event_type: str, body: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    if event_type.startswith("customer."):
        database["customers"].update_one(
            {"customerId": body["customer_id"]},
            {"$set": {**body, "updatedAt": now}, "$setOnInsert": {"createdAt": now}},
            upsert=True,
        )
        return
    if event_type == "account.created.v1":
        database["customers"].find_one({"customerId": body["customer_id"]})
    database["loan-accounts"].update_one(
        {"loanAccountId": body["account_id"]}, {"$set": _account_fields(body)}, upsert=True
    )


def run(redis_url: str, mongodb_url: str, db_name: str, idle_seconds: float = IDLE_SECONDS) -> None:
    """Apply what is in the inbox until nothing is left."""
    streams = redis.Redis.from_url(redis_url, decode_responses=True)
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(mongodb_url)
    database = client.get_database(db_name, write_concern=WriteConcern("majority", j=True))
    while True:
        answer: Any = streams.xreadgroup(
            PROJECTOR_GROUP, "plan", {INBOX: ">"}, count=10, block=int(idle_seconds * 1000)
        )
        if not answer:
            return
        for entry_id, fields in answer[0][1]:
            key = f"dedup:{fields.get('id') or entry_id}"
            if not streams.exists(key):
                _write(database, fields["typ"], json.loads(fields["payload"]))
                streams.setex(key, 86_400, "1")
            streams.xack(INBOX, PROJECTOR_GROUP, entry_id)


if __name__ == "__main__":
    _streams, _documents, _name, _idle = sys.argv[1:]
    run(_streams, _documents, _name, float(_idle))
