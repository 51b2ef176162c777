"""Applications and their customers, as conversations tell of them."""

import pytest

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed, account, customer
from tests.projector.mirror import Mirror
from tests.projector.test_conversations import say, talk


def test_an_application_tells_of_itself_and_its_customer(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Customer fields in snake or camel case, also inside a payload; their accounts follow."""
    feed.tell("account.created.v1", account())
    body = {
        "applicationNumber": "APP-1",
        "loanAmount": 500.5,
        "loan_purpose": "car",
        "loanTerm": 8,
        "customerAttestationAcceptance": True,
        "payload": {
            "customer": {
                "customerId": "CUS-1",
                "firstName": "Mia",
                "last_name": "Chen",
                "email": "mia@example.com",
                "phone": "0412 345 678",
                "dob": "1990-02-01",
                "address": {"streetNumber": "5", "suburb": "Bondi"},
            }
        },
    }
    say(feed, "applicationDetail_changed", body)
    say(feed, "applicationDetail_changed", {"applicationNumber": "APP-1", "extra": {"a": 1}})
    drain()
    application = mirror.one(documents.APPLICATIONS, "APP-1")
    assert (application["loanAmount"], application["loanPurpose"]) == ("500.50", "car")
    assert (application["loanTerm"], application["customerAttestationAcceptance"]) == (8, True)
    found = mirror.customer()
    assert (found["fullName"], found["emailAddress"]) == ("Mia Chen", "mia@example.com")
    assert (found["mobilePhoneNumber"], found["dateOfBirth"]) == ("0412 345 678", "1990-02-01")
    assert found["residentialAddress"]["city"] == "Bondi"
    assert mirror.account()["customerName"] == "Mia Chen"
    told = talk(mirror)
    assert told["applicationNumber"] == "APP-1"
    assert (told["applicationData"]["loan_purpose"], told["applicationData"]["extra"]) == (
        "car",
        {"a": 1},
    )


@pytest.mark.parametrize("placeholder", ["Unknown", " customer ", "N/A", "TBC"])
def test_a_placeholder_never_replaces_a_name(
    feed: Feed, drain: Drain, mirror: Mirror, placeholder: str
) -> None:
    """What the assistant does not know yet is no name."""
    feed.tell("customer.created.v1", customer())
    told = {"customer": {"first_name": placeholder, "lastName": placeholder, "mobile": "1"}}
    say(feed, "applicationDetail_changed", told, usr="CUS-1")
    drain()
    assert mirror.customer()["fullName"] == "Mia Chen"
    assert mirror.customer()["mobilePhoneNumber"] == "1"
