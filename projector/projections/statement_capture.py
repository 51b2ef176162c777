"""The capture of a customer's bank statements, as a conversation tells of it."""

from typing import Final

from projector.happening import Stored
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


def taken(conversation: Stored, event: StatementStep) -> Stored:
    """Give the conversation after a step of the capture; nothing that is known is lost."""
    capture: Stored = dict(conversation.get("statementCapture", {}))
    consent = CONSENT.get(event.type)
    if consent is not None and (consent != "initiated" or "consentStatus" not in capture):
        capture["consentStatus"] = consent
    if event.type in DONE:
        capture[DONE[event.type]] = True
    if event.job_id:
        capture["basiqJobId"] = str(event.job_id)
    files = _files(event.steps)
    if files:
        capture["fileLocations"] = {**capture.get("fileLocations", {}), **files}
    report = _report(event)
    if report is not None:
        capture["affordabilityReport"] = report
    holders = _holders(event)
    new = {**conversation, "statementCapture": capture}
    if holders:
        capture["accountHolders"] = holders
        new["statementAccountHolders"] = BETWEEN_HOLDERS.join(holders)
    return new


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
