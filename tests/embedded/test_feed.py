"""A file of events reaches the screens, and the report says what became of each line."""

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pymongo
import pytest

from embedded.feed import events
from proto.documents import CUSTOMERS, LOAN_ACCOUNTS
from tests.embedded.launcher import Launched, command
from tests.ports import free_port


def _customer(customer_id: str, **fields: str) -> dict[str, str]:
    payload = json.dumps({"customer_id": customer_id, **fields})
    cause = f"test-{customer_id}-{len(fields)}"
    return {"typ": "customer.created.v1", "conv": customer_id, "cause": cause, "payload": payload}


def _write(path: Path, lines: list[object]) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


def test_a_malformed_line_is_named_by_its_number_and_skipped(tmp_path: Path) -> None:
    """The lines after it are read all the same; blank ones are no lines."""
    file = _write(
        tmp_path / "feed.jsonl",
        [{"typ": "a"}, "{not json", "", "[]", {"typ": "b", "payload": {"deep": 1}}, {"seq": 7}],
    )
    complaints: list[str] = []
    assert list(events(file, complaints.append)) == [{"typ": "a"}, {"seq": "7"}]
    assert [line.split(":")[0] for line in complaints] == ["line 2", "line 4", "line 5"]


def test_a_file_of_another_system_is_read(tmp_path: Path) -> None:
    """With a byte order mark, Windows' ends of lines, blank lines and no last end of line."""
    file = tmp_path / "feed.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"typ": "a"}\r\n\r\n   \r\n{"typ": "b"}')
    complaints: list[str] = []
    assert list(events(file, complaints.append)) == [{"typ": "a"}, {"typ": "b"}]
    assert complaints == []


def test_every_scalar_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """Fields of a stream are text: numbers keep their digits, null is no field."""
    file = tmp_path / "feed.jsonl"
    file.write_text('{"n": 12.50, "e": 1e3, "i": 123456789012345678901, "b": true, "z": null}\n')
    assert list(events(file, pytest.fail)) == [
        {"n": "12.50", "e": "1e3", "i": "123456789012345678901", "b": "true"}
    ]


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"typ": "a", "x": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"typ": null}',
        "{}",
        "7",
        '"text"',
        "null",
        '[{"typ": "a"}]',
        '{"typ": ["a"]}',
        '{"typ": "\\ud800"}',
        '{"typ": NaN}',
        '{"typ": "a"} {"typ": "b"}',
        '{"typ": "' + "x" * 5_000_000 + '"}',
    ],
    ids=lambda line: line[:20],
)
def test_whatever_a_line_holds_the_next_is_read(tmp_path: Path, line: str) -> None:
    """It is named by its number, briefly, and skipped."""
    file = tmp_path / "feed.jsonl"
    file.write_text(f'{line}\n{{"typ": "b"}}\n')
    complaints: list[str] = []
    assert list(events(file, complaints.append)) == [{"typ": "b"}]
    assert [each.split(":")[0] for each in complaints] == ["line 1"]
    assert len(complaints[0]) < 200


def test_bytes_that_are_no_text_are_skipped(tmp_path: Path) -> None:
    """One line that is not UTF-8 does not fail its neighbours."""
    file = tmp_path / "feed.jsonl"
    file.write_bytes(b'{"typ": "\xff\xfe"}\n{"typ": "b"}\n')
    complaints: list[str] = []
    assert list(events(file, complaints.append)) == [{"typ": "b"}]
    assert complaints[0].startswith("line 1: ")


def test_a_huge_line_is_never_held_whole(tmp_path: Path) -> None:
    """A file without an end of line is no reason to fill the memory."""
    file = tmp_path / "feed.jsonl"
    with file.open("wb") as out:
        out.truncate(400 << 20)
    tracemalloc.start()
    complaints: list[str] = []
    assert list(events(file, complaints.append)) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 << 20
    assert [each.split(":")[0] for each in complaints] == ["line 1"]


def test_a_feed_reports_what_became_of_its_events(product: Launched, tmp_path: Path) -> None:
    """Published, applied, already known, dead-lettered, skipped: every line is accounted for."""
    poison = {"typ": "customer.created.v1", "conv": "x", "cause": "x", "payload": "no json"}
    lines: list[object] = [_customer("CUS-900001"), _customer("CUS-900002"), "{", poison]
    file = _write(tmp_path / "feed.jsonl", [*lines, _customer("CUS-900001")])
    answer = command(product, "feed", str(file))
    assert answer.returncode == 0, answer.stderr
    assert "published 4, applied 2, already known 1, dead-lettered 1, skipped 1" in answer.stdout
    assert "line 3" in answer.stderr
    with pymongo.MongoClient[dict[str, Any]](product.up().mongodb_url) as client:
        customers = client[product.up().db_name][CUSTOMERS.name]
        assert customers.count_documents({"_id": {"$in": ["CUS-900001", "CUS-900002"]}}) == 2


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_a_file_that_is_not_there_is_one_sentence(
    product: Launched, tmp_path: Path, name: str
) -> None:
    """Nor is a folder a file. No traceback, status 2."""
    answer = command(product, "feed", str(tmp_path / name))
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1


def test_an_empty_file_is_fed_at_once(product: Launched, tmp_path: Path) -> None:
    """Nothing was published, and nothing is waited for."""
    (tmp_path / "empty.jsonl").touch()
    answer = command(product, "feed", str(tmp_path / "empty.jsonl"))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "published 0, applied 0, dead-lettered 0" in answer.stdout


def test_a_server_that_is_away_is_one_sentence(data_dir: Path, tmp_path: Path) -> None:
    """Whatever address was set: what is not reached is named, status 1, no traceback."""
    file = _write(tmp_path / "feed.jsonl", [_customer("CUS-900009")])
    away = Launched(
        data_dir,
        MONGODB_URL=f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=500",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
        LEDGER_SERVICE_URL=f"127.0.0.1:{free_port()}",
    )
    for arguments in (("feed", str(file)), ("seed",)):
        answer = command(away, *arguments)
        assert answer.returncode == 1, answer.stderr
        assert "Traceback" not in answer.stderr
        assert len(answer.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(
    not os.environ.get("TEST_DATA_DIR"), reason="TEST_DATA_DIR names no folder of outside data"
)
def test_a_real_banks_loans_are_read_whole_and_only_once(product: Launched) -> None:
    """682 accounts, none lost, none doubled; nobody has a name and nothing minds."""
    file = Path(os.environ["TEST_DATA_DIR"]) / "bank_loans.jsonl"
    first = command(product, "feed", str(file))
    assert "published 3,130, applied 3,130, dead-lettered 0" in first.stdout, first.stderr
    with pymongo.MongoClient[dict[str, Any]](product.up().mongodb_url) as client:
        accounts = client[product.up().db_name][LOAN_ACCOUNTS.name]
        before = list(accounts.find().sort("_id"))
        fed = [each for each in before if each["source"] == "external"]
        statuses = [each["accountStatus"] for each in fed]
        counts = {status: statuses.count(status) for status in set(statuses)}
        assert counts == {"paid_off": 203, "in_arrears": 76, "active": 403}
        total = sum(each["loanTerms"]["loanAmount"].to_decimal() for each in fed)
        assert str(total) == "10326174.00"
        second = command(product, "feed", str(file))
        assert "published 3,130, applied 0, already known 3,130" in second.stdout
        assert list(accounts.find().sort("_id")) == before
