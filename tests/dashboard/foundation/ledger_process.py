"""A ledger that speaks only the standard health protocol, as one that is not ours may."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import grpc
from grpc_health.v1 import health, health_pb2_grpc


class OutsideLedger:
    """A real gRPC server at an address, healthy while it is entered."""

    def __init__(self, address: str) -> None:
        self._server = grpc.server(ThreadPoolExecutor(2), options=(("grpc.so_reuseport", 0),))
        health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), self._server)
        self._server.add_insecure_port(address)

    def __enter__(self) -> Self:
        """Listen."""
        self._server.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        """Be gone."""
        self._server.stop(None).wait()
