"""The capture of a customer's bank statements, as a conversation tells of it."""

from typing import Final

from projector.happening import Stored
from projector.projections.account_status import When, guard_time
from projector.projections.newest import with_newest
from proto import events
from proto.codec import free_form
from proto.events import StatementStep

CONSENT: Final = {
    events.StatementConsentInitiated.type: "initiated",
    events.StatementConsentCompleted.type: "complete",
    events.StatementConsentCancelled.type: "cancelled",
}
DONE: Final = {
    events.StatementStep.type: "retrievalComplete",
    events.StatementChecksCompleted.type: "checksComplete",
}
REPORTS: Final = (events.AffordabilityReportDownloaded, events.AffordabilityReportCompleted)
FILES: Final = {
    "statement-data": "statementData",
    "categorized-transactions": "categorizedTransactions",
    "affordability-report": "affordabilityReport",
    "retrieve-accounts": "accounts",
}
BETWEEN_HOLDERS: Final = " | "


CAPTURE: Final = "statementCapture"


def taken(conversation: Stored, event: StatementStep, when: When) -> Stored:
    """Give the conversation after a step of the capture; nothing that is known is lost."""
    told: Stored = {
        "consentStatus": _consent(conversation, event, when),
        "basiqJobId": str(event.job_id) or None,
        "affordabilityReport": _report(event),
        "accountHolders": _holders(event) or None,
    }
    if event.type in DONE:
        told[DONE[event.type]] = True
    known = {name: value for name, value in told.items() if value is not None}
    new = with_newest(conversation, known, when, CAPTURE)
    new = with_newest(new, _files(event.steps), when, CAPTURE, "fileLocations")
    if "accountHolders" in known:
        joined = {"statementAccountHolders": BETWEEN_HOLDERS.join(known["accountHolders"])}
        new = with_newest(new, joined, when)
    return new


def _consent(conversation: Stored, event: StatementStep, when: When) -> str | None:
    """Give what became of the consent; that it was asked for takes no answer back.

    Unless its own time says that it was asked for again.
    """
    consent = CONSENT.get(event.type)
    answered = "consentStatus" in conversation.get(CAPTURE, {})
    has_time = guard_time(conversation, f"{CAPTURE}:consentStatus") is not None
    asked_again = has_time and when.told_at is not None
    return None if consent == "initiated" and answered and not asked_again else consent


def _files(steps: object) -> Stored:
    """Give the first file of each step; an empty one is none."""
    if not isinstance(steps, dict):
        return {}
    found = {}
    for step, stored in FILES.items():
        of_step = steps.get(step)
        places = of_step.get("file_locations") if isinstance(of_step, dict) else None
        listed = places if isinstance(places, list) else [places]
        first = next((each for each in listed if each), None)
        if first is not None:
            found[stored] = free_form(first)
    return found


def _holders(event: StatementStep) -> list[str]:
    """Give the holders' names, trimmed; what is blank or no text is none."""
    summary = event.account_summary
    told = summary.get("account_holders") if isinstance(summary, dict) else None
    if not isinstance(told, list):
        told = event.statement_account_holders.split(BETWEEN_HOLDERS.strip())
    return [name for each in told if isinstance(each, str) and (name := each.strip())]


def _report(event: StatementStep) -> object:
    """Give the report that was sent, by its name or, in an event of its own, as a whole."""
    if event.affordability_report is not None:
        return free_form(event.affordability_report)
    return free_form(event.body) if isinstance(event, REPORTS) and event.body else None
