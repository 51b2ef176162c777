"""Queries fetch what a view declares, and a view declares what is stored."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pymongo
import pytest
from msgspec import Struct
from pymongo.monitoring import CommandListener

import dashboard.queries
from dashboard.queries import customers, portfolio, portfolio_rows, search, transaction_event
from dashboard.queries import transactions as histories
from dashboard.queries.declared import fields_of
from embedded.servers import MongoServer
from proto.documents import COLLECTIONS

ROOM: Final = Path(dashboard.queries.__file__).parent
MODULES: Final = sorted(each.stem for each in ROOM.glob("[a-z]*.py"))
ANALYST: Final = frozenset({"analyst"})
PERSONAL: Final = {
    "firstName", "lastName", "fullName", "preferredName", "emailAddress", "mobilePhoneNumber",
    "dateOfBirth", "customerName", "paymentReference", "referenceId", "comment",
    "utterances", "text", "content", "body",
}  # fmt: skip
"""What analysts never see, whatever document it stands in; of an address only the suburb."""

FOUND_ELSEWHERE: Final = {
    "UnknownType": {"eventType"},
    "MismatchView": {"customerId"},
}
"""What a view holds that comes of another query, or of the document's own key."""

ASKED_FROM: Final = date(2026, 1, 1)
ASKED_TO: Final = date(2026, 12, 31)


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Give the calls of methods or functions with one of these names."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Call):
            name = each.func.attr if isinstance(each.func, ast.Attribute) else ""
            name = each.func.id if isinstance(each.func, ast.Name) else name
            if name in names:
                yield each


@pytest.mark.parametrize("module", MODULES)
def test_every_find_says_which_fields_it_wants(module: str) -> None:
    """No document is fetched whole: the projection is there in every query."""
    tree = ast.parse((ROOM / f"{module}.py").read_text())
    for call in calls(tree, "find", "find_one"):
        if isinstance(call.func, ast.Attribute) and "database" in ast.unparse(call.func.value):
            named = {each.arg for each in call.keywords}
            assert len(call.args) > 1 or "projection" in named, f"{module}: line {call.lineno}"


def stored_paths() -> list[set[str]]:
    """Give the paths of every document that there is."""
    return [set(fields_of(each.document)) for each in COLLECTIONS]


def is_stored(path: str, stored: set[str]) -> bool:
    """Tell whether a document has a field, or a map in which it may stand."""
    return any(
        path == each or each.startswith(f"{path}.") or path.startswith(f"{each}.")
        for each in stored
    )


@pytest.mark.parametrize("module", MODULES)
def test_every_declared_field_is_one_that_is_stored(module: str) -> None:
    """A misspelt name would read as absent for ever, and nothing would say so."""
    loaded = importlib.import_module(f"dashboard.queries.{module}")
    for call in calls(ast.parse((ROOM / f"{module}.py").read_text()), "fields_of"):
        view = getattr(loaded, ast.unparse(call.args[0]), None) if call.args else None
        if not (inspect.isclass(view) and issubclass(view, Struct)):
            continue
        wanted = set(fields_of(view)) - {"_id"} - FOUND_ELSEWHERE.get(view.__name__, set())
        missing = [
            {path for path in wanted if not is_stored(path, stored)} for stored in stored_paths()
        ]
        assert min(missing, key=len) == set(), f"{view.__name__} of {module}"


class Projections(CommandListener):
    """Hears which fields the finds of a client ask for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def started(self, event: pymongo.monitoring.CommandStartedEvent) -> None:
        """Note a find."""
        if event.command_name == "find":
            asked = dict(event.command.get("projection") or {})
            self.asked.append((str(event.command["find"]), asked))

    def succeeded(self, event: pymongo.monitoring.CommandSucceededEvent) -> None:
        """Nothing is noted of it."""

    def failed(self, event: pymongo.monitoring.CommandFailedEvent) -> None:
        """Nothing is noted of it."""


def test_nothing_that_an_analyst_opens_asks_for_a_person(mongo_server: MongoServer) -> None:
    """The names, contacts and words are not fetched at all, rather than left out on screen."""
    heard = Projections()
    with pymongo.MongoClient[dict[str, Any]](
        mongo_server.url, tz_aware=True, event_listeners=[heard]
    ) as client:
        database = client["declared-fields"]
        for text in ("CUS-12345", "1000-0042", "TXN-LOAN-1", "john smith"):
            search.search(database, ANALYST, text)
        customers.customer_view(database, ANALYST, "CUS-12345", "LOAN-1")
        histories.transactions(database, ANALYST, "LOAN-1")
        transaction_event.transaction_event(database, ANALYST, "LOAN-1", "TXN-1")
        portfolio.portfolio_now(database, ANALYST)
        portfolio.period_totals(database, ANALYST, ASKED_FROM, ASKED_TO)
        portfolio.match_score(database, ANALYST)
        portfolio_rows.accounts_in(database, ANALYST, "default")
        portfolio_rows.postings_of(database, ANALYST, ("REPAYMENT",), ASKED_FROM, ASKED_TO)
        portfolio_rows.work_of(database, ANALYST, "staff-1", ASKED_FROM, ASKED_TO)
        portfolio_rows.mismatches(database, ANALYST)
    assert heard.asked
    for collection, asked in heard.asked:
        assert asked, f"{collection} is fetched whole"
        assert PERSONAL.isdisjoint({path.split(".")[-1] for path in asked}), collection
        addresses = {path for path in asked if path.startswith("residentialAddress")}
        assert addresses <= {"residentialAddress.suburb"}
