"""The kinds of story that the loans of the demo portfolio tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from embedded.demo.calendar import last_fifteenth
from embedded.demo.loans import PERIOD_DAYS, Loan, Story, Terms
from embedded.demo.people import JOHN_SMITH
from proto.values import Key, Money

LATE_FEES: Final = (Money(10_00), Money(12_50), Money(15_00))
LATE_FEE_AFTER_DAYS: Final = 3
JOHNS_NUMBER: Final = "1000-0042"
JOHNS_EARLIER_NUMBER: Final = "0998-0007"
JOHNS_LATE_FEE: Final = Money(10_00)

Teller = Callable[["Telling"], Loan]


class Telling:
    """Who a story is about, by when it must be over, and its own chance."""

    def __init__(self, seed: int, number: str, customer_id: Key, anchor: date) -> None:
        self.seed, self.number, self.customer_id, self.anchor = seed, number, customer_id, anchor
        self.chance = Random(f"{seed}:loan:{number}")  # noqa: S311 - a demo, not a secret

    def terms(self, *, running: bool) -> Terms:
        """Agree on a loan that still runs on the anchor date, or one that has run out."""
        chance = self.chance
        amount = Money(chance.randrange(100_00, 3_000_00 + 1, 50_00))
        fee = Money(amount * chance.choice((20, 20, 20, 15, 10)) // 100)
        frequency = chance.choice(("weekly", "fortnightly"))
        count = chance.randint(4, 8) if frequency == "weekly" else chance.randint(2, 4)
        length = PERIOD_DAYS[frequency] * count
        over = chance.randint(length + 10, length + 240)
        ago = chance.randint(2, length - 1) if running else over
        return Terms(amount, fee, frequency, count, self.anchor - timedelta(days=ago))

    def opened(self, terms: Terms) -> Story:
        """Begin the story."""
        return Story(self.seed, self.number, self.customer_id, terms).opened()

    def repay(self, story: Story, amount: Money, day: date) -> None:
        """Let money come in at some time of the day."""
        story.repaid(amount, day, self.chance.randint(8, 19), self.chance.randint(0, 59))

    def dues(self, story: Story) -> list[tuple[date, Money]]:
        """Give the instalments that fell due before the anchor date."""
        both = zip(story.terms.due_dates, story.terms.instalments, strict=True)
        return [(due, amount) for due, amount in both if due < self.anchor]


def on_time(telling: Telling) -> Loan:
    """Every instalment so far came on its day."""
    story = telling.opened(telling.terms(running=True)).disbursed()
    for due, amount in telling.dues(story):
        telling.repay(story, amount, due)
    return story.told()


def paid_off(telling: Telling) -> Loan:
    """All came in, the account is closed."""
    story = telling.opened(telling.terms(running=False)).disbursed()
    for due, amount in telling.dues(story):
        telling.repay(story, amount, due)
    return story.told()


def overpaid(telling: Telling) -> Loan:
    """The last repayment was more than was owed: we owe the rest."""
    story = telling.opened(telling.terms(running=False)).disbursed()
    *dues, (last_due, last_amount) = telling.dues(story)
    for due, amount in dues:
        telling.repay(story, amount, due)
    telling.repay(story, Money(last_amount + telling.chance.randrange(5_00, 60_00)), last_due)
    return story.told()


def pending(telling: Telling) -> Loan:
    """Signed, but not paid out yet."""
    terms = replace(telling.terms(running=True), disbursed_on=telling.anchor)
    return telling.opened(terms).told()


def partly_paid(telling: Telling) -> Loan:
    """Half of the newest instalment came in."""
    story = telling.opened(telling.terms(running=True)).disbursed()
    dues = telling.dues(story)
    for due, amount in dues[:-1]:
        telling.repay(story, amount, due)
    for due, amount in dues[-1:]:
        telling.repay(story, Money(amount // 2), due)
    return story.told()


def overdue(telling: Telling) -> Loan:
    """The money stopped; late fees follow."""
    terms = telling.terms(running=False)
    kept = telling.chance.randint(0, terms.count - 2)
    missed = telling.chance.randint(5, 95)
    start = telling.anchor - timedelta(days=missed + PERIOD_DAYS[terms.frequency] * (kept + 1))
    story = telling.opened(replace(terms, disbursed_on=start)).disbursed()
    dues = telling.dues(story)
    for due, amount in dues[:kept]:
        telling.repay(story, amount, due)
    charged = dues[kept][0] + timedelta(days=LATE_FEE_AFTER_DAYS)
    story.charged_late(telling.chance.choice(LATE_FEES), charged, LATE_FEE_AFTER_DAYS)
    return story.told()


def caught_up(telling: Telling) -> Loan:
    """One instalment was late: it and its fee came in together."""
    return _late_once(telling, is_waived=False)


def forgiven(telling: Telling) -> Loan:
    """One instalment was late: its fee was waived."""
    return _late_once(telling, is_waived=True)


def _late_once(telling: Telling, *, is_waived: bool) -> Loan:
    story = telling.opened(telling.terms(running=False)).disbursed()
    dues = telling.dues(story)
    fee = telling.chance.choice(LATE_FEES)
    late = telling.chance.randint(1, len(dues) - 1)
    for place, (due, amount) in enumerate(dues):
        if place != late:
            telling.repay(story, amount, due)
            continue
        story.charged_late(fee, due + timedelta(days=LATE_FEE_AFTER_DAYS), LATE_FEE_AFTER_DAYS)
        after = due + timedelta(days=LATE_FEE_AFTER_DAYS + 1)
        if is_waived:
            story.waived(fee, after, "hardship", "Lost shifts, asked before the fee was charged")
        owed = amount if is_waived else Money(amount + fee)
        telling.repay(story, owed, after + timedelta(days=1))
    return story.told()


def johns_loan(seed: int, anchor: date) -> Loan:
    """Tell the story of the late fee that was paid first.

    The last instalment was due on the 14th. At 00:01 of the 15th it had not come, so a
    late fee was charged; at 09:00 it came, and paid the fee first. So exactly the fee's
    amount of principal is left, and waiving the fee brings the debt to nothing.
    """
    fifteenth = last_fifteenth(anchor)
    start = fifteenth - timedelta(days=1 + PERIOD_DAYS["fortnightly"] * 4)
    terms = Terms(Money(400_00), Money(80_00), "fortnightly", 4, start)
    story = Story(seed, JOHNS_NUMBER, JOHN_SMITH, terms).opened().disbursed()
    for due, amount in list(zip(terms.due_dates, terms.instalments, strict=True))[:-1]:
        story.repaid(amount, due, 9, 0)
    story.charged_late(JOHNS_LATE_FEE, fifteenth, 1)
    return story.repaid(terms.instalments[-1], fifteenth, 9, 0).told()


def johns_earlier_loan(seed: int, anchor: date) -> Loan:
    """John had a small loan before, and paid it off in time."""
    terms = Terms(Money(200_00), Money(40_00), "weekly", 4, anchor - timedelta(days=210))
    story = Story(seed, JOHNS_EARLIER_NUMBER, JOHN_SMITH, terms).opened().disbursed()
    for due, amount in zip(terms.due_dates, terms.instalments, strict=True):
        story.repaid(amount, due, 9, 0)
    return story.told()


KINDS: Final[tuple[Teller, ...]] = (
    on_time,
    paid_off,
    overdue,
    on_time,
    pending,
    on_time,
    overpaid,
    paid_off,
    on_time,
    partly_paid,
    caught_up,
    overdue,
    on_time,
    forgiven,
    paid_off,
    on_time,
    overdue,
    on_time,
    paid_off,
    partly_paid,
)
"""Whoever comes next has the next kind of loan, in turns of twenty."""
