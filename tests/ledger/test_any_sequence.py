"""Whatever is done in whatever order, the books tie: a machine tries to break them."""

from typing import Any

import grpc
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.builders import LedgerProcess, new_key, open_loan_request, refusal_of
from tests.counts import count
from tests.ledger.accounts_check import check_books

CENTS = st.integers(min_value=1, max_value=400_00)
ACTORS = st.sampled_from(["staff-support", "staff-supervisor", "staff-analyst", "system"])


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


class AnySequence(RuleBasedStateMachine):
    """Random commands by random people, with replays and stale versions among them."""

    ledger: LedgerProcess
    accounts = Bundle("accounts")
    fees = Bundle("fees")

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str, str, str, dict[str, Any]]] = []

    @initialize(target=accounts)
    def first_loan(self) -> str:
        """Begin with one loan."""
        return self.ledger.system.active_loan()

    @rule(
        target=accounts, fee=st.sampled_from(["0.00", "33.33", "100.00"]), count=st.integers(1, 7)
    )
    def open_and_disburse(self, fee: str, count: int) -> str:
        """One more loan."""
        return self.ledger.system.active_loan(open_loan_request(loan_fee=fee, instalments=count))

    @rule(account=accounts, actor=ACTORS, cents=CENTS, number=st.integers(0, 8))
    def repay(self, account: str, actor: str, cents: int, number: int) -> None:
        """Pay, perhaps more than is owed."""
        self._do("repay", actor, account, _dollars(cents), target_payment_number=number)

    @rule(target=fees, account=accounts, cents=CENTS)
    def late_fee(self, account: str, cents: int) -> tuple[str, str]:
        """Charge a fee."""
        answer = self._do("late_fee", "system", account, _dollars(cents))
        return account, answer.transaction.transaction_id if answer else "TXN-none"

    @rule(account=accounts, actor=ACTORS, cents=CENTS)
    def waive(self, account: str, actor: str, cents: int) -> None:
        """Waive an amount."""
        self._do("waive", actor, account, _dollars(cents))

    @rule(account=accounts, cents=CENTS)
    def waive_the_establishment_fee(self, account: str, cents: int) -> None:
        """Waive the fee that the instalments include."""
        fee = f"TXN-{account}-4"
        self._do("waive", "staff-supervisor", account, _dollars(cents), target_transaction_id=fee)

    @rule(fee=fees, cents=CENTS)
    def waive_one(self, fee: tuple[str, str], cents: int) -> None:
        """Waive one late fee, paid or not."""
        account, fee_id = fee
        self._do(
            "waive", "staff-supervisor", account, _dollars(cents), target_transaction_id=fee_id
        )

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
            verb, actor, account, amount, fields = self.calls[index % len(self.calls)]
            head = len(self.ledger.system.entries())
            answer = getattr(self.ledger.caller(actor), verb)(account, amount, **fields)
            assert answer.idempotent_replay
            assert len(self.ledger.system.entries()) == head

    def _do(self, verb: str, actor: str, account: str, amount: str, **fields: Any) -> Any:  # noqa: ANN401 - answers of several kinds
        fields["idempotency_key"] = new_key()
        try:
            answer = getattr(self.ledger.caller(actor), verb)(account, amount, **fields)
        except grpc.RpcError as error:
            if not refusal_of(error).reason:
                raise  # a bug or a fault, which no command may bring about
            return None
        self.calls.append((verb, actor, account, amount, fields))
        return answer

    @invariant()
    def the_books_tie(self) -> None:
        """Check the invariants."""
        check_books(self.ledger.system)


def test_no_sequence_of_commands_breaks_the_books(ledger_alone: LedgerProcess) -> None:
    """I1, I2, I4 and I7 hold after every step."""
    machine = type("Machine", (AnySequence,), {"ledger": ledger_alone})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count(10, 200),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
