"""The end of day: interest and ageing for every missed date, once, whatever happens meanwhile."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest

from tests.builders import Caller, LedgerProcess, open_loan_request, refusal_of
from tests.ledger.accounts_check import check_books, loan_of
from tests.ledger.asking import today
from tests.ledger.days import at, end_day
from tests.ledger.days import lend as lend_on

LENT = date(2026, 3, 28)
"""A Saturday eight days before daylight saving ended, on 5 April 2026 at three in the morning."""


@pytest.fixture
def books(data_dir: Path) -> Iterator[LedgerProcess]:
    """A ledger of the test's own: the end of a day concerns all its accounts."""
    with LedgerProcess(data_dir) as process:
        yield process.with_staff()


def lend(caller: Caller, lent: date = LENT, **fields: Any) -> str:  # noqa: ANN401 - fields of the request
    """Lend on that Saturday, or another day."""
    return lend_on(caller, lent, **fields)


def bodies(caller: Caller, account: str, event_type: str) -> list[dict[str, Any]]:
    """Give the bodies of an account's events of one type."""
    return [
        msgspec.json.decode(entry.body)
        for entry in caller.entries()
        if entry.subject_id == account and entry.event_type == event_type
    ]


def test_an_instalment_is_past_due_from_the_day_after_its_due_date(books: LedgerProcess) -> None:
    """Due on the 4th: on the 5th one day late, in arrears, and told as overdue."""
    account = lend(books.system)
    end_day(books.system, at(date(2026, 4, 4)))
    assert loan_of(books.system, account).status == "ACTIVE"
    end_day(books.system, at(date(2026, 4, 5), 0, 1))
    loan = loan_of(books.system, account)
    assert (loan.ageing.days_past_due, loan.ageing.bucket) == (1, "early_arrears")
    assert loan.status == "SUSPENDED"
    assert [each.status for each in loan.instalments][:2] == ["OVERDUE", "PENDING"]


def test_buckets_follow_days_past_due(books: LedgerProcess) -> None:
    """1 to 14 early, 15 to 61 late, from 62 on default; each date has its own event."""
    account = lend(books.system, instalments=1)
    end_day(books.system, at(LENT + timedelta(days=7 + 62)))
    told = bodies(books.system, account, "loan.aging.updated.v1")
    assert [each["dpd"] for each in told] == list(range(63))
    changes = {each["dpd"]: each["bucket"] for each in told if each.get("transition_reason")}
    assert changes == {1: "early_arrears", 15: "late_arrears", 62: "default"}


def test_a_repayment_that_cures_arrears_tells_it_at_once(books: LedgerProcess) -> None:
    """The account is current again, and active, without waiting for the night."""
    account = lend(books.system)
    end_day(books.system, at(date(2026, 4, 8)))
    books.system.repay(account, "10.00", at=at(date(2026, 4, 8), 10))
    assert loan_of(books.system, account).ageing.days_past_due == 4
    books.system.repay(account, "140.00", at=at(date(2026, 4, 8), 11))
    loan = loan_of(books.system, account)
    assert (loan.ageing.bucket, loan.ageing.previous_bucket) == ("current", "early_arrears")
    assert (loan.status, loan.instalments[0].status) == ("ACTIVE", "PAID")


def test_paying_the_loan_off_closes_its_ageing(books: LedgerProcess) -> None:
    """The bucket `closed` is the last word, and the end of day adds none."""
    account = lend(books.system)
    end_day(books.system, at(date(2026, 4, 8)))
    books.system.repay(account, "600.00", at=at(date(2026, 4, 8), 10))
    version = books.system.balance(account).account_version
    end_day(books.system, at(date(2026, 4, 20)))
    assert loan_of(books.system, account).ageing.bucket == "closed"
    assert books.system.balance(account).account_version == version


def test_an_end_of_day_twice_is_the_same_as_once(books: LedgerProcess) -> None:
    """The same date, again and at the same time, adds nothing."""
    lend(books.system, rate="36.5")
    now = at(date(2026, 4, 6))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: end_day(books.system, now), range(4)))
    assert sum(len(each.business_dates) for each in answers) == 9
    entries = len(books.system.entries())
    assert not end_day(books.system, now).business_dates
    assert len(books.system.entries()) == entries
    check_books(books.system)


def test_a_second_run_counts_nothing_again(books: LedgerProcess) -> None:
    """A day that brought less than a cent is looked at again; what it aged is told once."""
    lend(books.system, amount="20.00", fee="0.00", rate="3.65", instalments=1)
    now = at(LENT + timedelta(days=9))
    first, again = (end_day(books.system, now) for _ in range(2))
    # A fifth of a cent a day; late from the eighth day on.
    assert (first.accounts_accrued, first.accounts_aged) == (1, 3)
    assert (again.accounts_accrued, again.accounts_aged) == (0, 0)
    days = bodies(books.system, "ledger:end-of-day", "day.ended.v1")
    assert sum(each["accounts_aged"] for each in days) == 3


def test_missed_days_are_caught_up_with_one_by_one(books: LedgerProcess) -> None:
    """Five days at once accrue what five nights would have; each date is written down."""
    account = lend(books.system, rate="36.5")
    caught_up = end_day(books.system, at(LENT + timedelta(days=5)))
    assert list(caught_up.business_dates) == [
        (LENT + timedelta(days=n)).isoformat() for n in range(5)
    ]
    # A thousandth of $500 a day.
    told = bodies(books.system, account, "interest.accrued.v1")
    assert [each["interest_delta"] for each in told] == ["0.50"] * 5
    days = bodies(books.system, "ledger:end-of-day", "day.ended.v1")
    assert [each["accounts_accrued"] for each in days] == [1] * 5


def test_the_day_is_ended_with_how_the_books_stand(books: LedgerProcess) -> None:
    """Accounts under way by bucket, with what they owe; what is not paid out is in none."""
    lend(books.system)
    paid = lend(books.system)
    books.system.repay(paid, "150.00", at=at(LENT))
    books.system.open_loan(open_loan_request())
    end_day(books.system, at(date(2026, 4, 5), 0, 1))
    days = bodies(books.system, "ledger:end-of-day", "day.ended.v1")
    assert sorted(days[-1]["buckets"], key=lambda each: each["bucket"]) == [
        {"accounts": 1, "bucket": "current", "outstanding": "450.00"},
        {"accounts": 1, "bucket": "early_arrears", "outstanding": "600.00"},
    ]


def test_days_of_23_and_25_hours_count_as_one(books: LedgerProcess) -> None:
    """Over the ends of daylight saving on 5 April and its begin on 4 October 2026: one a date."""
    system = books.system
    autumn = lend(system, date(2026, 4, 4), rate="36.5")
    end_day(system, at(date(2026, 4, 5), 23, 59))
    assert loan_of(system, autumn).interest == 50
    end_day(system, at(date(2026, 4, 6), 0, 1))
    assert loan_of(system, autumn).interest == 100
    system.repay(autumn, "601.00", at=at(date(2026, 4, 6), 1))
    spring = lend(system, date(2026, 10, 3), rate="36.5")
    end_day(system, at(date(2026, 10, 4), 23, 59))
    assert loan_of(system, spring).interest == 50
    end_day(system, at(date(2026, 10, 5), 0, 1))
    assert loan_of(system, spring).interest == 100
    assert system.balance(autumn).total_outstanding == "0.00"


def test_a_day_that_is_not_over_is_not_ended(books: LedgerProcess) -> None:
    """At 23:59 in Sydney the date is still running, whatever UTC says."""
    with pytest.raises(grpc.RpcError) as refused:
        end_day(books.system, at(LENT, 23, 59), day=LENT)
    assert refusal_of(refused.value).field == "business_date"
    assert list(end_day(books.system, at(LENT + timedelta(days=1), 0, 0), day=LENT).business_dates)


def test_nobody_but_the_command_line_ends_a_day(books: LedgerProcess) -> None:
    """Of staff not even an administrator may."""
    with pytest.raises(grpc.RpcError) as refused:
        end_day(books.caller("staff-admin"))
    assert refusal_of(refused.value).reason == "NO_RIGHT"


def test_a_run_that_is_killed_in_the_middle_is_completed_by_the_next(books: LedgerProcess) -> None:
    """What it had done stays done once; the rest follows; the day counts all of it."""
    accounts = [lend(books.system, rate="36.5") for _ in range(40)]
    now = at(LENT + timedelta(days=10))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(end_day, books.system, now)
        while len(bodies(books.system, accounts[0], "interest.accrued.v1")) < 3:
            pass
        books.kill()
        with pytest.raises(grpc.RpcError):
            running.result()
    books.start()
    end_day(books.system, now)
    days = bodies(books.system, "ledger:end-of-day", "day.ended.v1")
    assert [each["accounts_accrued"] for each in days] == [40] * 10
    assert {loan_of(books.system, each).interest for each in accounts} == {5_00}
    check_books(books.system)


def test_a_repayment_that_counts_from_before_takes_interest_back(books: LedgerProcess) -> None:
    """Paid on the fifth day, told on the tenth: five days of interest on it are not due."""
    account = lend(books.system, rate="36.5", fee="0.00")
    told_on = LENT + timedelta(days=10)
    end_day(books.system, at(told_on))
    assert loan_of(books.system, account).interest == 5_00
    books.system.repay(
        account, "105.00", at=at(told_on), effective_date=str(LENT + timedelta(days=5))
    )
    loan = loan_of(books.system, account)
    # Five days of $500 at a thousandth a day were due and are paid, and $102.50 of principal:
    # the five days after it cost a thousandth of $397.50 each.
    assert (loan.interest, loan.principal) == (1_98, 397_50)
    assert loan.accrual.charged == 4_48
    assert loan.instalments[0].paid_date is None
    check_books(books.system)


def test_the_command_line_ends_days_with_and_without_a_running_ledger(
    books: LedgerProcess,
) -> None:
    """`python -m ledger end-of-day` says what it did; the second time, that nothing is new."""
    account = books.system.active_loan()

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ledger", "end-of-day"],
            env=books.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "Ended 2" in run()
    assert "nothing new" in run()
    due = loan_of(books.system, account).instalments[0].due_date.as_date()
    assert loan_of(books.system, account).ageing.days_past_due == (today() - due).days
    books.stop()
    assert "nothing new" in run()


def test_interest_takes_no_debt_beyond_what_an_event_can_tell(books: LedgerProcess) -> None:
    """It stops there, so that the account can be read again after a restart."""
    account = lend(
        books.system,
        today() - timedelta(days=3),
        rate="36.5",
        amount="9999999999990.00",
        fee="0.00",
        instalments=1,
    )
    end_day(books.system)
    books.stop()
    books.start()
    assert books.system.balance(account).total_outstanding == "9999999999999.99"
    check_books(books.system)
