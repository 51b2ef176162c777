"""Who is behind, by how much and for how long, as of today in Sydney."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import grpc
import pytest

from tests.builders import Caller, LedgerProcess, open_loan_request, refusal_of
from tests.ledger import asking


def _late(system: Caller, days: int) -> str:
    """A loan of four weekly instalments whose first fell due so many days ago."""
    opened = asking.today() - timedelta(days=days + 7)
    return system.active_loan(open_loan_request(opened=opened), at=_midday(opened))


def _midday(day: date) -> datetime:
    """Give a moment of a day that is the same day in Sydney."""
    return datetime.combine(day, time(hour=3), UTC)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "current"),
        (0, "current"),
        (1, "early_arrears"),
        (14, "early_arrears"),
        (15, "late_arrears"),
        (61, "late_arrears"),
        (62, "default"),
    ],
)
def test_the_bucket_by_days_past_due(system: Caller, days: int, bucket: str) -> None:
    """Due today is not late; the limits are those of the contract, each side of each."""
    found = asking.ageing(system, _late(system, days))
    assert (found.dpd, found.bucket) == (max(days, 0), bucket)
    assert found.is_in_arrears == (days > 0)
    assert found.days_until_overdue == max(1 - days, 0)


def test_what_is_overdue_is_summed_and_the_oldest_is_named(system: Caller) -> None:
    """Eight days late: two instalments of $150, of which $40 are paid."""
    account = _late(system, 8)
    system.repay(account, "40.00")
    found = asking.ageing(system, account)
    assert found.total_overdue_amount == "260.00"
    assert found.oldest_overdue_instalment_id == f"SCH-{account}:1"
    system.repay(account, "110.00")
    found = asking.ageing(system, account)
    assert (found.dpd, found.total_overdue_amount) == (1, "150.00")


def test_the_list_tells_of_an_account_what_its_own_answer_does(system: Caller) -> None:
    """Days, bucket, amount, and when it last changed: also after a fee, no instalment's."""
    account = _late(system, 20)
    system.late_fee(account)
    own = asking.ageing(system, account)
    listed = {each.account_id: each for each in asking.overdue(system, page_size=1000).accounts}
    for name in ("dpd", "bucket", "total_overdue_amount", "last_updated", "is_in_arrears"):
        assert getattr(listed[account], name) == getattr(own, name)


def test_an_account_that_is_closed_is_not_late(system: Caller) -> None:
    """Its bucket is closed, whatever the schedule said."""
    account = _late(system, 20)
    system.repay(account, "600.00")
    found = asking.ageing(system, account)
    assert (found.bucket, found.dpd, found.is_in_arrears) == ("closed", 0, False)


def test_the_overdue_are_listed_longest_first_a_page_at_a_time(
    ledger_alone: LedgerProcess,
) -> None:
    """Pages together are the whole list, each account once, also when one pays in between."""
    system = ledger_alone.system
    accounts = SimpleNamespace(**{f"d{days}": _late(system, days) for days in (1, 3, 16, 70, 0)})
    paid = _late(system, 30)
    system.repay(paid, "600.00")
    unpaid = asking.today() - timedelta(days=50)
    system.open_loan(open_loan_request(opened=unpaid), at=_midday(unpaid))
    first = asking.overdue(system, page_size=2)
    assert [each.account_id for each in first.accounts] == [accounts.d70, accounts.d16]
    assert (first.total_count, first.accounts[0].bucket) == (4, "default")
    system.repay(accounts.d70, "600.00")
    rest = asking.overdue(system, page_size=2, page_token=first.next_page_token)
    assert [each.account_id for each in rest.accounts] == [accounts.d3, accounts.d1]
    assert not rest.HasField("next_page_token")
    assert {each.dpd for each in asking.overdue(system, min_dpd=3).accounts} == {16, 3}
    assert {each.dpd for each in asking.overdue(system, min_dpd=3, max_dpd=3).accounts} == {3}
    found = asking.overdue(system, bucket_filter="late_arrears").accounts
    assert [each.account_id for each in found] == [accounts.d16]
    for each in asking.overdue(system).accounts:
        one = asking.ageing(system, each.account_id)
        assert (each.dpd, each.total_overdue_amount, each.bucket) == (
            one.dpd,
            one.total_overdue_amount,
            one.bucket,
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [("bucket_filter", "sad"), ("min_dpd", -1), ("page_size", 1001), ("page_token", "x")],
)
def test_a_filter_that_makes_no_sense_is_refused(system: Caller, field: str, value: object) -> None:
    """With the field's name, not with an empty list; also when nobody is behind."""
    nobody = {"min_dpd": 3_000}
    with pytest.raises(grpc.RpcError) as refused:
        asking.overdue(system, **(nobody | {field: value}))
    assert refusal_of(refused.value).field == field
