"""The end of day records what expired: a request that nobody decided in time."""

from typing import ClassVar

from ledger.commands import request_steps
from ledger.commands.command import Facts
from ledger.commands.request_steps import RequestCommand
from ledger.domain import request as requests
from ledger.domain.history import State
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent


class ExpireRequest(RequestCommand, frozen=True, kw_only=True):
    """Record that a request has expired."""

    right: ClassVar = Right.END_DAY


def decide(state: State | None, command: ExpireRequest, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record it once, and only of what has waited too long."""
    request = request_steps.existing(state, command)
    if not request.is_open or request_steps.status_at(request, facts.at) != requests.EXPIRED:
        raise Refused(
            Refusal.REQUEST_DECIDED, f"The request {request.number} has not expired unrecorded."
        )
    expired = request_steps.kind_of(request).expired(
        request_id=request.request_id, request_number=request.number
    )
    return (expired,)
