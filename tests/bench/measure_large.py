"""What staff read, on a million customers: each against a ping and against the naive query.

`make bench-large` builds the portfolio once under `DATA_DIR` and finds it again.
`BENCH_LARGE_SCALE=0.01` takes a hundredth of it, `BENCH_LARGE_READS=overview` those reads alone.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final

import pymongo
from pymongo.database import Database

from dashboard.queries.audit import PAGE_ROWS, Cursor, audit_page
from dashboard.queries.audit_filter import KINDS, AuditFilter
from dashboard.queries.customers import customer_view
from dashboard.queries.portfolio import day_totals, period_totals, portfolio_now, staff_sums
from dashboard.queries.portfolio_rows import accounts_in
from dashboard.queries.search import search
from dashboard.queries.transactions import transactions
from embedded.servers import MongoServer
from proto import documents
from tests.bench import large_roll_ups
from tests.bench.figures import percentile, report
from tests.bench.large_portfolio import Portfolio, Stored
from tests.ports import free_port

DB_NAME: Final = "bench-large"
TRIES: Final = 200
NAIVE_TRIES: Final = 3
ROLES: Final = frozenset({"support"})
AUDITOR: Final = frozenset({"compliance"})
WAIVERS: Final = AuditFilter(kinds=("waivers",))
ANALYST: Final = frozenset({"analyst"})
OPEN: Final = {"accountStatus": {"$in": ["active", "in_arrears"]}}
PAGE: Final = 50
DEEP: Final = 0.5
"""How deep the deep page lies, as a share of all events."""

SCAN: Final = [("$natural", 1)]

Read = Callable[[], object]


class Reads:
    """What is read, and its naive counterpart, over examples that are there."""

    def __init__(self, database: Database[Stored], portfolio: Portfolio) -> None:
        self._database, self._portfolio = database, portfolio
        self._dice = random.Random(2)  # noqa: S311 - examples, no secret
        self._customers = database[documents.CUSTOMERS.name]
        self._audit = database[documents.AUDIT_EVENTS.name]
        self._accounts = database[documents.LOAN_ACCOUNTS.name]
        position = int(portfolio.audit_events * (1 - DEEP))
        found = self._audit.find_one({"position": position}) or {}
        self._halfway = Cursor(found["recordedAt"], found["position"])

    def all(self) -> dict[str, tuple[Read, Read]]:
        """Give each read by its name, with the naive one."""
        return {
            "search by the beginning of a name": self._search("fullName", _beginning, "^{}"),
            "search by the beginning of an e-mail": self._search("emailAddress", _mailbox, "^{}"),
            "search by the end of a telephone number": self._search(
                "mobilePhoneNumber", lambda each: each[-6:], "{}$"
            ),
            "search by a piece of a name": self._search(
                "fullName", lambda each: each.split()[1][1:6], "{}"
            ),
            "customer with accounts and transactions": (self._customer, self._customer_naive),
            "audit, first page of a kind": (
                lambda: audit_page(self._database, AUDITOR, WAIVERS),
                self._waivers_naive,
            ),
            "audit, deep page": (self._deep, self._deep_naive),
            "trend of twelve months": (self._trend, self._trend_naive),
            "overview of 30 days": (lambda: self._overview(30), lambda: self._overview_naive(30)),
            "overview of a year": (lambda: self._overview(365), lambda: self._overview_naive(365)),
            "overview, the accounts behind a figure": (
                lambda: accounts_in(self._database, ANALYST, ""),
                lambda: list(self._accounts.find(OPEN).sort("accountNumber", 1).limit(PAGE)),
            ),
        }

    def _search(self, field: str, typed: Callable[[str], str], pattern: str) -> tuple[Read, Read]:
        """Search as the desk does; naively by a pattern over the field as it was sent."""
        texts = cycle([typed(str(self._someone()[field])) for _ in range(TRIES)])

        def text() -> str:
            return next(texts)

        def naive() -> object:
            look = {field: {"$regex": pattern.format(text()), "$options": "i"}}
            return list(self._customers.find(look).limit(PAGE))

        return lambda: search(self._database, ROLES, text()), naive

    def _someone(self) -> Stored:
        return self._customers.find_one({"_id": self._customer_id()}) or {}

    def _customer_id(self) -> str:
        return f"CUS-{self._dice.randrange(self._portfolio.customers):08d}"

    def _customer(self) -> object:
        view = customer_view(self._database, ROLES, self._customer_id())
        account = view.account(None) if view else None
        return account and transactions(
            self._database, ROLES, account.loan_account_id, page_rows=PAGE
        )

    def _customer_naive(self) -> object:
        """Do without the indexes of accounts and transactions."""
        owned = {"customerIdString": self._customer_id()}
        accounts = self._database[documents.LOAN_ACCOUNTS.name].find(owned).hint(SCAN)
        mine = {"loanAccountId": {"$in": [each["_id"] for each in accounts]}}
        posted = self._database[documents.TRANSACTIONS.name].find(mine).hint(SCAN)
        return list(posted.sort("transactionDate", -1).limit(PAGE))

    def _waivers_naive(self) -> object:
        """Do without an index."""
        found = self._audit.find({"eventType": {"$in": list(KINDS["waivers"])}}).hint(SCAN)
        return list(found.sort([("recordedAt", -1), ("position", -1)]).limit(PAGE_ROWS))

    def _deep(self) -> object:
        """Go on from where the page before ended."""
        return audit_page(self._database, AUDITOR, AuditFilter(), self._halfway)

    def _deep_naive(self) -> object:
        skipped = int(self._portfolio.audit_events * DEEP)
        return list(self._audit.find().sort("recordedAt", -1).skip(skipped).limit(PAGE_ROWS))

    def _overview(self, days: int) -> object:
        """Read all that the page reads at once."""
        last = large_roll_ups.LAST
        first = last - timedelta(days=days - 1)
        return (
            portfolio_now(self._database, ANALYST),
            day_totals(self._database, ANALYST, last.replace(day=1), last),
            period_totals(self._database, ANALYST, first, last),
            staff_sums(self._database, ANALYST, first, last),
        )

    def _overview_naive(self, days: int) -> object:
        """Sum accounts and transactions themselves."""
        since = datetime.combine(large_roll_ups.LAST, datetime.min.time(), UTC)
        owing = {"_id": "$aging.bucket", "owed": {"$sum": "$balances.totalOutstanding"}}
        moved = {"_id": "$type", "count": {"$sum": 1}, "amount": {"$sum": "$amount"}}
        recent = {"transactionDate": {"$gte": since - timedelta(days=days)}}
        transactions = self._database[documents.TRANSACTIONS.name]
        return (
            list(self._accounts.aggregate([{"$group": owing}])),
            list(transactions.aggregate([{"$match": recent}, {"$group": moved}])),
        )

    def _trend(self) -> object:
        months = {"month": {"$gte": "2025-01", "$lte": "2025-12"}}
        return list(self._database[documents.MONTH_TOTALS.name].find(months))

    def _trend_naive(self) -> object:
        month = {"$dateToString": {"date": "$transactionDate", "format": "%Y-%m"}}
        key = {"month": month, "type": "$type"}
        group = {"_id": key, "count": {"$sum": 1}, "amount": {"$sum": "$amount"}}
        return list(self._database[documents.TRANSACTIONS.name].aggregate([{"$group": group}]))


def _beginning(name: str) -> str:
    return name[:7].strip()


def _mailbox(address: str) -> str:
    return address.split("@", maxsplit=1)[0][:8]


def _milliseconds(read: Read) -> float:
    began = time.perf_counter()
    read()
    return (time.perf_counter() - began) * 1_000


def _measure(database: Database[Stored], name: str, read: Read, naive: Read) -> None:
    """Time a read and a ping in turn, so that what else the machine does weighs on both.

    Once before, to warm up. The least of many is what the read costs by itself.
    """
    read()
    pairs = [
        (_milliseconds(read), _milliseconds(lambda: database.command("ping"))) for _ in range(TRIES)
    ]
    ours, pings = [each for each, _ in pairs], [each for _, each in pairs]
    slow = percentile([_milliseconds(naive) for _ in range(NAIVE_TRIES)], 0.5)
    p50, p95 = percentile(ours, 0.5), percentile(ours, 0.95)
    report(
        name,
        unit="ms",
        least=round(min(ours), 2),
        p50=round(p50, 2),
        p95=round(p95, 2),
        ping_least=round(min(pings), 2),
        ping_p50=round(percentile(pings, 0.5), 2),
        ping_p95=round(percentile(pings, 0.95), 2),
        least_against_ping=round(min(ours) / min(pings), 1),
        against_ping=round(p95 / percentile(pings, 0.95), 1),
        naive=round(slow, 1),
        against_naive=round(slow / p50, 1),
    )


def main() -> None:
    """Find the portfolio or build it, then measure every read."""
    scale = float(os.environ.get("BENCH_LARGE_SCALE") or "1")
    portfolio = Portfolio(scale)
    data_dir = Path(os.environ.get("DATA_DIR") or ".data").resolve()
    folder = data_dir / f"bench-large-{scale:g}"
    is_built = portfolio.is_built(folder)
    server = MongoServer(folder / "mongo", free_port())
    server.start()
    try:
        client: pymongo.MongoClient[Stored]
        with pymongo.MongoClient(server.url, tz_aware=True) as client:
            database: Database[Stored] = client[DB_NAME]
            if not is_built:
                seconds = portfolio.build(database, folder)
                sys.stderr.write(f"built in {seconds:.0f} s under {folder}\n")
            else:
                portfolio.index(database)
            large_roll_ups.fill(database, portfolio.accounts)
            wanted = os.environ.get("BENCH_LARGE_READS") or ""
            for name, (read, naive) in Reads(database, portfolio).all().items():
                if wanted in name:
                    _measure(database, name, read, naive)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
