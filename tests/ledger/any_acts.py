"""What every step of a random sequence is made of: somebody acts, and may be refused."""

# ruff: noqa: ANN401 - acts and answers of any kind
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize

from ledger.verification.command import RIGHT, verify
from proto import servicing_pb2 as pb
from tests.builders import new_id, new_key, open_loan_request
from tests.ledger.approvers import Approver, approver, ask
from tests.ledger.asking import today
from tests.ledger.drawn import request_of
from tests.ledger.following import Following, must_be_refused
from tests.ledger.forging import settings_of
from tests.ledger.remembering import RememberingLedger
from tests.ledger.taking_back import new_message

ACCOUNTS: Final = Bundle("accounts")
REQUESTS: Final = Bundle("requests")
PEOPLE: Final = Bundle("people")
NOTES: Final = Bundle("notes")
LIMITS: Final = dict.fromkeys(("write_off", "waiver", "adjustment", "reversal"), "100000.00")
AGREED_DAYS_AGO: Final = 14
"""So that some instalments are due already."""
MESSAGES: Final = 9
NUMBERS: Final = st.integers(0, MESSAGES - 1)
"""Of the messages that may be posted, closed as letters, or both at once."""


class Acting(RuleBasedStateMachine):
    """Begins with one loan in books of its own; every act is done, or refused with a reason.

    What is drawn next never depends on what the ledger answered: a refused act leaves a name
    behind that leads to nothing, and a transaction is drawn by its place in the account. So
    the same choices are the same sequence, whatever was tried before.
    """

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        ledger = RememberingLedger(self.folder / new_id("books"))
        self.ledger = ledger.__enter__().with_staff()
        self.approvers = [approver(self.ledger, LIMITS) for _ in range(2)]
        self.following = Following(self.ledger.system)
        self.acknowledged: list[str] = []
        self.owners: dict[str, str] = {}
        self.messages = [new_message() for _ in range(MESSAGES)]
        self.ledger.done.clear()

    def teardown(self) -> None:
        """Close the books; the whole journal verifies."""
        self.ledger.__exit__(None, None, None)
        status, sentence = verify(settings_of(self.ledger.data_dir), 1, tell=lambda _line: None)
        assert status == RIGHT, sentence

    @initialize(target=ACCOUNTS)
    def first_loan(self) -> str:
        """Begin with one loan."""
        return self.lend("100.00", 4, "36.5", 10)

    def lend(self, fee: str, count: int, rate: str, days: int) -> str:
        """Open a loan and pay it out, today or earlier."""
        opened = today() - timedelta(days=max(days, AGREED_DAYS_AGO))
        request = open_loan_request(
            loan_fee=fee, instalments=count, customer_id=new_id("CUS"), opened=opened
        )
        request.annual_rate = rate
        self.owners[request.loan_account_id] = request.customer_id
        lent = datetime.now(UTC) - timedelta(days=days) if days else None
        return self.ledger.system.active_loan(request, at=lent)

    def transaction(self, account: str, which: int, kinds: tuple[type, ...] = ()) -> str:
        """Name one of the account's last transactions, of some kinds if it has any."""
        postings = self.following.loan(account).postings
        found = [each for each in postings if isinstance(each.event, kinds)] or postings
        return str(found[-1 - which % len(found)].transaction_id)

    def do(self, verb: str, actor: str, *arguments: str, **fields: Any) -> None:
        """Do something to an account."""
        fields["idempotency_key"] = new_key()
        self.attempt(getattr(self.ledger.caller(actor), verb), *arguments, **fields)

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
