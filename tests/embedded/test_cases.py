"""The cases of the demo as the screens can show them, once the product is up."""

import time
from collections import Counter

import pymongo

from embedded.demo import bad_debts, cases
from proto import documents
from tests.embedded.launcher import Launched


def test_the_demo_holds_what_staff_are_asked_to_deal_with(product: Launched) -> None:
    """Every bucket, a request that waits, a staff member's waiver, a payment nobody could read."""
    found = product.up()
    with pymongo.MongoClient[dict[str, object]](found.mongodb_url) as client:
        database = client[found.db_name]
        buckets = database[documents.LOAN_ACCOUNTS.name].distinct("aging.bucket")
        assert {"current", "early_arrears", "late_arrears", "default", "closed"} <= set(buckets)
        (request,) = database[documents.APPROVALS.name].find({"status": "pending"})
        assert (request["kind"], str(request["amount"])) == ("write_off", "2500.00")
        assert request["requestedBy"] == cases.SUPPORT
        waivers = database[documents.TRANSACTIONS.name].find({"createdBy": cases.SUPPORT})
        assert [(each["type"], str(each["amount"])) for each in waivers] == [
            ("FEE_WAIVER", "50.00")
        ]
        colleague = database[documents.CUSTOMERS.name].find_one({"_id": cases.COLLEAGUE})
        assert colleague is not None
        assert colleague["staffFlag"]
        letters = database[documents.DEAD_LETTERS.name]
        deadline = time.monotonic() + 60
        while (letter := letters.find_one({"eventType": "payment.received.v1"})) is None:
            assert time.monotonic() < deadline, "the payment is not among the dead letters"
            time.sleep(0.1)
        assert cases.NO_DATE in str(letter["error"])
        told = database[documents.CONVERSATIONS.name]
        assert told.count_documents({"customerIdString": "CUS-12345"}) >= 2


def test_the_demo_holds_bad_debts_that_were_asked_for_and_decided(product: Launched) -> None:
    """Four write-offs stand, one was undone, money was recovered, one request taken back."""
    found = product.up()
    with pymongo.MongoClient[dict[str, object]](found.mongodb_url) as client:
        database = client[found.db_name]
        told = database[documents.APPROVALS.name].find({"requestedBy": bad_debts.ASKED_BY})
        ended = Counter((str(each["kind"]), str(each["status"])) for each in told)
        assert ended == {
            ("write_off", "approved"): 5,
            ("write_off", "cancelled"): 1,
            ("write_off_undo", "approved"): 1,
            ("recovery", "approved"): 1,
        }
        given_up = database[documents.LOAN_ACCOUNTS.name].find({"accountStatus": "written_off"})
        debts = {each.account_id for each in bad_debts.DEBTS}
        back = {bad_debts.UNDONE.account_id, bad_debts.TAKEN_BACK.account_id}
        assert {each["_id"] for each in given_up} == debts - back
