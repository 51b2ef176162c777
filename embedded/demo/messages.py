"""What is published on the inbox: an event's type, whom it is about, and its body."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from embedded.demo.people import Person
from proto import codec


class Message(Struct, frozen=True, kw_only=True):
    """One entry of the inbox. `cause` names it for ever, so that it counts once."""

    type: str
    subject: str
    about: str
    cause: str
    body: Any

    def entry(self) -> dict[str, str]:
        """Give the entry's flat fields, as the external feeds write them."""
        return {
            "typ": self.type,
            "conv": self.subject,
            "usr": self.about,
            "agt": "demo",
            "cls": "msg",
            "seq": "1",
            "cause": self.cause,
            "payload": codec.canonical(self.body).decode(),
        }


def of_person(person: Person) -> Iterator[Message]:
    """Tell of a customer."""
    for place, event in enumerate(person.events):
        yield Message(
            type=event.type,
            subject=person.customer_id,
            about=person.customer_id,
            cause=f"demo-{person.customer_id}-{place}",
            body=event,
        )
