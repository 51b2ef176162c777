"""How many days accounts are past due, as the ledger and other systems tell."""

import pytest

from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, posting, update
from tests.projector.mirror import Mirror

BUCKETS: dict[str, tuple[str | None, bool | None]] = {
    "current": ("current", False),
    "AgingBucket.EARLY_ARREARS": ("early_arrears", True),
    "late_arrears": ("late_arrears", True),
    "default": ("default", True),
    "closed": ("closed", False),
    "very_late": (None, None),
}


def test_the_flag_follows_the_bucket(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Absent, it is whether the bucket is one of arrears; an unknown bucket is null."""
    for bucket in BUCKETS:
        feed.tell("loan.aging.updated.v1", update(f"LOAN-{bucket}", dpd=9, bucket=bucket))
    drain()
    for bucket, told in BUCKETS.items():
        found = mirror.account(f"LOAN-{bucket}")
        assert (found["aging"]["bucket"], found["aging"]["isInArrears"]) == told
        assert found["aging"]["currentDPD"] == 9
        assert (found["accountNumber"], found["accountStatus"]) == (f"LOAN-{bucket}", "unknown")


def test_the_flag_is_kept_as_it_was_sent(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Also beside a bucket that nobody knows, or that says otherwise."""
    feed.tell("loan.aging.updated.v1", update(dpd=3, bucket="odd", is_in_arrears=True))
    feed.tell(
        "loan.aging.updated.v1", update("LOAN-2", dpd=3, bucket="default", is_in_arrears=False)
    )
    drain()
    assert mirror.account()["aging"]["isInArrears"] is True
    assert mirror.account("LOAN-2")["aging"]["isInArrears"] is False


def test_the_events_own_time_counts(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A late one changes nothing, and the clock is not asked."""
    newer = {"bucket": "late_arrears", "last_updated": "2026-02-02T00:00:00Z"}
    older = {"bucket": "current", "last_updated": "2026-02-01T00:00:00Z"}
    feed.tell("loan.aging.updated.v1", update(dpd=20, **newer))
    feed.tell("loan.aging.updated.v1", update(dpd=0, **older))
    drain()
    found = mirror.account()["aging"]
    assert (found["bucket"], found["currentDPD"]) == ("late_arrears", 20)
    assert found["lastUpdated"].isoformat() == "2026-02-02T00:00:00+00:00"


@pytest.mark.parametrize("reason", ["PAID_OFF", "WRITTEN_OFF"])
def test_a_closed_account_takes_only_the_closed_bucket(
    feed: Feed, drain: Drain, mirror: Mirror, reason: str
) -> None:
    """Paid off or written off, it does not fall into arrears any more."""
    feed.tell("account.created.v1", account(status="ACTIVE"))
    feed.tell("account.closed.v1", closing(closure_reason=reason))
    feed.tell("loan.aging.updated.v1", update(dpd=70, bucket="default"))
    drain()
    assert "aging" not in mirror.account()
    feed.tell("loan.aging.updated.v1", update(dpd=0, bucket="closed"))
    drain()
    assert mirror.account()["aging"]["bucket"] == "closed"


def test_our_ledgers_ageing_goes_by_its_version(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A back-dated payment ages the account by its order, whatever the times say."""
    loan = "LOAN-1"
    feed.post(loan, "account.created.v1", account(status="ACTIVE"))
    first = {"bucket": "late_arrears", "last_updated": "2026-02-02T00:00:00Z"}
    feed.post(loan, "loan.aging.updated.v1", update(dpd=20, **first))
    body = posting(loan, "TX-1", "REPAYMENT", amount="10.00", principal_after="90.00")
    feed.post(loan, "repayment.recorded.v1", body)
    then = {"bucket": "current", "last_updated": "2026-02-01T00:00:00Z"}
    feed.post(loan, "loan.aging.updated.v1", update(dpd=0, **then))
    drain()
    assert mirror.account()["aging"]["bucket"] == "current"
    assert mirror.account()["ver"] == 4
