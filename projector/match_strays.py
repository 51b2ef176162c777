"""Transactions of accounts that no ledger of ours has: nobody posted them.

An account from outside has a page like any other, and a transaction under its key would
stand there; one under no account is found by its reference.
"""

from collections.abc import Iterator
from typing import Any, Final

from pymongo.database import Database

from projector.happening import ACCOUNTS, TRANSACTIONS, Stored
from projector.match import ABSENT, Mismatch
from projector.shelf import AS_WRITTEN

PAGE: Final = 1_000
BY_ACCOUNT: Final = (
    {"$sort": {"loanAccountId": 1, "transactionDate": -1, "position": -1}},
    {"$group": {"_id": "$loanAccountId", "transaction": {"$first": "$_id"}}},
)
"""In the order of an index, so that one transaction of each account is looked at."""


def strays(database: Database[dict[str, Any]], known: frozenset[str]) -> list[Mismatch]:
    """Name one transaction of each account that is none of the ledger's; `known` are its."""
    return [
        _stray(each)
        for page in _pages(database)
        for each in _not_ours(database, page)
        if not isinstance(each["_id"], str) or each["_id"] not in known
    ]


def _pages(database: Database[dict[str, Any]]) -> Iterator[list[Stored]]:
    transactions = database.get_collection(TRANSACTIONS, AS_WRITTEN)
    page: list[Stored] = []
    for each in transactions.aggregate(list(BY_ACCOUNT), allowDiskUse=True):
        page.append(each)
        if len(page) == PAGE:
            yield page
            page = []
    yield page


def _not_ours(database: Database[dict[str, Any]], page: list[Stored]) -> Iterator[Stored]:
    """Give what stands under a key that is none of our ledger's accounts."""
    named = [each["_id"] for each in page if isinstance(each["_id"], str)]
    ours = {"_id": {"$in": named}, "source": "ledger"}
    there = {each["_id"] for each in database[ACCOUNTS].find(ours, {"_id": 1})}
    for each in page:
        if not isinstance(each["_id"], str) or each["_id"] not in there:
            yield each


def _stray(found: Stored) -> Mismatch:
    return Mismatch(
        account_id=str(found["_id"]),
        field=f"{TRANSACTIONS}.{found['transaction']}",
        mirror=str(found["transaction"]),
        ledger=ABSENT,
        version=0,
        since_version=0,
        since_event_id="",
        since_event_type="",
    )
