"""What every step of a random sequence is made of: somebody acts, and may be refused."""

# ruff: noqa: ANN401 - acts and answers of any kind
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import grpc
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple

from proto import servicing_pb2 as pb
from tests.builders import new_id, new_key, open_loan_request
from tests.ledger.approvers import Approver, ask
from tests.ledger.drawn import request_of
from tests.ledger.following import Following, must_be_refused
from tests.ledger.remembering import RememberingLedger

ACCOUNTS: Final = Bundle("accounts")
TRANSACTIONS: Final = Bundle("transactions")
REQUESTS: Final = Bundle("requests")
PEOPLE: Final = Bundle("people")
NOTES: Final = Bundle("notes")


class Acting(RuleBasedStateMachine):
    """Begins with one loan; every act is done, or refused with a reason."""

    ledger: RememberingLedger
    following: Following
    approvers: list[Approver]

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: list[str] = []
        self.owners: dict[str, str] = {}
        self.ledger.done.clear()

    @initialize(target=ACCOUNTS)
    def first_loan(self) -> str:
        """Begin with one loan."""
        return self.lend("100.00", 4, "36.5", 10)

    def lend(self, fee: str, count: int, rate: str, days: int) -> str:
        """Open a loan and pay it out, today or earlier."""
        request = open_loan_request(loan_fee=fee, instalments=count, customer_id=new_id("CUS"))
        request.annual_rate = rate
        self.owners[request.loan_account_id] = request.customer_id
        lent = datetime.now(UTC) - timedelta(days=days) if days else None
        return self.ledger.system.active_loan(request, at=lent)

    def do(self, verb: str, actor: str, *arguments: str, **fields: Any) -> Any:
        """Do something to an account; give the transaction, or none."""
        fields["idempotency_key"] = new_key()
        try:
            answer = getattr(self.ledger.caller(actor), verb)(*arguments, **fields)
        except grpc.RpcError as error:
            must_be_refused(error)
            return multiple()
        self.acknowledged.append(answer.event_id)
        return arguments[0], answer.transaction.transaction_id

    def requested(self, actor: str, kind: str, account: str, cents: int = 0) -> str:
        """Ask for something; give the request's id, or nothing where it was refused."""
        return self.ask_for(actor, request_of(kind, account, cents))

    def ask_for(self, actor: str, command: pb.PreviewRequest) -> str:
        """Ask for a command."""
        asked = self.attempt(ask, self.ledger.caller(actor), command)
        return asked.request_id if asked else ""

    def decide(self, who: Approver, request: str, **changed: bool) -> bool:
        """Approve; tell whether it was taken."""
        return self.attempt(who.approve, request, **changed) is not None

    def attempt(self, act: Any, *arguments: Any, **fields: Any) -> Any:
        """Do whatever it is; give the answer, or None where it was refused."""
        try:
            answer = act(*arguments, **fields)
        except grpc.RpcError as error:
            must_be_refused(error)
            return None
        if event_id := getattr(answer, "event_id", ""):
            self.acknowledged.append(event_id)
        return answer

    def head(self) -> int:
        """Tell how many entries there are."""
        system = self.ledger.system
        health = system.operations.Health(pb.HealthRequest(), metadata=system.metadata())
        return health.journal_position
