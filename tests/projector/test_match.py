"""The Data Match score: whatever stands in MongoDB and is not what the ledger says is found."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bson import DatetimeMS, Decimal128, Int64, ObjectId
from prometheus_client import generate_latest

from projector import assembly, commands
from projector.match_check import PAGE, MatchCheck
from projector.metrics import Metrics
from projector.sampling import PAGES_MAX, Sampling
from projector.settings import Settings
from projector.vitals import Vitals
from proto import documents
from proto.documents import MatchScoreDocument
from tests.projector.conftest import Start
from tests.projector.feed import Feed, account
from tests.projector.mirror import Mirror
from tests.projector.other_books import OtherBooks

OURS = 4


@pytest.fixture
def check(
    beside_ledger: Settings, start: Start, feed: Feed, mirror: Mirror
) -> Iterator[MatchCheck]:
    """A check of a mirror that has read all of the ledger, and an account from outside."""
    feed.tell("account.created.v1", account("THEIRS-1"))
    with start(beside_ledger) as drain:
        accounts = mirror.database["loan-accounts"]
        drain.until(lambda: accounts.count_documents({"ver": {"$gt": 0}}) == OURS)
        drain.until(lambda: accounts.count_documents({"fees.1": {"$exists": True}}) == 1)
        drain()
    with assembly.match_check(beside_ledger) as made:
        yield made


def whole(check: MatchCheck) -> MatchScoreDocument:
    """Check everything."""
    return check.portfolio(lambda _: None)


def tamper(mirror: Mirror, account_id: str, change: dict[str, Any]) -> None:
    """Change a document as nobody may."""
    mirror.database["loan-accounts"].update_one({"_id": account_id}, change)


def test_a_mirror_that_was_left_alone_scores_one(check: MatchCheck, mirror: Mirror) -> None:
    """Every account of the ledger matches; one from outside is counted apart."""
    score = whole(check)
    assert mirror.all(documents.MISMATCHES) == []
    assert (score.checked, score.matched, score.external, score.missing) == (OURS, OURS, 1, 0)
    assert score.score == 1
    (stored,) = mirror.all(documents.MATCH_SCORES)
    assert (stored["_id"], stored["isDone"], stored["score"]) == ("portfolio", True, 1)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"$set": {"balances.principal": Decimal128("1.00")}}, "balances.principal", "1.00"),
        ({"$set": {"accountStatus": "paid_off"}}, "accountStatus", "paid_off"),
        ({"$unset": {"loanTerms.loanAmount": ""}}, "loanTerms.loanAmount", "(absent)"),
        (
            {"$set": {"repaymentSchedule.payments.1.dueDate": "2030-01-01"}},
            "repaymentSchedule.payments.1.dueDate",
            "2030-01-01",
        ),
        ({"$set": {"fees.0.paid": Decimal128("9.99")}}, "fees.0.paid", "9.99"),
        ({"$set": {"balances.principal": "500.00"}}, "balances.principal", '"500.00"'),
        ({"$set": {"ver": "abc"}}, "ver", "abc"),
        ({"$set": {"asOf": DatetimeMS(2**60)}}, "asOf", str(DatetimeMS(2**60))),
    ],
)
def test_a_tampered_document_is_found(
    check: MatchCheck, mirror: Mirror, change: dict[str, Any], field: str, value: str
) -> None:
    """Whichever field it is: the mismatch names the account, the field and both values."""
    tamper(mirror, "OUR-0", change)
    score = whole(check)
    assert (score.checked, score.matched) == (OURS, OURS - 1)
    assert score.score == (OURS - 1) / OURS
    (found,) = mirror.all(documents.MISMATCHES)
    assert (found["loanAccountId"], found["field"], found["mirrorValue"]) == ("OUR-0", field, value)
    assert found["ledgerValue"] != value


def test_a_tampered_entry_of_an_account_is_found(check: MatchCheck, mirror: Mirror) -> None:
    """Changed, taken away or added, in the history or in the trail; each names its event."""
    expected: set[tuple[str, str, str, str]] = set()
    for collection in ("transactions", "audit-events"):
        entries = mirror.database[collection]
        first, second = entries.find({"loanAccountId": "OUR-0", "amount": {"$gt": 0}}).limit(2)
        entries.update_one({"_id": first["_id"]}, {"$set": {"amount": Decimal128("7.77")}})
        entries.delete_one({"_id": second["_id"]})
        entries.insert_one({**second, "_id": "MADE-UP"})
        right, gone = format(first["amount"].to_decimal(), "f"), second["_id"]
        expected |= {
            (f"{collection}.{first['_id']}.amount", "7.77", right, f"OUR-0:{first['ver']}"),
            (f"{collection}.{gone}", "(absent)", gone, f"OUR-0:{second['ver']}"),
            (f"{collection}.MADE-UP", "MADE-UP", "(absent)", "OUR-0:1"),
        }
    assert whole(check).matched == OURS - 1
    names = ("field", "mirrorValue", "ledgerValue", "sinceEventId")
    found = mirror.all(documents.MISMATCHES)
    assert {tuple(each[name] for name in names) for each in found} == expected


def test_the_first_event_after_which_they_differ_is_named(
    check: MatchCheck, mirror: Mirror
) -> None:
    """A balance that was left behind names the event that should have moved it.

    One that the ledger never had is wrong since the event that moved it last.
    """
    before = mirror.account("OUR-0")["fees"][0]["amount"]
    assert before
    with_fee = [
        each
        for each in mirror.all(documents.AUDIT_EVENTS)
        if each["subjectId"] == "OUR-0" and each["eventType"] == "fee.applied.v1"
    ]
    late = with_fee[-1]
    earlier = mirror.database["transactions"].find_one(
        {"loanAccountId": "OUR-0", "ver": {"$lt": Int64(late["ver"])}}, sort=[("ver", -1)]
    )
    assert earlier is not None
    tamper(mirror, "OUR-0", {"$set": {"balances.fees": earlier["feeAfter"]}})
    (paid,) = mirror.database["transactions"].find({"loanAccountId": "OUR-1", "type": "REPAYMENT"})
    tamper(mirror, "OUR-1", {"$set": {"balances.currentBalance": Decimal128("0.07")}})
    whole(check)
    found = mirror.all(documents.MISMATCHES)
    assert [(each["sinceEventId"], each["sinceEventType"]) for each in found] == [
        (late["eventId"], "fee.applied.v1"),
        (f"OUR-1:{paid['ver']}", "repayment.recorded.v1"),
    ]


def test_what_the_ledger_itself_says_of_the_balances_counts_too(
    check: MatchCheck, mirror: Mirror, beside_ledger: Settings
) -> None:
    """A fold that is wrong twice alike is found by the ledger's own balances (GetStateAt)."""
    assert whole(check).score == 1
    principal = mirror.account("OUR-1")["balances"]["principal"]
    account = mirror.database["loan-accounts"].find_one({"_id": "OUR-1"}) or {}
    with (
        OtherBooks(beside_ledger.ledger_address).serving() as address,
        assembly.match_check(replace(beside_ledger, ledger_address=address)) as other,
    ):
        (found,) = other.check(account)
    assert (found.field, found.mirror, found.ledger) == ("balances.principal", principal, "0.01")


def test_an_account_that_the_mirror_lacks_is_found(check: MatchCheck, mirror: Mirror) -> None:
    """A deleted document is a mismatch too, and so is one at a version of its own."""
    mirror.database["loan-accounts"].delete_one({"_id": "OUR-1"})
    last = mirror.account("OUR-2")["ver"]
    tamper(mirror, "OUR-2", {"$set": {"ver": Int64(99)}})
    tamper(mirror, "OUR-NEW", {"$unset": {"ver": ""}})
    score = whole(check)
    assert (score.checked, score.matched, score.missing) == (OURS, OURS - 3, 1)
    named = ("loanAccountId", "field", "sinceEventId")
    found = [tuple(each[name] for name in named) for each in mirror.all(documents.MISMATCHES)]
    assert found == [
        ("OUR-1", "loanAccountId", "OUR-1:1"),
        ("OUR-2", "ver", f"OUR-2:{last}"),
        ("OUR-NEW", "ver", "OUR-NEW:1"),
    ]


def test_what_agrees_again_is_healed(check: MatchCheck, mirror: Mirror) -> None:
    """The finding stays, with when it was found and when it was gone."""
    right = mirror.database["loan-accounts"].find_one({"_id": "OUR-0"}) or {}
    tamper(mirror, "OUR-0", {"$set": {"accountStatus": "paid_off"}})
    whole(check)
    assert len(check.open_mismatches()) == 1
    mirror.database["loan-accounts"].replace_one({"_id": "OUR-0"}, right)
    assert whole(check).score == 1
    assert check.open_mismatches() == []
    (found,) = mirror.all(documents.MISMATCHES)
    assert found["healedAt"] >= found["foundAt"]


def test_sampling_comes_round_to_every_account(check: MatchCheck, mirror: Mirror) -> None:
    """A few at a time, all in turn; the score is in the vitals and stored for the screens."""
    tamper(mirror, "OUR-1", {"$set": {"balances.interest": Decimal128("5.00")}})
    vitals = Vitals(started_at=assembly.now())
    sampling = Sampling(check, vitals, per_second=2)
    for _ in range(6):
        sampling.turn(vitals.started_at, assembly.now())
    assert vitals.match_score is not None
    assert 0 < vitals.match_score < 1
    figures = generate_latest(Metrics(vitals).registry).decode()
    assert f"projector_match_score {vitals.match_score}\n" in figures
    stored = mirror.one(documents.MATCH_SCORES, "sampled")
    assert stored["checked"] >= OURS
    assert [each["field"] for each in mirror.all(documents.MISMATCHES)] == ["balances.interest"]


def test_an_account_that_is_called_one_from_outside_is_found(
    check: MatchCheck, mirror: Mirror
) -> None:
    """Who owns an account the ledger's events say, on demand its journal, and always the trail."""
    tamper(mirror, "OUR-0", {"$set": {"source": "external", "balances.fees": Decimal128("0.01")}})
    score = whole(check)
    assert (score.checked, score.matched, score.external, score.missing) == (OURS, OURS - 1, 1, 0)
    found = {each["field"]: each["mirrorValue"] for each in mirror.all(documents.MISMATCHES)}
    assert found == {"source": "external", "balances.fees": "0.01"}
    mirror.database["mismatches"].delete_many({})
    vitals = Vitals(started_at=assembly.now())
    Sampling(check, vitals, per_second=2 * OURS).turn(vitals.started_at, assembly.now())
    assert vitals.match_score == (OURS - 1) / OURS
    assert {each["field"] for each in mirror.all(documents.MISMATCHES)} == found.keys()


def test_sampling_reads_a_bounded_part_of_what_is_from_outside(
    check: MatchCheck, mirror: Mirror
) -> None:
    """However many accounts are from outside, a turn ends soon, and the next ones go on."""
    many = ({"_id": f"EXT-{n:06d}", "source": "external"} for n in range(PAGES_MAX * PAGE))
    mirror.database["loan-accounts"].insert_many(many)
    vitals = Vitals(started_at=assembly.now())
    sampling = Sampling(check, vitals, per_second=1)
    sampling.turn(vitals.started_at, assembly.now())
    assert vitals.match_score is None
    sampling.turn(vitals.started_at, assembly.now())
    assert vitals.match_score == 1


def test_the_command_says_which_accounts_differ(
    check: MatchCheck, mirror: Mirror, beside_ledger: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m projector verify`: status 1 where something differs, 0 where nothing does."""
    assert check is not None
    assert commands.run(["verify"], beside_ledger) == 0
    tamper(mirror, "OUR-2", {"$set": {"accountStatus": "written_off"}})
    assert commands.run(["verify"], beside_ledger) == 1
    said = capsys.readouterr().out
    assert "OUR-2: accountStatus is written_off, the ledger has active" in said
    assert f"{OURS - 1} of {OURS} accounts match" in said


def test_a_ledger_that_is_away_is_told_in_a_sentence(
    settings: Settings, capsys: pytest.CaptureFixture[str], mirror: Mirror
) -> None:
    """Nothing is called a mismatch because nobody answered."""
    mirror.database["loan-accounts"].insert_one({"_id": "OUR-1", "source": "ledger", "ver": 1})
    with contextlib.suppress(SystemExit):
        assert commands.run(["verify"], settings) == 3
    assert "Run it again" in capsys.readouterr().out
    assert mirror.database["mismatches"].count_documents({}) == 0


@pytest.mark.parametrize("key", ["MADE-UP", "", 7, ObjectId("65a0c1f2e4b0a1b2c3d4e5f6")])
def test_an_account_that_the_ledger_never_opened_is_found(
    check: MatchCheck, mirror: Mirror, key: object
) -> None:
    """Whatever its key is; and what is taken away again is healed."""
    accounts = mirror.database["loan-accounts"]
    copied = accounts.find_one({"_id": "OUR-0"}) or {}
    accounts.insert_one({**copied, "_id": key})
    score = whole(check)
    assert (score.checked, score.matched, score.is_done) == (OURS + 1, OURS, True)
    (found,) = check.open_mismatches()
    assert (found.loan_account_id, found.field, found.ledger_value) == (str(key), "ver", "0")
    vitals = Vitals(started_at=assembly.now())
    Sampling(check, vitals, per_second=2 * OURS).turn(vitals.started_at, assembly.now())
    assert vitals.match_score == OURS / (OURS + 1)
    accounts.delete_one({"_id": key})
    assert whole(check).score == 1
    assert check.open_mismatches() == []


def test_an_entry_from_after_an_accounts_last_event_is_found(
    check: MatchCheck, mirror: Mirror
) -> None:
    """It is no event on its way: the account stands where it stood."""
    for collection in ("transactions", "audit-events"):
        entries = mirror.database[collection]
        copied = entries.find_one({"loanAccountId": "OUR-0"}) or {}
        entries.insert_one({**copied, "_id": "MADE-UP", "ver": Int64(1_000)})
    assert whole(check).matched == OURS - 1
    assert {each.field for each in check.open_mismatches()} == {
        "transactions.MADE-UP",
        "audit-events.MADE-UP",
    }
