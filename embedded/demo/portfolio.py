"""The whole demo portfolio, a pure function of a seed, a size and a date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from faker import Faker

from embedded.demo import people, stories
from embedded.demo.loans import Loan
from embedded.demo.people import Person
from embedded.demo.stories import KINDS, Telling

SECOND_LOAN_EACH: Final = 4
"""Every fourth customer had a loan before."""
NUMBERS_A_BLOCK: Final = 10_000


@dataclass(frozen=True)
class Portfolio:
    """Customers and their loans; the same seed and anchor give the same, to the cent."""

    people: tuple[Person, ...]
    loans: tuple[Loan, ...]

    @property
    def event_count(self) -> int:
        """How many events tell of the customers."""
        return sum(len(each.events) for each in self.people)

    @property
    def step_count(self) -> int:
        """How many commands the loans take."""
        return sum(len(each.steps) for each in self.loans)


def build(seed: int, customers: int, anchor: date) -> Portfolio:
    """Make the portfolio; `customers` counts John Smith, who is always there."""
    fake = Faker("en_AU")
    everyone = [people.john_smith(anchor)]
    loans = [stories.johns_loan(seed, anchor), stories.johns_earlier_loan(seed, anchor)]
    numbers = _numbers()
    for index in range(customers - 1):
        someone = people.person(fake, seed, index, anchor)
        everyone.append(someone)
        tellers = [KINDS[index % len(KINDS)]]
        if index % SECOND_LOAN_EACH == 1:
            tellers.append(stories.paid_off)
        loans += [
            teller(Telling(seed, next(numbers), someone.customer_id, anchor)) for teller in tellers
        ]
    return Portfolio(tuple(everyone), tuple(loans))


def _numbers() -> Iterator[str]:
    """Give account numbers in order; John's is taken."""
    place = 0
    while True:
        place += 1
        block, rest = divmod(place, NUMBERS_A_BLOCK)
        number = f"{1000 + block}-{rest:04d}"
        if number != stories.JOHNS_NUMBER:
            yield number
