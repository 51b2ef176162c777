"""Everything on one machine: up in order, down without a trace, back with its data."""

import http.client
import os
import signal
import socket
import time
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pymongo
import pytest
import redis

from embedded import running
from embedded.demo import record
from embedded.demo.portfolio import build
from embedded.running import Running
from embedded.servers import RedisServer
from proto.documents import CUSTOMERS
from tests.embedded.launcher import Launched, command
from tests.ports import free_port


def _ready(found: Running) -> int:
    """Ask the desk whether all is up."""
    at = urlsplit(found.dashboard_url)
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=10)
    connection.request("GET", "/readyz")
    status = connection.getresponse().status
    connection.close()
    return status


def _customers(found: Running) -> int:
    with pymongo.MongoClient[dict[str, object]](found.mongodb_url) as client:
        return client[found.db_name][CUSTOMERS.name].count_documents({})


def test_it_starts_tells_its_addresses_and_stops_without_a_trace(launched: Launched) -> None:
    """Up: running.json and /readyz. SIGTERM, twice: status 0, no process, no running.json."""
    found = launched.start().up()
    assert _ready(found) == 200
    assert _customers(found) == 20
    assert (launched.data_dir / running.FILE).stat().st_mode & 0o777 == 0o600
    assert "support-demo" in launched.told()
    launched.signal(signal.SIGTERM)
    launched.signal(signal.SIGTERM)
    assert launched.status() == 0
    assert launched.left_behind() == []
    assert not (launched.data_dir / running.FILE).exists()
    assert "Traceback" not in launched.told()


def test_killed_it_leaves_nothing_and_comes_back_on_other_ports(launched: Launched) -> None:
    """`kill -9` of the supervisor ends its parts too; the data is there again, elsewhere."""
    before = launched.start().up()
    launched.signal(signal.SIGKILL)
    launched.status()
    assert launched.left_behind() == []
    assert running.read(launched.data_dir) is None
    again = Launched(launched.data_dir).start()
    try:
        after = again.up()
        assert after.mongodb_url != before.mongodb_url
        assert _ready(after) == 200
        assert _customers(after) == 20
        assert "demo portfolio" not in again.told(), "it is loaded once"
    finally:
        assert again.stop() == 0
    assert again.left_behind() == []


@pytest.mark.parametrize("part", ["mongod", "redis-server", "ledger", "projector", "dashboard"])
def test_a_part_that_is_killed_comes_back(product: Launched, part: str) -> None:
    """A line says so, running.json has the new process, and all is ready again."""
    before = product.up()
    os.kill(before.parts[part], signal.SIGKILL)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = product.up()
        if found.parts[part] != before.parts[part] and _ready_or_down(found) == 200:
            break
        time.sleep(0.2)
    assert found.parts[part] != before.parts[part]
    assert _ready(found) == 200
    assert f"{part} ended by SIGKILL; it starts again" in product.told()


def _ready_or_down(found: Running) -> int:
    try:
        return _ready(found)
    except OSError:
        return 0


def test_a_second_supervisor_on_the_folder_says_so(product: Launched) -> None:
    """One sentence with the remedy, status 2, no traceback."""
    answer = command(Launched(product.data_dir), "run")
    assert answer.returncode == 2
    assert "Another supervisor runs" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["DASHBOARD_PORT", "LEDGER_LISTEN", "MONGODB_PORT", "REDIS_PORT"])
def test_a_taken_port_is_named_with_its_setting(data_dir: Path, name: str) -> None:
    """Before anything is started: one sentence, status 2."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        value = f"127.0.0.1:{port}" if name == "LEDGER_LISTEN" else str(port)
        answer = command(Launched(data_dir, **{name: value}), "run")
    assert answer.returncode == 2
    assert f"port {port} is taken" in answer.stderr
    assert f"set {name}" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_loading_the_portfolio_twice_changes_nothing(product: Launched) -> None:
    """Every event and command bears its name: the ledger and the screens stay as they are."""
    found = product.up()
    with pymongo.MongoClient[dict[str, object]](found.mongodb_url) as client:
        database = client[found.db_name]
        names = (CUSTOMERS.name, "loan-accounts", "transactions", "audit-events")
        before = {name: list(database[name].find().sort("_id")) for name in names}
        assert command(product, "seed").returncode == 0
        assert {name: list(database[name].find().sort("_id")) for name in names} == before


def test_stopped_in_the_middle_of_the_portfolio_it_loads_the_rest_next_time(
    data_dir: Path,
) -> None:
    """Stopped while it loads: down without a trace; the next start ends with the whole of it."""
    launched = Launched(data_dir, DEMO_CUSTOMERS="120").start()
    deadline = time.monotonic() + 120
    while "demo portfolio" not in launched.told() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert launched.stop() == 0
    assert launched.left_behind() == []
    again = Launched(data_dir, DEMO_CUSTOMERS="120").start()
    try:
        found = again.up()
        assert "demo portfolio" in again.told()
        assert _customers(found) == 120
        with pymongo.MongoClient[dict[str, object]](found.mongodb_url) as client:
            accounts = client[found.db_name]["loan-accounts"]
            stored = accounts.count_documents({"customerName": {"$ne": None}})
        anchor = date.fromisoformat(record.read(data_dir).anchor)
        assert stored == len(build(42, 120, anchor).loans)
    finally:
        again.stop()


def test_an_address_that_is_set_wins_and_is_not_filled_unasked(
    data_dir: Path, redis_server: RedisServer, streams: redis.Redis
) -> None:
    """That part is not started, and what is not ours gets no invented customers."""
    launched = Launched(data_dir, REDIS_URL=redis_server.url).start()
    try:
        found = launched.up()
        assert found.redis_url == redis_server.url
        assert "redis-server" not in found.parts
        assert _ready(found) == 200
        assert _customers(found) == 0
        assert command(launched, "staff").returncode == 0  # they dealt with the demo's cases
        assert command(launched, "seed").returncode == 0
        assert _customers(found) == 20
    finally:
        assert launched.stop() == 0
        streams.flushall()


def test_production_invents_nobody(data_dir: Path) -> None:
    """No portfolio, no sign-ins, and the command lines that make them are refused."""
    launched = Launched(data_dir, APP_MODE="production").start()
    try:
        found = launched.up()
        assert "demo" not in launched.told()
        assert "create-admin" in launched.told()
        assert command(launched, "staff").returncode == 2
        seeded = command(launched, "seed")
        assert seeded.returncode == 1
        assert "demo mode" in seeded.stderr
        assert len(seeded.stderr.strip().splitlines()) == 1
        assert _customers(found) == 0
    finally:
        assert launched.stop() == 0


def test_a_command_line_without_a_product_says_how_to_start_one(data_dir: Path) -> None:
    """`make feed` on a machine where nothing runs: one sentence, status 2."""
    answer = command(Launched(data_dir, DASHBOARD_PORT=str(free_port())), "seed")
    assert answer.returncode == 2
    assert "make run" in answer.stderr
