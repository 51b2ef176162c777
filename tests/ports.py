"""Ports for the servers that tests start."""

import socket
from typing import Final

_KEPT: Final[list[socket.socket]] = []
"""One for each port that was given, until this process ends."""


def free_port() -> int:
    """Give a port of the loopback that nobody else is given while this process lives.

    It stays bound and is never listened on, so that a server may listen on it, and nobody
    answers until one does. Were it let go, the system could give it again before that: to the
    next who asks, to another worker, or to a connection that goes out.
    """
    keeper = socket.socket()
    keeper.bind(("127.0.0.1", 0))
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _KEPT.append(keeper)
    port: int = keeper.getsockname()[1]
    return port
