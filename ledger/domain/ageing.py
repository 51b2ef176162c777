"""How late an account is, by days past due."""

from msgspec import Struct

from proto.events import AgingUpdated
from proto.values import Code, Instant


class Ageing(Struct, frozen=True):
    """How late the account was when it was last aged."""

    days_past_due: int = 0
    bucket: Code = Code("current")
    is_in_arrears: bool = False
    updated_at: Instant | None = None
    previous_bucket: Code = Code("")
    transition_reason: str = ""


def aged(event: AgingUpdated) -> Ageing:
    """Take over what an event says. Without a flag, any bucket past the first is arrears."""
    in_arrears = event.is_in_arrears
    if in_arrears is None:
        in_arrears = event.bucket not in ("current", "closed")
    return Ageing(
        event.dpd,
        event.bucket,
        in_arrears,
        event.last_updated,
        event.previous_bucket,
        event.transition_reason,
    )
