"""Each part of one machine has a port of its own."""

import socket
from pathlib import Path
from typing import Final

import pytest

from embedded.parts import SetUp
from embedded.ports import is_taken
from embedded.settings import BadSetting, Settings
from tests.ports import free_port

PARTS: Final = ("DASHBOARD_PORT", "LEDGER_LISTEN", "MONGODB_PORT", "REDIS_PORT")
PAIRS: Final = [(one, two) for place, one in enumerate(PARTS) for two in PARTS[place + 1 :]]


def set_up(data_dir: Path, **ports: int) -> SetUp:
    """Choose what would run where, on free ports but for those that are given."""
    found = {name: free_port() for name in PARTS} | ports
    environ = {name: str(port) for name, port in found.items() if port}
    environ["LEDGER_LISTEN"] = f"127.0.0.1:{found['LEDGER_LISTEN']}"
    return SetUp(Settings.from_environment({"DATA_DIR": str(data_dir), **environ}), environ)


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_two_settings_with_one_port_are_both_named(data_dir: Path, one: str, two: str) -> None:
    """Found before anything is started, not when the second part cannot listen."""
    port = free_port()
    with pytest.raises(BadSetting, match=f"{one} and {two} are both {port}"):
        set_up(data_dir, **{one: port, two: port})


def test_a_part_without_a_setting_leaves_the_others_their_ports(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MongoDB's usual port may be the one that was set for Redis."""
    usual = free_port()
    monkeypatch.setattr("embedded.parts.MONGODB_PORT", usual)
    chosen = set_up(data_dir, MONGODB_PORT=0, REDIS_PORT=usual)
    assert chosen.redis is not None
    assert chosen.redis.port == usual
    assert chosen.mongo is not None
    assert chosen.mongo.port > usual


def test_a_port_that_others_share_counts_as_taken() -> None:
    """A listener that would share its port (gRPC does) is seen as well."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert is_taken(listener.getsockname()[1])
    assert not is_taken(free_port())


def test_a_free_port_is_kept_for_the_server_that_asked() -> None:
    """The system gives it to no other program; it was let go once, and then given twice."""
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
