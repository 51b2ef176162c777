"""Customers, as events from outside make them (events.md, section 4)."""

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, customer
from tests.projector.mirror import Mirror


def test_a_profile_is_stored_under_the_names_of_the_contract(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Each field has its place; the address is kept and composed."""
    feed.tell(
        "customer.created.v1",
        customer(
            email_address="mia@example.com",
            mobile_phone_number="+61 412 345 678",
            date_of_birth="1990-02-03",
            ekyc_status="EkycStatus.APPROVED",
            vulnerable_flag=True,
            residential_address={
                "street_number": "123",
                "street_name": "Test",
                "street_type": "St",
                "unit_number": "5",
                "suburb": "Marrickville",
                "state": "NSW",
                "postcode": 2204,
            },
        ),
    )
    drain()
    found = mirror.customer()
    assert found["fullName"] == "Mia Chen"
    assert found["emailAddress"] == "mia@example.com"
    assert found["dateOfBirth"] == "1990-02-03"
    assert found["ekycStatus"] == "successful"
    assert found["vulnerableFlag"] is True
    assert found["residentialAddress"] == {
        "streetNumber": "123",
        "streetName": "Test",
        "streetType": "St",
        "unitNumber": "5",
        "suburb": "Marrickville",
        "state": "NSW",
        "postcode": "2204",
        "country": "Australia",
        "street": "Unit 5, 123 Test St",
        "city": "Marrickville",
    }
    assert found["search"]["mobile"] == "0412345678"
    assert found["search"]["words"] == ["chen mia", "mia chen"]


def test_null_changes_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """A field that an event does not tell stays as it was; the full name is recomposed."""
    feed.tell("customer.created.v1", customer(email_address="mia@example.com"))
    feed.tell(
        "customer.updated.v1",
        {"customer_id": "CUS-1", "last_name": "Rossi", "email_address": None},
    )
    drain()
    assert mirror.customer()["fullName"] == "Mia Rossi"
    assert mirror.customer()["emailAddress"] == "mia@example.com"


def test_a_new_address_replaces_the_old_one_whole(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Parts of two addresses are never mixed."""
    feed.tell("customer.created.v1", customer(residential_address={"unit_number": "5"}))
    feed.tell("customer.changed.v1", customer(residential_address={"suburb": "Hobart"}))
    drain()
    assert mirror.customer()["residentialAddress"] == {
        "suburb": "Hobart",
        "city": "Hobart",
        "country": "Australia",
    }


def test_what_was_told_earlier_does_not_win_over_what_was_told_later(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """`changed_at` decides field by field, whatever the order of arrival."""
    feed.tell("customer.changed.v1", customer(changed_at="2026-02-02T00:00:00Z"))
    feed.tell(
        "customer.changed.v1",
        customer(
            last_name="Olding", email_address="old@example.com", changed_at="2026-02-01T00:00:00Z"
        ),
    )
    drain()
    assert mirror.customer()["fullName"] == "Mia Chen"
    assert mirror.customer()["emailAddress"] == "old@example.com"


EKYC = {
    "Success": "successful",
    "VERIFIED": "successful",
    "declined": "failed",
    "in_review": "pending",
    "perhaps": None,
}


def test_ekyc_is_told_in_three_words(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Another word skips that one field and nothing else."""
    for sent in EKYC:
        feed.tell("customer.changed.v1", customer(f"CUS-{sent}", ekyc_status=sent))
    drain()
    found = {sent: mirror.customer(f"CUS-{sent}") for sent in EKYC}
    assert {sent: each.get("ekycStatus") for sent, each in found.items()} == EKYC
    assert {each["fullName"] for each in found.values()} == {"Mia Chen"}


def test_a_verified_customer_may_come_before_their_profile(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The verification makes the document, which the profile completes."""
    feed.tell("customer.verified.v1", {"customer_id": "CUS-1"})
    drain()
    feed.tell("customer.created.v1", customer())
    drain()
    found = mirror.customer()
    assert (found["identityVerified"], found["ekycStatus"]) == (True, "successful")
    assert found["fullName"] == "Mia Chen"


def test_an_account_before_its_customer_is_linked(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The plan's sample never linked it."""
    feed.tell("account.created.v1", account())
    drain()
    assert "customerName" not in mirror.account()
    assert mirror.account()["customerId"] == "CUS-1"
    feed.tell("customer.created.v1", customer())
    drain()
    assert mirror.account()["customerName"] == "Mia Chen"


def test_an_account_after_its_customer_shows_the_name(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The reference and the name are there at once, also within one batch."""
    feed.tell("customer.created.v1", customer())
    feed.tell("account.created.v1", account())
    drain()
    assert mirror.account()["customerName"] == "Mia Chen"


def test_a_changed_name_reaches_every_account_of_the_customer(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Names on accounts follow, those of other customers do not."""
    feed.tell("customer.created.v1", customer())
    feed.tell("account.created.v1", account("LOAN-1"))
    feed.tell("account.created.v1", account("LOAN-2"))
    feed.tell("account.created.v1", account("LOAN-3", customer_id="CUS-2"))
    drain()
    feed.tell("customer.changed.v1", {"customer_id": "CUS-1", "last_name": "Rossi"})
    drain()
    names = [each.get("customerName") for each in mirror.all(documents.LOAN_ACCOUNTS)]
    assert names == ["Mia Rossi", "Mia Rossi", None]


def test_times_are_those_of_the_entries(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """`createdAt` is set once and `updatedAt` follows; a change that changes nothing moves none."""
    first = feed.tell("customer.created.v1", customer())
    second = feed.tell("customer.changed.v1", customer(first_name="Mira"))
    feed.tell("customer.changed.v1", customer(first_name="Mira"))
    drain()
    found = mirror.customer()
    times = [int(found[name].timestamp() * 1000) for name in ("createdAt", "updatedAt")]
    assert times == [int(entry_id.split("-")[0]) for entry_id in (first, second)]
