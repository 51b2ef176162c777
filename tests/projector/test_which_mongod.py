"""Which MongoDB serves: one that begins is waited for, one without transactions is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from embedded import binaries
from embedded.process import spawn, stop
from projector import assembly
from projector.settings import BadSetting, Settings
from proto.streams import INBOX
from tests.ports import free_port
from tests.projector.feed import Feed, customer
from tests.projector.test_world_faults import SECONDS_MAX, wait_until, working


def test_a_mongod_that_is_not_ready_yet_is_waited_for(
    settings: Settings, feed: Feed, tmp_path: Path
) -> None:
    """A member that begins has no sessions: that is no event's fault, and no wrong setting."""
    port = free_port()
    (tmp_path / "member").mkdir()
    argv: list[str | Path] = [binaries.find("mongod"), "--dbpath", tmp_path / "member"]
    argv += ["--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "rs"]
    process = spawn(argv, tmp_path / "mongod.log")
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    log = tmp_path / "log"
    client: pymongo.MongoClient[dict[str, Any]]
    try:
        feed.tell("customer.created.v1", customer())
        there = replace(settings, mongodb_url=url)
        with pymongo.MongoClient(url) as client, working(there, log) as projector:
            wait_until(lambda: log.exists() and log.read_text().count("server_lost") > 1)
            assert projector.poll() is None, log.read_text()
            member = {"_id": 0, "host": f"127.0.0.1:{port}"}
            client.admin.command("replSetInitiate", {"_id": "rs", "members": [member]})
            customers: Collection[dict[str, Any]] = client[settings.db_name]["customers"]
            wait_until(lambda: _count(customers) == 1)
        assert feed.dead_letters() == []
    finally:
        stop(process)


def _count(collection: Collection[dict[str, Any]]) -> int:
    """Count documents; none while there is nobody to ask."""
    try:
        return collection.count_documents({})
    except PyMongoError:
        return 0


def test_a_mongod_without_transactions_is_refused(
    settings: Settings, feed: Feed, streams: redis.Redis, tmp_path: Path
) -> None:
    """Every event would fail for it: one sentence, before anything is read."""
    port = free_port()
    (tmp_path / "alone").mkdir()
    argv: list[str | Path] = [binaries.find("mongod"), "--dbpath", tmp_path / "alone"]
    argv += ["--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    process = spawn(argv, tmp_path / "mongod.log")
    try:
        feed.tell("customer.created.v1", customer())
        there = replace(settings, mongodb_url=f"mongodb://127.0.0.1:{port}/")
        with working(there, tmp_path / "log") as projector:
            assert projector.wait(SECONDS_MAX) == 2, (tmp_path / "log").read_text()
        assert "MONGODB_URL" in (tmp_path / "log").read_text().splitlines()[-1]
        assert "Traceback" not in (tmp_path / "log").read_text()
        assert streams.xlen(INBOX) == 1
        assert feed.dead_letters() == []
    finally:
        stop(process)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mongodb_url", "http://elsewhere"),
        ("mongodb_url", "mongodb://elsewhere:99999/"),
        ("redis_url", "elsewhere"),
        ("db_name", "a b"),
    ],
)
def test_an_address_that_is_none_is_one_sentence(settings: Settings, name: str, value: str) -> None:
    """With the variable's name, and no traceback."""
    changed: dict[str, Any] = {name: value}
    with (
        pytest.raises(BadSetting, match=name.upper()),
        assembly.projector(replace(settings, **changed)),
    ):
        pass
