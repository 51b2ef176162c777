"""What a stranger wrote beside what our ledger's events make is found by the match check."""

from typing import Any

import bson
import pytest
from bson.raw_bson import RawBSONDocument

from projector.match_check import MatchCheck
from tests.projector.mirror import Mirror
from tests.projector.test_match import OURS, check, whole

__all__ = ["check"]

Stored = dict[str, Any]


def with_another_first(document: Stored, field: Stored) -> RawBSONDocument:
    """Put a field before those of a document, under a name that one of them has."""
    first, rest = bson.encode(field)[4:-1], bson.encode(document)[4:]
    size = 4 + len(first) + len(rest)
    return RawBSONDocument(size.to_bytes(4, "little") + first + rest)


def test_a_field_that_stands_twice_is_found(check: MatchCheck, mirror: Mirror) -> None:
    """A query finds the account by the first, and whoever reads it sees the last."""
    accounts = mirror.database["loan-accounts"]
    right = accounts.find_one_and_delete({"_id": "OUR-0"}) or {}
    accounts.insert_one(with_another_first(right, {"accountStatus": "paid_off"}))
    assert mirror.account("OUR-0")["accountStatus"] == "active"
    assert accounts.count_documents({"_id": "OUR-0", "accountStatus": "paid_off"}) == 1
    assert whole(check).matched == OURS - 1
    found = {each.field: each.mirror_value for each in check.open_mismatches()}
    assert found == {"accountStatus": "paid_off", "accountStatus (again)": "active"}


@pytest.mark.parametrize("account_id", ["THEIRS-1", "NOBODY", None])
def test_a_transaction_of_no_account_of_ours_is_found(
    check: MatchCheck, mirror: Mirror, account_id: str | None
) -> None:
    """One from outside has a page, on which it would stand; it is found by its reference too."""
    transactions = mirror.database["transactions"]
    copied = transactions.find_one({"loanAccountId": "OUR-0"}) or {}
    transactions.insert_one({**copied, "_id": "MADE-UP", "loanAccountId": account_id})
    score = whole(check)
    assert (score.checked, score.matched) == (OURS + 1, OURS)
    (found,) = check.open_mismatches()
    assert (found.loan_account_id, found.field) == (str(account_id), "transactions.MADE-UP")
    assert (found.mirror_value, found.ledger_value) == ("MADE-UP", "(absent)")
    transactions.delete_one({"_id": "MADE-UP"})
    assert whole(check).score == 1
    assert check.open_mismatches() == []


def test_a_transaction_of_an_account_that_is_gone_is_no_strangers(
    check: MatchCheck, mirror: Mirror
) -> None:
    """The ledger has the account: what is missing is named, and not what is right."""
    mirror.database["loan-accounts"].delete_one({"_id": "OUR-0"})
    accounts = mirror.database["loan-accounts"]
    accounts.update_one({"_id": "OUR-1"}, {"$set": {"source": "external"}})
    score = whole(check)
    assert (score.checked, score.matched, score.missing) == (OURS, OURS - 2, 1)
    assert {each.field for each in check.open_mismatches()} == {"loanAccountId", "source"}
