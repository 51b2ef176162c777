"""Projection `applications`: what was applied for, as the conversations tell."""

from collections.abc import Iterator
from typing import Final

from projector.happening import APPLICATIONS, Change, Documents, Happening, Reads
from projector.projections.account_status import When
from projector.projections.newest import with_newest
from proto.codec import free_form, to_mongo
from proto.events import ApplicationDetailChanged

FIELDS: Final = {
    "loan_purpose": "loanPurpose",
    "loan_term": "loanTerm",
    "customer_attestation_acceptance": "customerAttestationAcceptance",
    "statement_capture_consent_provided": "statementCaptureConsentProvided",
    "product_offer_acceptance": "productOfferAcceptance",
}


def reads(happening: Happening) -> Reads:
    """Name the application, where the event tells its number."""
    event = happening.event
    if isinstance(event, ApplicationDetailChanged) and event.application_number:
        return Reads(((APPLICATIONS, str(event.application_number)),))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the application with what the event tells; what it leaves out stays."""
    event = happening.event
    if not isinstance(event, ApplicationDetailChanged) or not event.application_number:
        return
    key = str(event.application_number)
    before = documents.get(APPLICATIONS, key) or {"applicationNumber": key}
    when = When(happening.at, event.timestamp)
    told = {stored: free_form(getattr(event, name)) for name, stored in FIELDS.items()}
    told["loanAmount"] = to_mongo(event.loan_amount)
    told["conversationId"] = happening.envelope.conversation_id or None
    known = {name: value for name, value in told.items() if value is not None}
    yield Change(APPLICATIONS, key, with_newest(before, known, when))
