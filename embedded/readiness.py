"""Ways to tell that a part does its work: it is asked, its log is not read."""

import http.client
from typing import Final

import grpc
import pymongo
from grpc_health.v1 import health_pb2
from pymongo.errors import PyMongoError

from embedded.servers import MongoClient
from proto.documents import HEARTBEATS

ASK_SECONDS_MAX: Final = 2.0


def ledger_serves(address: str) -> bool:
    """Ask the standard health service."""
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = check(health_pb2.HealthCheckRequest(), timeout=ASK_SECONDS_MAX)
        except grpc.RpcError:
            return False  # it is still starting: whoever waits asks again, and gives up in time
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def projector_beats(mongodb_url: str, db_name: str, process_id: int) -> bool:
    """Look for the heartbeat of this very process."""
    client: MongoClient = pymongo.MongoClient(mongodb_url, serverSelectionTimeoutMS=1_000)
    with client:
        try:
            found = client[db_name][HEARTBEATS.name].find_one({"_id": "projector"})
        except PyMongoError:
            return False  # the database is away: whoever waits asks again, and gives up in time
    return found is not None and found.get("processId") == process_id


def http_answers(port: int, path: str) -> bool:
    """Ask a page of the loopback; 200 is yes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS_MAX)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False  # it is still starting: whoever waits asks again, and gives up in time
    finally:
        connection.close()
