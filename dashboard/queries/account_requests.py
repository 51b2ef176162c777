"""What was asked for about an account and is not decided yet."""

from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import require_requests
from proto import documents
from proto.codec import from_mongo
from proto.values import Instant, Key, Money

REQUESTS_MAX: Final = 50
UNDECIDED: Final = ("pending", "returned")


class OpenRequest(View, kw_only=True, frozen=True, rename="camel"):
    """A request that waits for a decision, or for its requester."""

    request_id: Key
    request_number: str = ""
    kind: str = ""
    status: str = ""
    amount: Money | None = None
    priority: str = "normal"
    requested_by: Key | None = None
    requested_by_name: str = ""
    requested_at: Instant | None = None
    expires_at: Instant | None = None
    ver: int = 0


def open_requests(
    database: DeskDatabase, roles: frozenset[str], loan_account_id: str
) -> list[OpenRequest]:
    """List the undecided requests of an account, the newest first. Raises NotAllowed."""
    require_requests(roles)
    matching = {"loanAccountId": loan_account_id, "status": {"$in": UNDECIDED}}
    rows = (
        database[documents.APPROVALS.name]
        .find(matching, fields_of(OpenRequest))
        .sort("requestedAt", -1)
        .limit(REQUESTS_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(OpenRequest, row) for row in rows]
