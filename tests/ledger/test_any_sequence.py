"""Whatever is done in whatever order, the books tie: a machine tries to break them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ledger.verification.command import RIGHT, verify
from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_id, new_key, open_loan_request
from tests.counts import count
from tests.ledger.approvers import Approver, approver, ask, cancel, resubmit
from tests.ledger.asking import today
from tests.ledger.days import end_day
from tests.ledger.drawn import (
    ACTORS,
    ASKERS,
    CENTS,
    DAYS,
    KINDS,
    RATES,
    SIGNED,
    ago,
    dollars,
    request_of,
)
from tests.ledger.following import Following, must_be_refused
from tests.ledger.forging import settings_of
from tests.ledger.taking_back import correction, issue, reverse


class AnySequence(RuleBasedStateMachine):
    """Random commands by random people, with replays and stale versions among them."""

    ledger: LedgerProcess
    following: Following
    approvers: list[Approver]
    accounts = Bundle("accounts")
    transactions = Bundle("transactions")
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str, tuple[str, ...], dict[str, Any]]] = []
        self.acknowledged: list[str] = []

    @initialize(target=accounts)
    def first_loan(self) -> str:
        """Begin with one loan."""
        return self._loan("100.00", 4, "36.5", 10)

    @rule(
        target=accounts,
        fee=st.sampled_from(["0.00", "33.33", "100.00"]),
        count=st.integers(1, 7),
        rate=RATES,
        days=DAYS,
    )
    def open_and_disburse(self, fee: str, count: int, rate: str, days: int) -> str:
        """One more loan, with or without interest, paid out today or earlier."""
        return self._loan(fee, count, rate, days)

    def _loan(self, fee: str, count: int, rate: str, days: int) -> str:
        request = open_loan_request(loan_fee=fee, instalments=count, customer_id=new_id("CUS"))
        request.annual_rate = rate
        lent = datetime.now(UTC) - timedelta(days=days) if days else None
        return self.ledger.system.active_loan(request, at=lent)

    @rule(
        target=transactions,
        account=accounts,
        actor=ACTORS,
        cents=CENTS,
        number=st.integers(0, 8),
        days=DAYS,
    )
    def repay(self, account: str, actor: str, cents: int, number: int, days: int) -> Any:  # noqa: ANN401 - one or none
        """Pay, perhaps more than is owed, perhaps from an earlier day on."""
        fields = {"target_payment_number": number, "effective_date": ago(days)}
        return self._do("repay", actor, account, dollars(cents), **fields)

    @rule(target=transactions, account=accounts, days=DAYS)
    def pay_off(self, account: str, days: int) -> Any:  # noqa: ANN401 - the same
        """Pay all that is owed."""
        owed = self.ledger.system.balance(account).total_outstanding
        return self._do("repay", "system", account, owed, effective_date=ago(days))

    @rule(target=transactions, account=accounts, cents=CENTS)
    def late_fee(self, account: str, cents: int) -> Any:  # noqa: ANN401 - the same
        """Charge a fee."""
        return self._do("late_fee", "system", account, dollars(cents))

    @rule(target=transactions, account=accounts, cents=CENTS)
    def dishonour_fee(self, account: str, cents: int) -> Any:  # noqa: ANN401 - the same
        """Charge another."""
        return self._do("dishonour_fee", "staff-support", account, dollars(cents))

    @rule(account=accounts, actor=ACTORS, cents=CENTS)
    def waive(self, account: str, actor: str, cents: int) -> None:
        """Waive an amount."""
        self._do("waive", actor, account, dollars(cents))

    @rule(account=accounts, cents=CENTS)
    def waive_the_establishment_fee(self, account: str, cents: int) -> None:
        """Waive the fee that the instalments include."""
        fee = f"TXN-{account}-4"
        self._do("waive", "staff-supervisor", account, dollars(cents), target_transaction_id=fee)

    @rule(transaction=transactions, cents=CENTS)
    def waive_one(self, transaction: tuple[str, str], cents: int) -> None:
        """Waive one late fee, paid or not; or what is no fee at all."""
        account, fee_id = transaction
        self._do("waive", "staff-supervisor", account, dollars(cents), target_transaction_id=fee_id)

    @rule(account=accounts, principal=SIGNED, fees=SIGNED)
    def adjust(self, account: str, principal: int, fees: int) -> None:
        """Set balances right."""
        self._do("adjust", "staff-supervisor", account, dollars(principal), dollars(fees))

    @rule(account=accounts, cents=CENTS)
    def refund(self, account: str, cents: int) -> None:
        """Pay an overpayment back, if there is one."""
        self._do("refund", "staff-supervisor", account, dollars(cents))

    @rule(transaction=transactions, days=DAYS)
    def reverse(self, transaction: tuple[str, str], days: int) -> None:
        """Take a transaction back, perhaps a second time."""
        account, transaction_id = transaction
        self._try_act(
            reverse,
            self.ledger.caller("staff-supervisor"),
            account,
            transaction_id,
            effective_date=ago(days),
        )

    @rule(transaction=transactions, cents=CENTS, days=DAYS)
    def correct(self, transaction: tuple[str, str], cents: int, days: int) -> None:
        """Post a payment as it should have been; perhaps it was corrected before."""
        account, transaction_id = transaction
        wanted = correction(account, transaction_id, dollars(cents), effective_date=ago(days))
        self._carry_out(pb.PreviewRequest(correct_payment=wanted))

    @rule(account=accounts, message=st.integers(1, 9), cents=CENTS, days=DAYS)
    def issue_correction(self, account: str, message: int, cents: int, days: int) -> None:
        """Post a message that never was; perhaps it was posted before."""
        wanted = issue(account, f"{message}-0", dollars(cents), effective_date=ago(days))
        self._carry_out(pb.PreviewRequest(issue_correction=wanted))

    def _carry_out(self, command: pb.PreviewRequest) -> None:
        """Ask as somebody who may, and approve it."""
        try:
            request = ask(self.ledger.caller("staff-admin"), command).request_id
        except grpc.RpcError as error:
            must_be_refused(error)
            return
        self._decide(self.approvers[0], request)

    @rule(days=st.integers(1, 12))
    def end_days(self, days: int) -> None:
        """End some business dates, missed ones among them; again, nothing is new."""
        end_day(self.ledger.system, day=today() - timedelta(days=days))
        before = self._head()
        end_day(self.ledger.system, day=today() - timedelta(days=days))
        assert self._head() == before

    @rule(target=requests, account=accounts, actor=ASKERS, kind=KINDS, cents=CENTS)
    def ask(self, account: str, actor: str, kind: str, cents: int) -> Any:  # noqa: ANN401 - the same
        """Ask for what one may not do alone."""
        return self._ask(actor, kind, account, cents) or multiple()

    def _ask(self, actor: str, kind: str, account: str, cents: int = 0) -> str:
        try:
            asked = ask(self.ledger.caller(actor), request_of(kind, account, cents))
        except grpc.RpcError as error:
            must_be_refused(error)
            return ""
        return asked.request_id

    @rule(
        account=accounts, steps=st.lists(st.sampled_from(["recovery", "undo", "pay"])), cents=CENTS
    )
    def give_up(self, account: str, steps: list[str], cents: int) -> None:
        """Write a loan off; money may come in later, the write-off may be undone."""
        for step in ("write_off", *steps):
            if step == "pay":
                self._do("repay", "staff-support", account, dollars(cents))
            elif request := self._ask("staff-support", step, account, cents):
                self._decide(self.approvers[0], request)

    @rule(request=requests, which=st.integers(0, 1), seen=st.booleans())
    def approve(self, request: str, which: int, seen: bool) -> None:  # noqa: FBT001 - drawn
        """Approve what waits, or what is decided already, or has changed."""
        self._decide(self.approvers[which], request, changes_seen=seen)

    @rule(request=requests)
    def approve_twice_at_once(self, request: str) -> None:
        """Of two who approve the same at the same time one wins at most."""
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(self._decide, each, request) for each in self.approvers]
        assert sum(call.result() for call in calls) <= 1

    @rule(request=requests)
    def reject_or_return(self, request: str) -> None:
        """Say no, or not yet."""
        act = self.approvers[0].return_ if len(self.calls) % 2 else self.approvers[0].reject
        self._try_act(act, request)

    @rule(request=requests, actor=ASKERS)
    def take_back(self, request: str, actor: str) -> None:
        """Cancel one's own request or ask for it again, or try it with somebody else's."""
        act = resubmit if len(self.calls) % 2 else cancel
        self._try_act(act, self.ledger.caller(actor), request)

    @rule(account=accounts, behind=st.integers(1, 3))
    def act_on_what_was_seen_earlier(self, account: str, behind: int) -> None:
        """A stale version changes nothing."""
        version = self.ledger.system.balance(account).account_version
        before = self.ledger.system.balance(account).total_outstanding
        self._do("repay", "system", account, "1.00", expected_version=max(version - behind, 1))
        assert self.ledger.system.balance(account).total_outstanding == before

    @rule(index=st.integers(0, 50))
    def do_again_what_was_done(self, index: int) -> None:
        """A replay has no second effect."""
        if self.calls:
            verb, actor, arguments, fields = self.calls[index % len(self.calls)]
            before = self._head()
            answer = getattr(self.ledger.caller(actor), verb)(*arguments, **fields)
            assert answer.idempotent_replay
            assert self._head() == before

    def _head(self) -> int:
        system = self.ledger.system
        health = system.operations.Health(pb.HealthRequest(), metadata=system.metadata())
        return health.journal_position

    def _do(self, verb: str, actor: str, *arguments: str, **fields: Any) -> Any:  # noqa: ANN401 - a transaction or none
        fields["idempotency_key"] = new_key()
        try:
            answer = getattr(self.ledger.caller(actor), verb)(*arguments, **fields)
        except grpc.RpcError as error:
            must_be_refused(error)
            return multiple()
        self.calls.append((verb, actor, arguments, fields))
        self.acknowledged.append(answer.event_id)
        return arguments[0], answer.transaction.transaction_id

    def _decide(self, who: Approver, request: str, **changed: bool) -> bool:
        return self._try_act(who.approve, request, **changed)

    def _try_act(self, act: Any, *arguments: Any, **fields: Any) -> bool:  # noqa: ANN401 - any act
        try:
            answer = act(*arguments, **fields)
        except grpc.RpcError as error:
            must_be_refused(error)
            return False
        self.acknowledged.append(answer.event_id)
        return True

    @invariant()
    def the_books_tie(self) -> None:
        """Check every invariant, and that what was acknowledged is there (I5)."""
        self.following.check()
        assert self.following.event_ids.issuperset(self.acknowledged)


def test_no_sequence_of_commands_breaks_the_books(ledger_alone: LedgerProcess) -> None:
    """I1 to I7 and I10 hold after every step; in the end the whole journal verifies."""
    limits = dict.fromkeys(("write_off", "waiver", "adjustment", "reversal"), "100000.00")
    attributes = {
        "ledger": ledger_alone,
        "following": Following(ledger_alone.system),
        "approvers": [approver(ledger_alone, limits) for _ in range(2)],
    }
    run_state_machine_as_test(
        type("Machine", (AnySequence,), attributes),
        settings=settings(
            max_examples=count(10, 200),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    status, sentence = verify(settings_of(ledger_alone.data_dir), 1, tell=lambda _line: None)
    assert status == RIGHT, sentence
