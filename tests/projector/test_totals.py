"""Sums by day, month, kind, reason and staff member, and the portfolio by bucket."""

from typing import Any

from proto import documents
from proto.streams import INTERNAL
from proto.values import Money
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, closing, posting, update
from tests.projector.mirror import Mirror, Plain


def waive(feed: Feed, number: int, reason: str, actor: str, loan: str = "LOAN-1") -> None:
    """Waive $10 and some cents."""
    fields = {"fee_delta": f"-10.{number:02d}", "amount": f"10.{number:02d}", "approved_by": actor}
    body = posting(loan, f"TX-{number}", "FEE_WAIVER", reason_code=reason, **fields)
    feed.post(loan, "fee.waived.v1", body, actor=actor)


def test_a_day_is_summed_by_kind_and_reason(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Exactly, also across batches; a month likewise."""
    for number in range(1, 8):
        waive(feed, number, "hardship" if number % 2 else "courtesy", f"staff-{number % 3}")
        drain()
    sums = {each["reasonCode"]: each for each in mirror.all(documents.DAY_TOTALS)}
    assert (sums["hardship"]["count"], sums["hardship"]["amount"]) == (4, "40.16")
    assert (sums["courtesy"]["count"], sums["courtesy"]["fees"]) == (3, "-30.12")
    assert sums["courtesy"]["date"] == "2026-03-01"
    months = [(each["month"], each["amount"]) for each in mirror.all(documents.MONTH_TOTALS)]
    assert months == [("2026-03", "30.12"), ("2026-03", "40.16")]


def test_a_day_is_the_businesss_own(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Recorded at noon in UTC on the last of February is March in Sydney, on its calendar."""
    body = posting("LOAN-1", "TX-1", "FEE_WAIVER", amount="1.00", approved_by="m")
    for at in ("2026-02-28T12:59:59Z", "2026-02-28T13:00:00Z"):
        made = feed.entry("LOAN-1", "fee.waived.v1", body)
        feed.raw({**made, "ts": at}, INTERNAL)
    drain()
    days = [each["date"] for each in mirror.all(documents.DAY_TOTALS)]
    assert days == ["2026-02-28", "2026-03-01"]


def test_a_reversal_is_summed_by_what_it_took_back(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Reversed waivers are not reversed repayments."""
    for number, original in enumerate(("FEE_WAIVER", "REPAYMENT", "REPAYMENT")):
        fields = {
            "amount": "5.00",
            "approved_by": "m",
            "original_transaction_id": f"TX-{number}",
            "original_transaction_type": original,
            "original_event_id": "LOAN-1:1",
        }
        body = posting("LOAN-1", f"TX-R{number}", "REVERSAL", **fields)
        feed.post("LOAN-1", "payment.reversed.v1", body)
    drain()
    sums = {each["originalType"]: each["amount"] for each in mirror.all(documents.DAY_TOTALS)}
    assert sums == {"FEE_WAIVER": "5.00", "REPAYMENT": "10.00"}


def test_what_each_staff_member_did_is_counted(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Every event of the ledger, not the postings alone, by day and by month."""
    waive(feed, 1, "hardship", "staff-sarah")
    waive(feed, 2, "hardship", "staff-sarah")
    waive(feed, 3, "hardship", "staff-mike")
    note = {"note_id": "N-1", "customer_id": "CUS-1"}
    feed.post("note:N-1", "note.added.v1", note, actor="staff-sarah")
    drain()
    for collection, when in ((documents.STAFF_DAYS, "date"), (documents.STAFF_MONTHS, "month")):
        found = [
            (each["staffId"], each["eventType"], each["count"], each.get("amount"))
            for each in mirror.all(collection)
            if "2026-03-01".startswith(each[when])
        ]
        assert sorted(found, key=str) == [
            ("staff-mike", "fee.waived.v1", 1, "10.03"),
            ("staff-sarah", "fee.waived.v1", 2, "20.03"),
            ("staff-sarah", "note.added.v1", 1, None),
        ]


def test_the_sums_are_those_of_the_transactions(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """However the events come, twice and out of order: the totals tie to the cent."""
    made = []
    for number in range(40):
        loan = f"LOAN-{number % 3}"
        body = posting(loan, f"TX-{number}", "REPAYMENT", amount=f"{number}.{number:02d}")
        made.append(feed.entry(loan, "repayment.recorded.v1", body))
    for fields in (*made[::-2], *made[::2], *made[5:9]):
        feed.raw(fields, INTERNAL)
    drain()
    amounts = [Money.parse(each["amount"]) for each in mirror.all(documents.TRANSACTIONS)]
    (total,) = mirror.all(documents.DAY_TOTALS)
    assert total["amount"] == str(Money(sum(amounts)))
    assert total["count"] == len(amounts) == 40


def age(feed: Feed, loan: str, bucket: str, dpd: int = 9) -> None:
    """Age an account of our ledger."""
    feed.post(loan, "loan.aging.updated.v1", update(loan, dpd=dpd, bucket=bucket))


def owe(feed: Feed, loan: str, owed: str, **fields: Any) -> None:  # noqa: ANN401 - any field
    """Post a repayment that leaves a balance."""
    body = posting(loan, f"{loan}-{owed}", "REPAYMENT", amount="1.00", principal_after=owed)
    feed.post(loan, "repayment.recorded.v1", {**body, **fields})


def buckets(mirror: Mirror, key: str = "now") -> dict[str, tuple[int, str]]:
    """Give how many accounts stand in each bucket, and what they owe; empty ones left out."""
    found: Plain = mirror.one(documents.PORTFOLIO, key)["buckets"]
    told = {name: (each["accounts"], each["outstanding"]) for name, each in found.items()}
    return {name: each for name, each in told.items() if each != (0, "0.00")}


def test_the_portfolio_is_known_by_bucket(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Accounts of our ledger that are under way, with what they owe; a closed one leaves."""
    for number, owed in enumerate(("100.00", "200.00", "300.50")):
        loan = f"LOAN-{number}"
        feed.post(loan, "account.created.v1", account(loan, status="ACTIVE"))
        owe(feed, loan, owed)
    feed.post("LOAN-9", "account.created.v1", account("LOAN-9"))
    feed.tell("account.created.v1", account("OTHER", status="ACTIVE", current_balance="9.00"))
    drain()
    assert buckets(mirror) == {"current": (3, "600.50")}
    age(feed, "LOAN-0", "early_arrears")
    age(feed, "LOAN-1", "late_arrears")
    owe(feed, "LOAN-1", "150.00")
    drain()
    assert buckets(mirror) == {
        "current": (1, "300.50"),
        "early_arrears": (1, "100.00"),
        "late_arrears": (1, "150.00"),
    }
    owe(feed, "LOAN-0", "0.00")
    feed.post("LOAN-0", "account.closed.v1", closing("LOAN-0"))
    drain()
    assert buckets(mirror) == {"current": (1, "300.50"), "late_arrears": (1, "150.00")}


def test_the_end_of_a_day_keeps_the_portfolio(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """As the ledger tells it, whatever happens afterwards or has not come yet."""
    ended = {
        "business_date": "2026-03-01",
        "accounts_accrued": 0,
        "accounts_aged": 0,
        "buckets": [{"bucket": "current", "accounts": 1, "outstanding": "80.00"}],
    }
    feed.post("ledger:end-of-day", "day.ended.v1", ended, actor="system")
    feed.post("LOAN-1", "account.created.v1", account(status="ACTIVE"))
    owe(feed, "LOAN-1", "80.00")
    age(feed, "LOAN-1", "default", 70)
    drain()
    assert buckets(mirror, "2026-03-01") == {"current": (1, "80.00")}
    assert buckets(mirror) == {"default": (1, "80.00")}
