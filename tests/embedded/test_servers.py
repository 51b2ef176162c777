"""The real servers keep their data, also when they come back on another port."""

from pathlib import Path
from typing import Any

import pymongo
import redis

from embedded import binaries
from embedded.servers import MongoServer, RedisServer
from tests.ports import free_port


def test_mongod_keeps_its_data_on_another_port(data_dir: Path) -> None:
    """The one-node set is configured anew by force; transactions work at once."""
    first = MongoServer(data_dir / "mongodb", free_port())
    first.start()
    with pymongo.MongoClient[dict[str, Any]](first.url) as client:
        client["shop"]["things"].insert_one({"_id": "kept"})
    first.stop()

    second = MongoServer(data_dir / "mongodb", free_port())
    second.start()
    with pymongo.MongoClient[dict[str, Any]](second.url) as client:
        with client.start_session() as session, session.start_transaction():
            client["shop"]["things"].insert_one({"_id": "new"}, session=session)
        assert client["shop"]["things"].distinct("_id") == ["kept", "new"]
    second.stop()


def test_redis_keeps_what_it_has_answered_when_it_is_killed(data_dir: Path) -> None:
    """Append-only file, fsync on every write: an answered write survives `kill -9`."""
    first = RedisServer(data_dir / "redis", free_port())
    process = first.start()
    with redis.Redis.from_url(first.url) as client:
        client.xadd("stream", {"field": "kept"})
    process.kill()
    process.wait()

    second = RedisServer(data_dir / "redis", free_port())
    second.start()
    with redis.Redis.from_url(second.url) as client:
        assert client.xlen("stream") == 1
    second.stop()


def test_the_servers_tell_their_series() -> None:
    """What a data folder is bound to: the first two numbers of the version."""
    assert binaries.series(binaries.find("mongod")).count(".") == 1
    assert binaries.series(binaries.find("redis-server")).count(".") == 1


def test_a_missing_library_is_named_with_its_package() -> None:
    """The loader's own words become a remedy."""
    said = "mongod: error while loading shared libraries: libcurl.so.4: cannot open"
    assert "apt-get install libcurl4" in binaries.remedy("mongod", said)


def test_a_system_without_the_server_is_told_what_to_do() -> None:
    """Without a bundled server the way out is one on the PATH, or one elsewhere."""
    assert "on the PATH" in binaries.remedy("mongod", "")
