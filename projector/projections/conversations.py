"""Projection `conversations`: what was said, checked and decided, event by event.

Events of a conversation come in no usable order: their own time decides where they tell
one, and whichever comes first makes the conversation (events.md, section 4).
"""

from collections.abc import Iterator
from typing import Final, assert_never

from projector.happening import (
    CONVERSATIONS,
    Change,
    Documents,
    Happening,
    Reads,
    Stored,
    is_same,
)
from projector.projections import conversation_entries, statement_capture
from projector.projections.account_status import When
from projector.projections.conversation_size import fitted
from projector.projections.newest import with_newest
from proto import events
from proto.codec import free_form, to_mongo
from proto.events import ConversationEvent, ConversationTold

ASSESSMENTS: Final = {
    events.Assessment.type: "identityRisk",
    events.ServiceabilityAssessed.type: "serviceability",
    events.CreditServiceabilityAssessed.type: "serviceability",
    events.FraudChecked.type: "fraudCheck",
    events.AccountConductAssessed.type: "accountConduct",
    events.PostIdentityRiskChecked.type: "postIdentityRisk",
    events.CreditAssessmentCompleted.type: "creditAssessmentComplete",
}
DECISIONS: Final = {"APPROVED": "approved", "DECLINED": "declined", "REFERRED": "referred"}
DETAILS: Final = {
    "reason": "reason",
    "retry_eligible": "retryEligible",
    "source_application_number": "sourceApplicationNumber",
    "blocked_until": "blockedUntil",
}


def reads(happening: Happening) -> Reads:
    """Name the conversation."""
    if isinstance(happening.event, ConversationEvent):
        return Reads(((CONVERSATIONS, happening.envelope.conversation_id),))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the conversation after the event."""
    event = happening.event
    if not isinstance(event, ConversationTold):
        return
    key = happening.envelope.conversation_id
    stored = documents.get(CONVERSATIONS, key)
    before = stored or {"conversationId": key, "status": "active"}
    after = _after(before, event, happening, documents)
    if stored is not None and is_same(after, stored):
        return
    after = {**after, "version": to_mongo(int(before.get("version", 0)) + 1)}
    sent = len(happening.envelope.body.encode())
    yield Change(CONVERSATIONS, key, fitted(after, sent, documents.limits.document_bytes_max))


def _after(  # noqa: PLR0911 - one line a kind of event
    before: Stored, event: ConversationTold, happening: Happening, documents: Documents
) -> Stored:
    when = When(happening.at, event.timestamp)
    match event:
        case events.ConversationStarted():
            return {**_started(event, happening, when), **before}
        case events.UserInput():
            return conversation_entries.said(before, event, when, documents.limits.utterances_max)
        case events.NoticePosted():
            most = documents.limits.notices_max
            return conversation_entries.posted(before, event, when, most)
        case events.ApplicationDetailChanged():
            return _detailed(before, event, when)
        case events.Assessment():
            told = {ASSESSMENTS[event.type]: _assessment(event)}
            return with_newest(before, told, when, "assessments")
        case events.FinalDecision():
            return _decided(before, event, when)
        case events.ConversationSummarised():
            return _summarised(before, event, when)
        case events.ConversationSummaryChanged():
            return _changed(before, event, when)
        case events.StatementStep():
            return statement_capture.taken(before, event, when)
        case _:
            assert_never(event)


def _started(event: events.ConversationStarted, happening: Happening, when: When) -> Stored:
    told = {
        "customerIdString": str(event.customer_id) or happening.envelope.user_id,
        "applicationNumber": str(event.application_number),
    }
    told["customerId"] = told["customerIdString"]
    named = {name: value for name, value in told.items() if value}
    return {**named, "startedAt": to_mongo(when.at)}


def _detailed(before: Stored, event: events.ApplicationDetailChanged, when: When) -> Stored:
    number = str(event.application_number)
    new = with_newest(before, {"applicationNumber": number} if number else {}, when)
    sent = free_form(event.body)
    return with_newest(new, sent, when, "applicationData") if isinstance(sent, dict) else new


def _assessment(event: events.Assessment) -> object:
    """Keep the outcome as it was sent; where its file lies bears the name of old besides."""
    sent = free_form(event.body)
    if isinstance(sent, dict) and sent.get("file_location") and not sent.get("s3Key"):
        sent["s3Key"] = sent["file_location"]
    return sent


def _decided(before: Stored, event: events.FinalDecision, when: When) -> Stored:
    decision = event.decision.upper()
    status = DECISIONS.get(decision)
    told = {
        "status": status or "hard_end",
        "finalDecision": decision or None,
        "decisionStatus": str(event.decision_status).lower() or status or "no_decision",
    }
    detail = {stored: _told(event, name) for name, stored in DETAILS.items()}
    detail = {name: value for name, value in detail.items() if value not in (None, "")}
    return with_newest(with_newest(before, told, when), detail, when, "decisionDetail")


def _told(event: events.FinalDecision, name: str) -> object:
    value = getattr(event, name)
    if value in (None, "") and event.decision_detail is not None:
        value = getattr(event.decision_detail, name)
    return free_form(value)


def _summarised(before: Stored, event: events.ConversationSummarised, when: When) -> Stored:
    told: Stored = {}
    if event.purpose is not None:
        told["purpose"] = free_form(event.purpose)
    if event.facts is not None:
        told["facts"] = [{"fact": _fact(each)} for each in event.facts]
    return with_newest(before, told, when)


def _fact(sent: object) -> object:
    return free_form(sent["fact"] if isinstance(sent, dict) and "fact" in sent else sent)


def _changed(before: Stored, event: events.ConversationSummaryChanged, when: When) -> Stored:
    told = {
        "applicationNumber": str(event.application_number),
        "status": str(event.status).lower(),
        "customerIdString": str(event.customer_id),
        "customerId": str(event.customer_id),
    }
    return with_newest(before, {name: value for name, value in told.items() if value}, when)
