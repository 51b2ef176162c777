"""How the accounts under way stand as a business day begins: how many in which bucket."""

import time
from datetime import date
from functools import partial
from typing import Final

from ledger.arrears import Arrears
from ledger.domain import buckets
from ledger.errors import Fault
from ledger.general_ledger import GeneralLedger
from ledger.overview import Overview
from proto.events import BucketStanding
from proto.values import Code, Money

AGAIN_SECONDS: Final = 0.1


def standing(ledger: GeneralLedger, arrears: Arrears, today: date) -> tuple[BucketStanding, ...]:
    """Count the accounts under way by bucket, with what they owe; empty buckets are left out."""
    late = {each.account_id: each.days_past_due for each in arrears.overdue(today)}
    accounts = dict.fromkeys(buckets.BUCKET_NAMES, 0)
    cents = dict.fromkeys(buckets.BUCKET_NAMES, 0)
    for account_id, owed in ledger.active_accounts():
        bucket = buckets.bucket_of(late.get(account_id, 0))
        accounts[bucket] += 1
        cents[bucket] += owed
    return tuple(
        BucketStanding(bucket=Code(name), accounts=count, outstanding=Money(cents[name]))
        for name, count in accounts.items()
        if count
    )


def standing_at(overview: Overview, today: date) -> tuple[BucketStanding, ...]:
    """Give it by all that is committed; a long journal that is still being summed is waited for."""
    while True:
        try:
            return overview.ask(partial(standing, today=today))
        except Fault:
            time.sleep(AGAIN_SECONDS)
