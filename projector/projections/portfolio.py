"""Projection `portfolio`: how many accounts of our ledger stand in which bucket, and owe what.

What stands now is one document, moved by the difference that an event makes to its
account. How it stood at the end of a business day the ledger's event tells.
"""

from collections.abc import Iterator
from typing import Final

from projector.happening import PORTFOLIO, Change, Documents, Happening, Place, Reads, Stored
from projector.projections.exact import plus
from proto.codec import stored_money, to_mongo
from proto.events import DayEnded
from proto.values import Money

NOW: Final = "now"
PLACE: Final[Place] = (PORTFOLIO, NOW)
COUNTED: Final = frozenset({"active", "in_arrears"})
"""Accounts that are under way; what is pending or closed is in no bucket."""


def reads(happening: Happening) -> Reads:
    """Name the day's document."""
    event = happening.event
    if isinstance(event, DayEnded):
        return Reads(((PORTFOLIO, str(event.business_date)),))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:  # noqa: ARG001 - all are called alike
    """Keep how the books stood at the end of a business day, by the ledger's own word."""
    event = happening.event
    if isinstance(event, DayEnded):
        date = str(event.business_date)
        buckets = {
            str(each.bucket): {
                "accounts": to_mongo(each.accounts),
                "outstanding": to_mongo(each.outstanding),
            }
            for each in event.buckets
        }
        yield Change(PORTFOLIO, date, {"date": date, "buckets": buckets})


def moved(before: Stored | None, after: Stored, documents: Documents) -> Iterator[Change]:
    """Move an account from where it stood to where it stands."""
    was, stands = _standing(before), _standing(after)
    if was == stands:
        return
    now = documents.get(*PLACE) or {}
    buckets: dict[str, Stored] = dict(now.get("buckets", {}))
    if was is not None and stands is not None and was[0] == stands[0]:
        _add(buckets, stands[0], 0, Money(stands[1] - was[1]))
    else:
        if was is not None:
            _add(buckets, was[0], -1, Money(-was[1]))
        if stands is not None:
            _add(buckets, stands[0], 1, stands[1])
    yield Change(PORTFOLIO, NOW, {**now, "buckets": buckets})


def _add(buckets: dict[str, Stored], bucket: str, accounts: int, owed: Money) -> None:
    stored = buckets.get(bucket, {})
    buckets[bucket] = {
        "accounts": to_mongo(int(stored.get("accounts", 0)) + accounts),
        "outstanding": plus(stored.get("outstanding"), owed),
    }


def _standing(account: Stored | None) -> tuple[str, Money] | None:
    """Give an account's bucket and what it owes; None where it is in no bucket."""
    if account is None or account.get("source") != "ledger":
        return None
    if account["accountStatus"] not in COUNTED:
        return None
    owed = account.get("balances", {}).get("totalOutstanding")
    bucket = account.get("aging", {}).get("bucket") or "current"
    return bucket, stored_money(owed) if owed is not None else Money(0)
