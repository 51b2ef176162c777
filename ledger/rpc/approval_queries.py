"""What Get tells of a request: how it stands, what has changed, whether the caller may decide."""

from ledger.books import Books
from ledger.commands import COMMANDS, binding, decision_steps, request_steps
from ledger.commands.command import Facts
from ledger.decision import Caller
from ledger.domain import request as requests
from ledger.domain.history import State, evolve
from ledger.domain.loan import Loan
from ledger.domain.policy import Policy
from ledger.domain.request import PENDING, Request
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from ledger.rpc import answers, fields
from ledger.rpc.approval_answers import as_preview, request_response
from ledger.states import as_loan
from proto import servicing_pb2 as servicing_pb


class ApprovalQueries:
    """Reads requests; changes nothing."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def get(
        self, asked: tuple[Caller, servicing_pb.GetApprovalRequest]
    ) -> servicing_pb.ApprovalResponse:
        """Tell of a request as its caller may decide it now."""
        caller, message = asked
        request = self._request(message.request_id)
        facts = self._books.preview.facts(caller)
        loan = request_steps.loan_of(request, facts)
        response = request_response(request, status=request_steps.status_at(request, facts.at))
        response.event_id = f"{requests.subject_of(request.request_id)}:{request.version}"
        response.account_version = loan.version
        response.command.CopyFrom(as_preview(request_steps.bound_command(request, COMMANDS, "")))
        response.differences.extend(
            servicing_pb.Difference(field=each.field, requested=each.requested, now=each.now)
            for each in binding.differences(request.snapshot, binding.snapshot_of(loan))
        )
        if response.status == PENDING:
            _tell_effect(response, request, loan, facts)
        policy = decision_steps.policy_for(request, facts)
        if response.status in requests.OPEN:
            _tell_related(response, request, policy, facts)
        if facts.permissions.may(Right.DECIDE_REQUEST):
            response.policy = policy.text
        refusal = _refusal(request, facts)
        if refusal is not None:
            response.decision_refusal.CopyFrom(answers.refusal_detail(refusal))
        return response

    def _request(self, request_id: str) -> Request:
        fields.identifier("request_id", request_id)
        state = self._books.preview.state(requests.subject_of(request_id))
        if not isinstance(state, Request):
            raise Refused(
                Refusal.NO_SUCH_REQUEST,
                f"The ledger has no request {request_id}.",
                field="request_id",
            )
        return state


def _tell_related(
    response: servicing_pb.ApprovalResponse, request: Request, policy: Policy, facts: Facts
) -> None:
    """Tell what makes one sum with the request now: of two, the first to be asked for as well."""
    related = request_steps.related_now(request, facts)
    by_policy = facts.permissions.may(Right.DECIDE_REQUEST) and policy.is_structuring
    response.structuring = by_policy or request_steps.is_structuring_now(request, related, facts)
    response.related_request_ids[:] = [each.request_id for each in related]


def _tell_effect(
    response: servicing_pb.ApprovalResponse, request: Request, loan: Loan, facts: Facts
) -> None:
    """Tell what carrying the request out would make of the account, or why it cannot be."""
    response.balances_now.CopyFrom(answers.balances(loan))
    command = request_steps.bound_command(request, COMMANDS, facts.actor_id)
    after: State = loan
    try:
        events = request_steps.carried_out(loan, command, facts, COMMANDS).events
    except Refused as refused:
        response.effect_refusal.CopyFrom(answers.refusal_detail(refused))
        return
    for version, event in enumerate(events, start=loan.version + 1):
        after = evolve(after, event, version, facts.at)
    told = as_loan(after)
    if told is not None:
        response.balances_after.CopyFrom(answers.balances(told))


def _refusal(request: Request, facts: Facts) -> Refused | None:
    """Give why the caller may not decide the request now; None where they may."""
    try:
        facts.permissions.require(Right.DECIDE_REQUEST)
        decision_steps.check_may_decide(request, facts)
    except Refused as refused:
        return refused
    return None
