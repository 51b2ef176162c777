"""The whole demo portfolio, a pure function of a seed, a size and a date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from faker import Faker

from embedded.demo import bad_debts, cases, people, stories
from embedded.demo.bad_debts import Asked
from embedded.demo.cases import Deed
from embedded.demo.loans import Loan
from embedded.demo.messages import Message, of_person
from embedded.demo.people import Person
from embedded.demo.stories import KINDS, Telling
from embedded.demo.talks import talks

SECOND_LOAN_EACH: Final = 4
"""Every fourth customer had a loan before."""
NUMBERS_A_BLOCK: Final = 10_000


@dataclass(frozen=True)
class Portfolio:
    """Customers and their loans; the same seed and anchor give the same, to the cent."""

    people: tuple[Person, ...]
    loans: tuple[Loan, ...]
    talks: tuple[Message, ...]
    deeds: tuple[Deed, ...]
    asked: tuple[Asked, ...]

    @property
    def messages(self) -> Iterator[Message]:
        """What the inbox is told: of the customers, then what was said and paid."""
        for each in self.people:
            yield from of_person(each)
        yield from self.talks

    @property
    def part_count(self) -> int:
        """How many messages and commands it takes."""
        told = sum(len(each.events) for each in self.people) + len(self.talks)
        return told + sum(len(each.steps) for each in self.loans) + len(self.deeds)


def build(seed: int, customers: int, anchor: date) -> Portfolio:
    """Make the portfolio; `customers` counts John Smith and the cases, who are always there."""
    fake = Faker("en_AU")
    everyone = [people.john_smith(anchor), *cases.people(anchor), *bad_debts.people(anchor)]
    known = [stories.johns_loan(seed, anchor), stories.johns_earlier_loan(seed, anchor)]
    known += [*cases.loans(seed, anchor), *bad_debts.loans(seed, anchor)]
    loans: list[Loan] = []
    numbers = _numbers()
    for index in range(customers - len(everyone)):
        someone = people.person(fake, seed, index, anchor)
        everyone.append(someone)
        tellers = [KINDS[index % len(KINDS)]]
        if index % SECOND_LOAN_EACH == 1:
            tellers.append(stories.paid_off)
        loans += [
            teller(Telling(seed, next(numbers), someone.customer_id, anchor)) for teller in tellers
        ]
    told = [*talks(tuple(known), tuple(loans)), *cases.messages(anchor)]
    return Portfolio(
        tuple(everyone),
        (*known, *loans),
        tuple(told),
        cases.deeds(seed),
        bad_debts.requests(seed),
    )


def _numbers() -> Iterator[str]:
    """Give account numbers in order; John's is taken."""
    place = 0
    while True:
        place += 1
        block, rest = divmod(place, NUMBERS_A_BLOCK)
        number = f"{1000 + block}-{rest:04d}"
        if number != stories.JOHNS_NUMBER:
            yield number
