"""The people of the demo portfolio: invented, Australian, the same for the same seed."""

from datetime import date, timedelta
from random import Random
from typing import Final

from faker import Faker
from msgspec import Struct

from embedded.demo.calendar import sydney
from proto.events import (
    CustomerChanged,
    CustomerCreated,
    CustomerEvent,
    CustomerVerified,
    ResidentialAddress,
)
from proto.search_keys import fold
from proto.values import CalendarDate, Code, Key

FIRST_CUSTOMER: Final = 20_001
JOHN_SMITH: Final = Key("CUS-12345")
ALIKE: Final = (
    ("John", "Smithers"),
    ("John", "Smithson"),
    ("John", "Smythe"),
    ("Johnny", "Smith"),
    ("Joanna", "Smith"),
    ("Jon", "Smith"),
)
"""Who is found beside John Smith; all sort after him."""

PLACES: Final = (
    ("Surry Hills", "NSW", "2010"),
    ("Newtown", "NSW", "2042"),
    ("Parramatta", "NSW", "2150"),
    ("Penrith", "NSW", "2750"),
    ("Wollongong", "NSW", "2500"),
    ("Newcastle", "NSW", "2300"),
    ("Dubbo", "NSW", "2830"),
    ("Fitzroy", "VIC", "3065"),
    ("Footscray", "VIC", "3011"),
    ("Dandenong", "VIC", "3175"),
    ("Geelong", "VIC", "3220"),
    ("Ballarat", "VIC", "3350"),
    ("West End", "QLD", "4101"),
    ("Ipswich", "QLD", "4305"),
    ("Southport", "QLD", "4215"),
    ("Cairns City", "QLD", "4870"),
    ("Glenelg", "SA", "5045"),
    ("Salisbury", "SA", "5108"),
    ("Fremantle", "WA", "6160"),
    ("Joondalup", "WA", "6027"),
    ("Sandy Bay", "TAS", "7005"),
    ("Launceston", "TAS", "7250"),
    ("Belconnen", "ACT", "2617"),
    ("Palmerston", "NT", "0830"),
)
STREETS: Final = ("Street", "Road", "Avenue", "Lane", "Parade", "Crescent", "Court", "Place")


class Person(Struct, frozen=True):
    """A customer and the events that tell of them, in order."""

    customer_id: Key
    full_name: str
    events: tuple[CustomerEvent, ...]


def john_smith(anchor: date) -> Person:
    """Give the customer of the story that every demonstration tells."""
    created = CustomerCreated(
        customer_id=JOHN_SMITH,
        first_name="John",
        last_name="Smith",
        email_address="john.smith@example.com",
        mobile_phone_number=Key("0412 345 678"),
        date_of_birth=CalendarDate("1987-03-09"),
        changed_at=sydney(anchor - timedelta(days=300), 10, 12),
        residential_address=ResidentialAddress(
            unit_number="5",
            street_number="123",
            street_name="Crown",
            street_type="Street",
            suburb="Surry Hills",
            state="NSW",
            postcode=Key("2010"),
            country="Australia",
            full_address="Unit 5, 123 Crown Street, Surry Hills NSW 2010",
        ),
    )
    return Person(JOHN_SMITH, "John Smith", (created, CustomerVerified(customer_id=JOHN_SMITH)))


def plain_person(
    customer_id: Key,
    name: tuple[str, str],
    mobile: str,
    suburb: str,
    state: str,
    anchor: date,
    *,
    works_here: bool = False,
) -> Person:
    """Give somebody of a case, of whom little need be known."""
    first, last = name
    created = CustomerCreated(
        customer_id=customer_id,
        first_name=first,
        last_name=last,
        email_address=f"{first}.{last}@example.com".lower(),
        mobile_phone_number=Key(mobile),
        date_of_birth=CalendarDate("1979-06-21"),
        changed_at=sydney(anchor - timedelta(days=320), 11, 30),
        residential_address=ResidentialAddress(
            street_number="18",
            street_name="Station",
            street_type="Street",
            suburb=suburb,
            state=state,
            country="Australia",
        ),
        staff_flag=True if works_here else None,
    )
    return Person(
        customer_id, f"{first} {last}", (created, CustomerVerified(customer_id=customer_id))
    )


def person(fake: Faker, seed: int, index: int, anchor: date) -> Person:
    """Give the customer at a place of the portfolio, whoever stands at the others."""
    chance = Random(f"{seed}:person:{index}")  # noqa: S311 - a demo, not a secret
    fake.seed_instance(f"{seed}:{index}")
    customer_id = Key(f"CUS-{FIRST_CUSTOMER + index}")
    first, last = _name(fake, index)
    created = CustomerCreated(
        customer_id=customer_id,
        first_name=first,
        last_name=last,
        email_address=_email(first, last, index),
        mobile_phone_number=_mobile(chance),
        date_of_birth=CalendarDate(
            date(
                chance.randint(1950, 2004), chance.randint(1, 12), chance.randint(1, 28)
            ).isoformat()
        ),
        ekyc_status=Code(chance.choice(("successful",) * 8 + ("pending", "failed"))),
        changed_at=sydney(anchor - timedelta(days=330), 9, chance.randint(0, 59)),
        residential_address=_address(fake, chance),
        staff_flag=_one_in(37, index, 12),
        investor_flag=_one_in(41, index, 14),
        vulnerable_flag=_one_in(23, index, 16),
    )
    events: list[CustomerEvent] = [created]
    if created.ekyc_status == "successful":
        events.append(CustomerVerified(customer_id=customer_id))
    if _one_in(29, index, 20):
        events.append(_moved(fake, chance, customer_id, anchor))
    return Person(customer_id, f"{first} {last}", tuple(events))


def _one_in(each: int, index: int, first: int) -> bool | None:
    """Tell whether it is a customer's turn; nobody is told of a flag that is not set."""
    return True if index % each == first else None


def _moved(fake: Faker, chance: Random, customer_id: Key, anchor: date) -> CustomerChanged:
    return CustomerChanged(
        customer_id=customer_id,
        changed_at=sydney(anchor - timedelta(days=chance.randint(1, 60)), 15, 20),
        residential_address=_address(fake, chance),
    )


def _name(fake: Faker, index: int) -> tuple[str, str]:
    if index < len(ALIKE):
        return ALIKE[index]
    while True:
        first, last = fake.first_name(), fake.last_name()
        if not fold(f"{first} {last}").startswith("john sm"):
            return first, last


def _email(first: str, last: str, index: int) -> str:
    name = f"{first}.{last}".lower().replace(" ", "").replace("'", "")
    return f"{name}.{index + 1}@example.com"


def _mobile(chance: Random) -> Key:
    """Write the number as people do: together, in groups, with the country."""
    digits = f"{chance.randint(10_000_000, 99_999_999)}"
    grouped = f"{digits[:2]} {digits[2:5]} {digits[5:]}"
    return Key(chance.choice((f"04{digits}", f"04{grouped}", f"+61 4{grouped}")))


def _address(fake: Faker, chance: Random) -> ResidentialAddress:
    suburb, state, postcode = chance.choice(PLACES)
    number, name = str(chance.randint(1, 240)), fake.last_name()
    kind = chance.choice(STREETS)
    unit = str(chance.randint(1, 40)) if chance.random() < 0.3 else None  # noqa: PLR2004 - a share
    front = f"Unit {unit}, " if unit else ""
    return ResidentialAddress(
        unit_number=unit,
        street_number=number,
        street_name=name,
        street_type=kind,
        suburb=suburb,
        state=state,
        postcode=Key(postcode),
        country="Australia",
        full_address=f"{front}{number} {name} {kind}, {suburb} {state} {postcode}",
    )
