"""Conversations and applications, as the assistant's feed publishes them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from bson import encode

from projector.settings import Settings
from proto import documents
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror, Plain

TALK = "CONV-1"


def say(feed: Feed, event_type: str, body: object = None, **flat: str) -> None:
    """Publish an event of the conversation; what is flat stands beside the body."""
    text = body if isinstance(body, str) else json.dumps(body or {})
    feed.tell(event_type, text, conv=TALK, **flat)


def talk(mirror: Mirror) -> Plain:
    """Give the conversation."""
    return mirror.one(documents.CONVERSATIONS, TALK)


def test_a_conversation_begins_with_its_customer(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Told at the top level or by the envelope; told again, it resets nothing."""
    say(feed, "conversation_started", usr="CUS-1", app_number="APP-1", timestamp="2026-01-02")
    say(feed, "final_decision", decision="APPROVED")
    say(feed, "conversation_started", {"customerId": "CUS-9"}, application_number="APP-9")
    drain()
    found = talk(mirror)
    assert (found["customerId"], found["customerIdString"]) == ("CUS-1", "CUS-1")
    assert (found["applicationNumber"], found["status"]) == ("APP-1", "approved")
    assert found["startedAt"].isoformat() == "2026-01-02T00:00:00+00:00"
    assert found["version"] == 2


def test_what_was_said_is_appended(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """It makes the conversation where it is missing; a late one takes its place by time."""
    full = {
        "utterance": "Why was I charged?",
        "rationale": {"score": 0.87},
        "answerInputType": "text",
        "prev_seq": 4,
        "endConversation": False,
        "additional_data": {"a.b": 1, "$set": 2, "": 3, "kept": [{"x\x00y": 1, "big": 2**70}]},
    }
    say(feed, "assistant_response", {"utterance": "Later"}, timestamp="2026-01-02T00:05:00Z")
    say(feed, "user_input", full, timestamp="2026-01-02T00:01:00Z")
    say(feed, "user_input", "I say it as plain text", timestamp="2026-01-02T00:02:00Z")
    drain()
    found = talk(mirror)
    first, second, third = found["utterances"]
    assert (first["username"], first["utterance"]) == ("customer", "Why was I charged?")
    assert (first["rationale"], first["prevSeq"]) == ({"score": "0.87"}, 4)
    assert (first["answerInputType"], first["endConversation"]) == ("text", False)
    assert first["additionalData"] == {"kept": [{"big": str(2**70)}]}
    assert second["utterance"] == "I say it as plain text"
    assert (third["username"], found["lastUtteranceTime"]) == ("assistant", third["createdAt"])
    assert (found["status"], found["version"]) == ("active", 3)


def test_the_oldest_utterances_and_notices_go(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """MAX_UTTERANCES and MAX_NOTICEBOARD_ENTRIES bound the two lists."""
    with start(replace(settings, utterances_max=3, notices_max=2)) as drain:
        for number in range(5):
            say(feed, "user_input", {"utterance": str(number)})
            say(feed, "noticeboard_post", {"post": str(number)})
        drain()
    found = talk(mirror)
    assert [each["utterance"] for each in found["utterances"]] == ["2", "3", "4"]
    assert [each["content"] for each in found["noticeboard"]] == ["3", "4"]


@pytest.mark.parametrize("size", [1, 1_000])
def test_a_conversation_always_fits(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, size: int
) -> None:
    """The oldest utterances, then notices, go; other documents too large are dead letters."""
    small = replace(settings, document_bytes_max=20_000, batch_entries_max=size)
    with start(small) as drain:
        for number in range(12):
            say(feed, "noticeboard_post", {"post": f"notice {number} " + "n" * 500})
        for number in range(30):
            say(feed, "user_input", {"utterance": f"word {number} " + "x" * 900})
        drain()
        kept = mirror.database["conversations"].find_one({"_id": TALK})
        assert kept is not None
        assert 17_000 < len(encode(kept)) <= 20_000
        found = talk(mirror)
        assert found["utterances"][-1]["utterance"].startswith("word 29 ")
        assert len(found["noticeboard"]) == 12
        say(feed, "noticeboard_post", {"post": "y" * 16_000})
        drain()
        found = talk(mirror)
        assert found.get("utterances", []) == []
        assert found["noticeboard"][-1]["content"].startswith("yyy")
        assert len(found["noticeboard"]) < 12
        say(feed, "identityRisk_assessment", {"report": "z" * 21_000})
        drain()
    assert [letter["typ"] for letter in feed.dead_letters()] == ["identityRisk_assessment"]
    assert feed.dead_letters()[0]["error"].startswith("DocumentTooLarge")


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        ("identityRisk_assessment", "identityRisk"),
        ("serviceability_assessment_results", "serviceability"),
        ("credit_assessment_serviceability_result", "serviceability"),
        ("fraudCheck_assessment", "fraudCheck"),
        ("credit_assessment_accountConduct_result", "accountConduct"),
        ("post_identity_risk_checks_complete", "postIdentityRisk"),
        ("credit_assessment_complete", "creditAssessmentComplete"),
    ],
)
def test_an_assessment_is_kept_as_it_was_sent(
    feed: Feed, drain: Drain, mirror: Mirror, event_type: str, field: str
) -> None:
    """Only where its file lies is copied to the name of old, where that is absent."""
    say(feed, event_type, {"file_location": "s3://a", "deep": {"$where": 1, "ok": [1.5]}})
    drain()
    told = talk(mirror)["assessments"]
    expected = {"file_location": "s3://a", "s3Key": "s3://a", "deep": {"ok": ["1.5"]}}
    assert told == {field: expected}
    say(feed, event_type, {"file_location": "s3://b", "s3Key": "own"})
    drain()
    assert talk(mirror)["assessments"][field]["s3Key"] == "own"


@pytest.mark.parametrize("told", ["at once", "one by one"])
def test_a_number_that_becomes_a_truth_is_stored_as_one(
    feed: Feed, drain: Drain, mirror: Mirror, told: str
) -> None:
    """To Python they are the same; stored they are not, however the events are cut."""
    for day, passed in enumerate((1, True), start=1):
        at = f"2026-02-0{day}T00:00:00Z"
        say(feed, "fraudCheck_assessment", {"checks": [{"passed": passed}]}, timestamp=at)
        if told == "one by one":
            drain()
    drain()
    assert talk(mirror)["assessments"]["fraudCheck"]["checks"][0]["passed"] is True


def test_the_noticeboard_has_both_names(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Flat fields or a body; the topic is what follows the last two colons."""
    say(feed, "noticeboard_updated", agentName="credit::serviceability::Income", content="fine")
    say(feed, "noticeboard_post", {"agent_name": "fraud::Device", "post": "known"})
    say(feed, "noticeboard_post", {"post": "by nobody"})
    drain()
    told = [(each["agentName"], each["topic"]) for each in talk(mirror)["noticeboard"]]
    assert told == [
        ("credit::serviceability::Income", "Income"),
        ("fraud::Device", "Device"),
        ("unknown", "unknown"),
    ]


@pytest.mark.parametrize(
    ("decision", "status", "decision_status"),
    [
        ("approved", "approved", "approved"),
        ("Decision.DECLINED", "declined", "declined"),
        ("REFERRED", "referred", "referred"),
        ("WITHDRAWN", "hard_end", "no_decision"),
        ("", "hard_end", "no_decision"),
    ],
)
def test_a_decision_ends_the_conversation(
    feed: Feed, drain: Drain, mirror: Mirror, decision: str, status: str, decision_status: str
) -> None:
    """Decision or outcome, at the top level or in the body; any other word is a hard end."""
    say(feed, "final_credit_decision", {"outcome": decision})
    drain()
    found = talk(mirror)
    assert (found["status"], found["decisionStatus"]) == (status, decision_status)


def test_a_decision_tells_why(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The top level wins over the body; details are told where they are there."""
    body = {
        "decision": "DECLINED",
        "decisionStatus": "AUTO",
        "reason": "Too many loans",
        "decision_detail": {"retryEligible": True, "blocked_until": "2026-06-01"},
        "sourceApplicationNumber": 12,
    }
    say(feed, "final_decision", body, outcome="approved")
    drain()
    found = talk(mirror)
    assert (found["finalDecision"], found["decisionStatus"]) == ("APPROVED", "auto")
    assert found["decisionDetail"] == {
        "reason": "Too many loans",
        "retryEligible": True,
        "sourceApplicationNumber": "12",
        "blockedUntil": "2026-06-01",
    }


def test_an_older_decision_changes_nothing(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Its own time decides where it tells one."""
    say(feed, "final_decision", decision="APPROVED", timestamp="2026-01-02T00:00:00Z")
    say(feed, "final_decision", decision="REFERRED", timestamp="2026-01-01T00:00:00Z")
    drain()
    assert talk(mirror)["status"] == "approved"


def test_a_summary_is_replaced_whole(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """Purpose and facts; facts may come as words or as objects."""
    say(feed, "conversation_summary", {"purpose": "A loan", "facts": [{"fact": "has a dog"}]})
    say(feed, "conversation_summary", {"purpose": "A car", "facts": ["works", {"fact": "rents"}]})
    changed = {"applicationNumber": "APP-2", "status": "PAUSED", "customerIdString": "CUS-2"}
    say(feed, "conversationSummary_changed", changed)
    drain()
    found = talk(mirror)
    assert (found["purpose"], found["facts"]) == ("A car", [{"fact": "works"}, {"fact": "rents"}])
    assert (found["applicationNumber"], found["status"]) == ("APP-2", "paused")
    assert found["customerIdString"] == "CUS-2"


def test_the_capture_of_statements_comes_together(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """From seven kinds of event, in whatever order; what is known is not lost."""
    steps: dict[str, Any] = {
        "statement-data": {"file_locations": ["", "s3://data", "s3://more"]},
        "categorized-transactions": {"file_locations": ["s3://cat"]},
        "affordability-report": {"file_locations": []},
        "retrieve-accounts": {"file_locations": "s3://accounts"},
    }
    holders = [" Mia Chen ", "", 7, None, "Zoe Chen"]
    say(feed, "statement_consent_complete")
    say(feed, "statement_consent_initiated")
    say(feed, "basiq_job_created", job_id="J-1")
    say(
        feed,
        "statement_retrieval_complete",
        {"steps": steps, "account_summary": {"account_holders": holders}},
    )
    say(feed, "affordability_report_downloaded", {"affordability_report": {"income": 2500.50}})
    say(feed, "statement_checks_complete", {"jobId": "J-2"})
    drain()
    found = talk(mirror)
    assert found["statementCapture"] == {
        "consentStatus": "complete",
        "basiqJobId": "J-2",
        "retrievalComplete": True,
        "checksComplete": True,
        "fileLocations": {
            "statementData": "s3://data",
            "categorizedTransactions": "s3://cat",
            "accounts": "s3://accounts",
        },
        "accountHolders": ["Mia Chen", "Zoe Chen"],
        "affordabilityReport": {"income": "2500.5"},
    }
    assert found["statementAccountHolders"] == "Mia Chen | Zoe Chen"
    say(feed, "statement_consent_cancelled", statementAccountHolders="Ada | Bo")
    drain()
    capture = talk(mirror)["statementCapture"]
    assert (capture["consentStatus"], capture["accountHolders"]) == ("cancelled", ["Ada", "Bo"])


@pytest.mark.parametrize(
    ("event_type", "body", "error"),
    [
        ("user_input", {"utterance": {"not": "text"}}, "utterance"),
        ("user_input", {"utterance": "x", "timestamp": "2025-13-45"}, "InvalidTimestamp"),
        ("applicationDetail_changed", {"applicationNumber": {"a": 1}}, "InvalidKey"),
        ("applicationDetail_changed", {"applicationNumber": 1, "loanAmount": "1.005"}, "Money"),
    ],
)
def test_what_cannot_be_is_a_dead_letter(
    feed: Feed, drain: Drain, mirror: Mirror, event_type: str, body: Plain, error: str
) -> None:
    """Keys are scalars, money is exact, times are on the calendar."""
    say(feed, event_type, body)
    drain()
    assert mirror.all(documents.CONVERSATIONS) == []
    assert error in feed.dead_letters()[0]["error"]


def test_an_event_of_no_conversation_is_a_dead_letter(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Nothing names the document."""
    feed.tell("user_input", {"utterance": "Hello?"})
    drain()
    assert mirror.all(documents.CONVERSATIONS) == []
    assert "no conversation field" in feed.dead_letters()[0]["error"]
