"""How dead letters are told: their states, their steps, who gave them up."""

from typing import Final

from dashboard.formats import Badge
from dashboard.queries.letters import LetterRow
from proto.streams import INTAKE_GROUP, INTERNAL

STATUSES: Final = {
    "open": Badge("Open", "red"),
    "replayed": Badge("Replayed", "blue"),
    "resolved": Badge("Resolved", "green"),
}
STEPS: Final = {
    "opened": "Raw event opened",
    "replay": "Replay asked for",
    "resolved": "Closed without a posting",
    "correction_asked": "Correction asked for",
    "corrected": "Correction posted",
}
_PROJECTOR: Final = "the projector"


def status(row: LetterRow) -> Badge:
    """Say how a letter stands."""
    return STATUSES.get(row.status, Badge(row.status.capitalize(), "gray"))


def given_up_by(row: LetterRow) -> str:
    """Say who could not apply it."""
    return "the ledger's intake" if row.moved_by == INTAKE_GROUP else row.moved_by or _PROJECTOR


def came_by(row: LetterRow) -> str:
    """Say by which stream it came."""
    return "the ledger" if row.stream == INTERNAL else "the inbox"
