"""A line between desk and ledger that can lose an answer, be cut, and be mended."""

import contextlib
import socket
import threading
import time
from typing import Final

CHUNK_BYTES: Final = 65_536


class Relay:
    """Passes every byte on, both ways, until it is told otherwise."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._swallows: bytes = b""
        self._is_cut = False
        self._late_seconds = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow_answers_to(self, marker: bytes) -> None:
        """Let nothing come back any more on the connection on which these bytes went out."""
        self._swallows = marker

    def connect_late(self, seconds: float) -> None:
        """Take so long over every new connection."""
        self._late_seconds = seconds

    def cut(self) -> None:
        """Close every connection, and take no new one."""
        self._is_cut, self._swallows = True, b""
        with self._lock:
            ended, self._open = self._open, set()
        for each in ended:
            _close(each)

    def mend(self) -> None:
        """Let everything pass again."""
        self._is_cut = False

    def close(self) -> None:
        """End for good."""
        self.cut()
        _close(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed for good
            if self._is_cut:
                _close(near)
                continue
            time.sleep(self._late_seconds)
            far = socket.create_connection(self._target)
            with self._lock:
                self._open |= {near, far}
            swallowing = threading.Event()
            for one, other, is_question in ((near, far, True), (far, near, False)):
                way = (one, other, swallowing, is_question)
                threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(
        self,
        one: socket.socket,
        other: socket.socket,
        swallowing: threading.Event,
        is_question: bool,  # noqa: FBT001 - a thread's target
    ) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK_BYTES):
                if is_question and self._swallows and self._swallows in data:
                    swallowing.set()
                if is_question or not swallowing.is_set():
                    other.sendall(data)
        _close(one)
        _close(other)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
