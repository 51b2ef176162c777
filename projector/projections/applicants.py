"""What a conversation tells of its customer, as a profile that `customers` takes."""

from typing import Final

from projector.happening import Happening
from proto.events import ApplicationDetailChanged, CustomerChanged
from proto.values import Key

PLACEHOLDERS: Final = frozenset(
    {
        "-",
        "anonymous",
        "customer",
        "n/a",
        "na",
        "name",
        "none",
        "not provided",
        "null",
        "pending",
        "tba",
        "tbc",
        "undefined",
        "unknown",
        "unnamed",
        "user",
    }
)
"""What stands in a name's place while nobody knows it: never written over a real one."""


def profile(happening: Happening) -> CustomerChanged | None:
    """Give the profile that an event tells, be it of a conversation; None where it tells none."""
    event = happening.event
    if isinstance(event, CustomerChanged):
        return event
    if not isinstance(event, ApplicationDetailChanged) or event.customer is None:
        return None
    told = event.customer
    customer_id = told.customer_id or event.customer_id or Key(happening.envelope.user_id)
    if not customer_id:
        return None
    return CustomerChanged(
        customer_id=customer_id,
        first_name=_name(told.first_name),
        last_name=_name(told.last_name),
        email_address=told.email_address,
        mobile_phone_number=told.mobile_phone_number,
        date_of_birth=told.date_of_birth,
        ekyc_status=told.ekyc_status,
        residential_address=told.residential_address,
        changed_at=event.timestamp,
    )


def _name(told: str | None) -> str | None:
    return None if told is None or told.strip().lower() in PLACEHOLDERS else told
