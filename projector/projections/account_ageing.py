"""How many days an account is past due, in the buckets of events.md, section 4."""

from typing import Final

from projector.happening import Stored
from projector.projections.account_status import TERMINAL, When, guarded, is_stale
from proto.codec import stored_instant, to_mongo
from proto.events import AgingUpdated
from proto.values import Instant

BUCKETS: Final = frozenset({"current", "early_arrears", "late_arrears", "default", "closed"})
NOT_IN_ARREARS: Final = frozenset({"current", "closed"})


def aged(account: Stored, event: AgingUpdated, when: When) -> Stored:
    """Give the account with its ageing, unless it is closed or something newer is known.

    An unrecognised bucket is kept as null, with the flag as it was sent.
    """
    told = event.bucket.lower()
    bucket = told if told in BUCKETS else None
    if account["accountStatus"] in TERMINAL and bucket != "closed":
        return account
    if is_stale(account, "aging", when):
        return account
    in_arrears = event.is_in_arrears
    if in_arrears is None and bucket is not None:
        in_arrears = bucket not in NOT_IN_ARREARS
    aging = {
        "isInArrears": in_arrears,
        "bucket": bucket,
        "currentDPD": to_mongo(event.dpd),
        "lastUpdated": stored_instant(Instant.of(when.at)),
    }
    return guarded({**account, "aging": aging}, "aging", when)
