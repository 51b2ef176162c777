"""The ports of one machine: each is free, and belongs to one part alone."""

import socket
from typing import Final

from embedded.settings import BadSetting

LOOPBACK: Final = "127.0.0.1"
PORTS_TRIED: Final = 100


class Ports:
    """Who of the parts about to be started listens where."""

    def __init__(self) -> None:
        self._settings: dict[int, str] = {}

    def choose(self, name: str, port: int, host: str = LOOPBACK) -> int:
        """Take the port that a setting names.

        Raises BadSetting where another setting names it too, or somebody listens there.
        """
        if (other := self._settings.setdefault(port, name)) != name:
            raise BadSetting(f"{other} and {name} are both {port}: set one of them to another.")
        if is_taken(port, host):
            raise BadSetting(
                f"The port {port} is taken: end the program that listens there, or set {name} "
                "to another."
            )
        return port

    def find(self, name: str, usual: int) -> int:
        """Take the usual port of a part for which none was set, or the next that is free."""
        for port in range(usual, usual + PORTS_TRIED):
            if port not in self._settings and not is_taken(port):
                return self.choose(name, port)
        raise BadSetting(f"No port from {usual} on is free: set {name} to one that is.")


def is_taken(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could not listen on a port because another does.

    Binding tells it, also of listeners that share their port with whoever asks.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError:
            return True
        return False
