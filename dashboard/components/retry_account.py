"""Another try of what failed on an account or about a request: a new intent with a new key."""

from msgspec import structs

from dashboard import services
from dashboard.commands.account_command import AccountCommand
from dashboard.commands.decide_request import CancelRequest, Decision
from dashboard.commands.registry import asked_for
from dashboard.commands.request_approval import RequestApproval
from dashboard.components import acting, request_decision
from dashboard.operation import Operation
from dashboard.queries import approvals
from dashboard.queries.accounts import AccountView
from dashboard.session import SignedIn


def retry_account(
    signed_in: SignedIn, operation: Operation, account: AccountView | None = None
) -> None:
    """Open the form with what was entered; what failed stays until the new try has begun.

    So does a request: what it rests on is looked at again before it is asked anew. To take one
    back has no form: it is tried anew at once, on the request as it is now.
    """
    command, caller = operation.command, acting.caller(signed_in)
    if isinstance(command, CancelRequest):
        view = approvals.request(services.database(), acting.reader(signed_in), command.request_id)
        seen = command.seen_version if view is None else view.ver
        anew = structs.replace(command, seen_version=seen)
        acting.operations().begin_anew(operation.key, anew, caller)
    elif isinstance(command, Decision):
        request_decision.refill(operation)
    elif isinstance(command, AccountCommand):
        shown = account or acting.account_now(signed_in, command.loan_account_id)
        if shown is None:
            return
        if isinstance(command, RequestApproval):
            name, entered = asked_for(command)
            acting.open_form(name, shown, entered, operation.key, command.priority)
        else:
            acting.open_form(command.name, shown, command, retries=operation.key)
