"""The table of refusals: each reason, in order of precedence, and what provokes it."""

from typing import Final

from tests.ledger.refusal_pairs import OF_PAIRS
from tests.ledger.refusal_scene import Row
from tests.ledger.refused_commands import OF_COMMANDS
from tests.ledger.refused_for_two import OF_TWO
from tests.ledger.refused_requests import OF_REQUESTS

ROWS: Final[list[Row]] = sorted(
    (*OF_COMMANDS, *OF_REQUESTS, *OF_TWO, *OF_PAIRS), key=lambda row: row.place
)
