"""When something happened decides, not when its entry came."""

from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror, Plain
from tests.projector.test_conversations import say, talk


def test_of_each_thing_the_newest_counts_in_whichever_order_it_is_told(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """The event's own time decides (events.md, 3.7); what only the older one told is kept."""
    number, old = {"applicationNumber": "APP-1"}, {"loanPurpose": "old", "loanTerm": "12"}
    detailed = "applicationDetail_changed"
    told: list[tuple[str, Plain, str, Plain]] = [
        (
            "final_decision",
            {"decision": "APPROVED"},
            "conversationSummary_changed",
            {"status": "x"},
        ),
        ("fraudCheck_assessment", {"score": 2}, "fraudCheck_assessment", {"score": 1}),
        ("conversation_summary", {"purpose": "new"}, "conversation_summary", {"purpose": "old"}),
        (detailed, {**number, "loanPurpose": "new"}, detailed, {**number, **old}),
        ("statement_consent_cancelled", {}, "statement_consent_complete", {"jobId": "J-1"}),
    ]
    for newer, body, older, late in told:
        say(feed, newer, body, timestamp="2026-02-02T00:00:00Z")
        say(feed, older, late, timestamp="2026-02-01T00:00:00Z")
    drain()
    found = talk(mirror)
    assert (found["status"], found["purpose"]) == ("approved", "new")
    assert found["assessments"] == {"fraudCheck": {"score": 2}}
    assert found["statementCapture"] == {"consentStatus": "cancelled", "basiqJobId": "J-1"}
    detail = {"loanPurpose": "new", "loanTerm": "12"}
    assert found["applicationData"] == {**number, **detail}
    assert mirror.one(documents.APPLICATIONS, "APP-1").items() >= detail.items()
