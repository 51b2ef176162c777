"""The Data Match score: how many of the ledger's accounts the mirror shows as they are.

Accounts from outside are no part of the score and are counted apart. Whether an account is
one the ledger knows, and not the document: whoever may change that may change its `source`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import grpc
import structlog
from pymongo.collection import Collection
from pymongo.database import Database

from projector import match, match_strays
from projector.happening import ACCOUNTS, AUDIT_EVENTS, TRANSACTIONS, Place, Stored
from projector.item import Entry
from projector.ledger_reads import Ledger
from projector.match import Mismatch
from projector.match_entries import Entries
from projector.shelf import AS_WRITTEN
from proto import codec, documents, subjects
from proto.codec import Poison
from proto.documents import MatchScoreDocument, MismatchDocument
from proto.streams import INTERNAL
from proto.values import Instant, Key

PAGE: Final = 100
PORTFOLIO: Final = "portfolio"
SETTLE_SECONDS: Final = 2.0
NO_ACCOUNT: Final = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT)
"""What a ledger answers that has no such account, or in which no account is called so."""

log = structlog.get_logger()


class MatchCheck:
    """Checks accounts and stores what it found."""

    def __init__(
        self, database: Database[dict[str, Any]], ledger: Ledger, clock: Callable[[], Instant]
    ) -> None:
        self._database, self._ledger, self._clock = database, ledger, clock
        self._accounts = self._as_written(ACCOUNTS)

    def now(self) -> Instant:
        """Give the moment."""
        return self._clock()

    def check(self, account: Stored) -> list[Mismatch]:
        """Hold one account against the ledger, and store or withdraw what differs.

        Raises grpc.RpcError, PyMongoError.
        """
        found = self._differences(account)
        self._store(str(account["_id"]), found)
        for each in found:
            log.error("mismatch", account_id=each.account_id, field=each.field)
        return found

    def accounts(self, after: Any = None) -> list[Stored]:  # noqa: ANN401 - whatever stands there
        """Give the keys of the next accounts, in their order, and where they say they are from.

        A bound of the index and not `$gt`, which passes over keys that are no text: nobody
        but a stranger writes such.
        """
        found = self._accounts.find({}, {"source": 1}).sort("_id").limit(PAGE + 1)
        if after is not None:
            found = found.hint([("_id", 1)]).min([("_id", after)])
        return [each for each in found if each["_id"] != after][:PAGE]

    def ours(self, page: Sequence[Stored]) -> list[Stored]:
        """Give those of a page that are the ledger's: by their own word, or by the audit trail.

        They are read now, whole: the ledger may just have opened what the trail alone names.
        """
        others = [each["_id"] for each in page if each.get("source") != "ledger"]
        first = {f"{account_id}:1": account_id for account_id in others}
        begun = self._database[AUDIT_EVENTS].find({"_id": {"$in": list(first)}}, {"_id": 1})
        return self._read([*_own(page), *(first[each["_id"]] for each in begun)])

    def score(self, document: MatchScoreDocument, kind: str) -> None:
        """Store a score."""
        scores = self._database[documents.MATCH_SCORES.name]
        scores.replace_one({"_id": kind}, codec.to_mongo(document), upsert=True)

    def portfolio(self, report: Callable[[MatchScoreDocument], None]) -> MatchScoreDocument:
        """Check every account of the ledger, and look for those that the mirror lacks."""
        total = self._database[ACCOUNTS].estimated_document_count()
        score = MatchScoreDocument(started_at=self._clock(), at=self._clock(), total=total)
        for page in self._pages():
            own = _own(page)
            score.external += len(page) - len(own)
            for account in self._read(own):
                score.checked += 1
                score.matched += not self.check(account)
                if score.checked % PAGE == 0:
                    self._progress(score, report)
        missing = self._missing()
        strays = match_strays.strays(self._database, frozenset(missing))
        for account in self._read(missing):
            score.checked += 1
            score.external -= 1
            score.matched += not self.check(account)
            missing.remove(account["_id"])
        for account_id in missing:
            score.checked += 1
            score.missing += 1
            self._store(account_id, [_not_there(account_id)])
        for stray in strays:
            score.checked += 1
            self._store(stray.account_id, [stray])
        self._heal_unseen(score.started_at)
        score.is_done = True
        self._progress(score, report)
        return score

    def open_mismatches(self) -> list[MismatchDocument]:
        """Give every mismatch that is not healed."""
        found = self._database[documents.MISMATCHES.name].find({"healedAt": None}).sort("_id")
        return [codec.from_mongo(MismatchDocument, each) for each in found]

    def _progress(
        self, score: MatchScoreDocument, report: Callable[[MatchScoreDocument], None]
    ) -> None:
        score.at = self._clock()
        score.score = share(score.matched, score.checked)
        self.score(score, PORTFOLIO)
        report(score)

    def _pages(self) -> Iterator[list[Stored]]:
        page = self.accounts()
        while page:
            yield page
            page = self.accounts(page[-1]["_id"])

    def _read(self, account_ids: Sequence[Any]) -> list[Stored]:
        return list(self._accounts.find({"_id": {"$in": list(account_ids)}}).sort("_id"))

    def _missing(self) -> list[str]:
        """Give accounts of the ledger that the mirror does not show as its own, looked at twice."""
        lacking: list[str] = []
        position, last = 0, 1
        while position < last:
            entries, last = self._ledger.journal(position)
            if not entries:
                break
            envelopes = [codec.read_envelope(INTERNAL, "0-0", e.fields, e.size) for e in entries]
            position = envelopes[-1].position
            begun = {e.conversation_id for e in envelopes if e.version == 1}
            lacking += self._lacking({each for each in begun if subjects.is_account(each)})
        if lacking:  # those that were made a moment ago may still be on their way
            threading.Event().wait(SETTLE_SECONDS)
        return sorted(self._lacking(set(lacking)))

    def _lacking(self, account_ids: set[str]) -> set[str]:
        ours = {"_id": {"$in": sorted(account_ids)}, "source": "ledger"}
        return account_ids - {each["_id"] for each in self._accounts.find(ours, {"_id": 1})}

    def _differences(self, account: Stored) -> list[Mismatch]:
        account_id, version = account["_id"], match.version(account)
        items = match.history_items(self._history(account_id), version)
        known = items[-1].version if items else 0
        if known != version or version == 0:
            return [_other_version(account, known)]
        states: list[Stored] = []
        entries = Entries()
        try:
            for item, now in zip(items, match.folded(account_id, items), strict=True):
                states.append(now.get(ACCOUNTS, account_id) or {})
                entries.note(item, now)
        except Poison as error:
            log.warning("history_not_read", account_id=account_id, error=type(error).__name__)
            return [_other_version(account, 0)]
        balances = self._ledger.balances_at(account_id, version)
        told = match.told(balances) if balances is not None else None
        wrong = entries.compare(account, self._entries(account_id), items)
        if wrong and self._has_moved(account):
            wrong = []  # a newer event may have marked an older entry: the next turn looks again
        return match.compare(account, items, states, told) + wrong

    def _history(self, account_id: object) -> list[Entry]:
        """Give an account's events; none of what no ledger of ours has opened."""
        if not isinstance(account_id, str):
            return []
        try:
            return self._ledger.history(account_id)
        except grpc.RpcError as error:
            if isinstance(error, grpc.Call) and error.code() in NO_ACCOUNT:
                return []
            raise

    def _entries(self, account_id: str) -> Iterator[tuple[Place, Stored]]:
        """Give an account's transactions and what its own events left in the audit trail."""
        of_account = {"loanAccountId": account_id}
        for collection, query in (
            (TRANSACTIONS, of_account),
            (AUDIT_EVENTS, {**of_account, "subjectId": account_id}),
        ):
            for each in self._as_written(collection).find(query):
                yield (collection, str(each["_id"])), each

    def _has_moved(self, account: Stored) -> bool:
        now = self._accounts.find_one({"_id": account["_id"]}, {"ver": 1}) or {}
        return now.get("ver") != account.get("ver")

    def _as_written(self, collection: str) -> Collection[Stored]:
        return self._database.get_collection(collection, AS_WRITTEN)

    def _store(self, account_id: str, found: list[Mismatch]) -> None:
        """Keep what differs; what no longer does is kept as healed."""
        mismatches = self._database[documents.MISMATCHES.name]
        now = self._clock()
        open_before = {"loanAccountId": account_id, "healedAt": None}
        still = [f"{account_id}:{each.field}" for each in found]
        healed = {"$set": {"healedAt": codec.to_mongo(now)}}
        mismatches.update_many({**open_before, "_id": {"$nin": still}}, healed)
        for each in found:
            document = MismatchDocument(
                loan_account_id=Key(each.account_id),
                field=each.field,
                mirror_value=each.mirror,
                ledger_value=each.ledger,
                ver=each.version,
                since_version=each.since_version,
                since_event_id=each.since_event_id,
                since_event_type=each.since_event_type,
                seen_at=now,
            )
            mismatches.update_one(
                {"_id": f"{account_id}:{each.field}"},
                {
                    "$set": codec.to_mongo(document),
                    "$setOnInsert": {"foundAt": codec.to_mongo(now)},
                    "$unset": {"healedAt": ""},
                },
                upsert=True,
            )

    def _heal_unseen(self, since: Instant) -> None:
        """Withdraw what a whole check has not seen: its document is gone, as it should be."""
        unseen = {"healedAt": None, "seenAt": {"$lt": codec.to_mongo(since)}}
        healed = {"$set": {"healedAt": codec.to_mongo(self._clock())}}
        self._database[documents.MISMATCHES.name].update_many(unseen, healed)


def _own(page: Sequence[Stored]) -> list[Any]:
    """Give the keys of those accounts of a page that say that they are the ledger's."""
    return [each["_id"] for each in page if each.get("source") == "ledger"]


def share(matched: int, checked: int) -> float | None:
    """Give the score: 1 only where every account matches; None where none was checked."""
    return matched / checked if checked else None


def _other_version(account: Stored, ledger: int) -> Mismatch:
    """Tell of an account whose version the ledger's history does not have.

    Where they have nothing in common, they differ from the first event on.
    """
    account_id = str(account["_id"])
    return Mismatch(
        account_id=account_id,
        field="ver",
        mirror=match.as_text(account.get("ver") or 0),
        ledger=str(ledger),
        version=match.version(account),
        since_version=max(1, ledger),
        since_event_id=f"{account_id}:{max(1, ledger)}",
        since_event_type="",
    )


def _not_there(account_id: str) -> Mismatch:
    return Mismatch(
        account_id=account_id,
        field="loanAccountId",
        mirror=match.ABSENT,
        ledger=account_id,
        version=0,
        since_version=1,
        since_event_id=f"{account_id}:1",
        since_event_type="account.created.v1",
    )
