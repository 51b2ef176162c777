"""Projection `customers`: who the customers are, as the feeds tell (events.md, section 4)."""

from collections.abc import Iterator
from typing import Final

from projector.happening import CUSTOMERS, Change, Documents, Happening, Reads, Stored
from projector.projections.applicants import profile
from proto.codec import to_mongo
from proto.events import CustomerChanged, CustomerVerified, ResidentialAddress
from proto.search_keys import customer_keys

EKYC: Final = {
    **dict.fromkeys(("success", "successful", "approved", "passed", "verified"), "successful"),
    **dict.fromkeys(("fail", "failed", "declined", "rejected"), "failed"),
    **dict.fromkeys(("pending", "in_progress", "in_review"), "pending"),
}
"""Words of the feeds, in small letters, to ours; another word changes nothing."""

PLAIN_FIELDS: Final = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email_address": "emailAddress",
    "mobile_phone_number": "mobilePhoneNumber",
    "date_of_birth": "dateOfBirth",
    "staff_flag": "staffFlag",
    "investor_flag": "investorFlag",
    "vulnerable_flag": "vulnerableFlag",
}


def reads(happening: Happening) -> Reads:
    """Name the document that the event is about."""
    event = happening.event
    told = event if isinstance(event, CustomerVerified) else profile(happening)
    return Reads(((CUSTOMERS, told.customer_id),)) if told is not None else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the customer's document after the event."""
    event = happening.event
    if isinstance(event, CustomerVerified):
        customer = documents.get(CUSTOMERS, event.customer_id) or _blank(event.customer_id)
        verified = {**customer, "identityVerified": True, "ekycStatus": "successful"}
        yield Change(CUSTOMERS, event.customer_id, _with_search_keys(verified, customer))
        return
    told = profile(happening)
    if told is not None:
        customer = documents.get(CUSTOMERS, told.customer_id) or _blank(told.customer_id)
        yield Change(CUSTOMERS, told.customer_id, _changed(customer, told))


def _blank(customer_id: str) -> Stored:
    return {"_id": str(customer_id), "customerId": str(customer_id)}


def _changed(customer: Stored, event: CustomerChanged) -> Stored:
    """Lay the event's fields over the stored ones, each unless it is older than what stands.

    The age is kept field by field: a late event that told of the e-mail address is not
    lost because a newer one told of the name.
    """
    told = _told(event)
    guards: dict[str, str] = customer.get("guards", {})
    if event.changed_at is not None:
        moment = str(event.changed_at)
        told = {name: value for name, value in told.items() if not _older(moment, guards.get(name))}
        guards = {**guards, **dict.fromkeys(told, moment)}
    new = {**customer, **told}
    if guards:
        new["guards"] = guards
    names = [new[name] for name in ("firstName", "lastName") if new.get(name)]
    if names:
        new["fullName"] = " ".join(names)
    return _with_search_keys(new, customer)


def _older(moment: str, guard: str | None) -> bool:
    return guard is not None and moment < guard


def _told(event: CustomerChanged) -> Stored:
    """Give what the event tells, under the names of the document; null tells nothing."""
    told: Stored = {}
    for name, stored in PLAIN_FIELDS.items():
        value = getattr(event, name)
        if value is not None and value != "":
            told[stored] = to_mongo(value)
    ekyc = EKYC.get(_word(event.ekyc_status))
    if ekyc:
        told["ekycStatus"] = ekyc
    if event.residential_address is not None:
        address = _address(event.residential_address)
        if address:
            told["residentialAddress"] = address
    return told


def _word(sent: object) -> str:
    """Give a word of a feed in small letters, without what qualifies it; "" for no word."""
    return sent.rsplit(".", 1)[-1].strip().lower() if isinstance(sent, str) else ""


def _address(sent: ResidentialAddress) -> Stored:
    told = {
        "streetNumber": sent.street_number,
        "streetName": sent.street_name,
        "streetType": sent.street_type,
        "unitNumber": sent.unit_number,
        "suburb": sent.suburb,
        "state": sent.state,
        "postcode": str(sent.postcode),
        "country": sent.country,
        "fullAddress": sent.full_address,
        "street": _street(sent),
        "city": sent.suburb,
    }
    address: Stored = {name: value for name, value in told.items() if value}
    if address:
        address.setdefault("country", "Australia")
    return address


def _street(sent: ResidentialAddress) -> str:
    """Compose `Unit 5, 123 Test St` of the parts that are there."""
    parts = (sent.street_number, sent.street_name, sent.street_type)
    street = " ".join(part for part in parts if part)
    unit = f"Unit {sent.unit_number}" if sent.unit_number else ""
    return ", ".join(part for part in (unit, street) if part)


def _with_search_keys(customer: Stored, before: Stored) -> Stored:
    searched = ("fullName", "emailAddress", "mobilePhoneNumber")
    values = [customer.get(name) for name in searched]
    if "search" in before and values == [before.get(name) for name in searched]:
        return customer
    keys = customer_keys(customer["customerId"], *values)
    return {**customer, "search": to_mongo(keys)}
