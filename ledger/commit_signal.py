"""Tells who wants to know that something was committed."""

from collections.abc import Callable
from threading import Lock


class CommitSignal:
    """Listeners are called in the writer's thread and must return at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: tuple[Callable[[int], None], ...] = ()

    def listen(self, listener: Callable[[int], None]) -> None:
        """Call a listener with the journal's last position after each commit."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def tell(self, position: int) -> None:
        """Something was committed."""
        for listener in self._listeners:
            listener(position)
