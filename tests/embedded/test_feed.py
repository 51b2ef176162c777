"""A file of events reaches the screens, and the report says what became of each line."""

import json
import os
from pathlib import Path
from typing import Any

import pymongo
import pytest

from embedded.feed import events
from proto.documents import CUSTOMERS, LOAN_ACCOUNTS
from tests.embedded.launcher import Launched, command


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


def test_a_file_that_is_not_there_is_one_sentence(product: Launched, tmp_path: Path) -> None:
    """No traceback, status 2."""
    answer = command(product, "feed", str(tmp_path / "none.jsonl"))
    assert answer.returncode == 2
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
