"""Random acts on accounts: lending, paying, charging, waiving, taking back, ending days."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from proto import servicing_pb2 as pb
from tests.ledger.any_acts import ACCOUNTS, TRANSACTIONS, Acting
from tests.ledger.asking import today
from tests.ledger.days import end_day
from tests.ledger.drawn import ACTORS, CENTS, DAYS, RATES, SIGNED, ago, dollars
from tests.ledger.taking_back import correction, issue, reverse


class OnAccounts(Acting):
    """By random people, with amounts and dates that may be right or wrong."""

    @rule(
        target=ACCOUNTS,
        fee=st.sampled_from(["0.00", "33.33", "100.00"]),
        count=st.integers(1, 7),
        rate=RATES,
        days=DAYS,
    )
    def open_and_disburse(self, fee: str, count: int, rate: str, days: int) -> str:
        """One more loan, with or without interest, paid out today or earlier."""
        return self.lend(fee, count, rate, days)

    @rule(
        target=TRANSACTIONS,
        account=ACCOUNTS,
        actor=ACTORS,
        cents=CENTS,
        number=st.integers(0, 8),
        days=DAYS,
    )
    def repay(self, account: str, actor: str, cents: int, number: int, days: int) -> Any:  # noqa: ANN401 - one or none
        """Pay, perhaps more than is owed, perhaps from an earlier day on."""
        fields = {"target_payment_number": number, "effective_date": ago(days)}
        return self.do("repay", actor, account, dollars(cents), **fields)

    @rule(target=TRANSACTIONS, account=ACCOUNTS, days=DAYS)
    def pay_off(self, account: str, days: int) -> Any:  # noqa: ANN401 - the same
        """Pay all that is owed."""
        owed = self.ledger.system.balance(account).total_outstanding
        return self.do("repay", "system", account, owed, effective_date=ago(days))

    @rule(target=TRANSACTIONS, account=ACCOUNTS, cents=CENTS)
    def late_fee(self, account: str, cents: int) -> Any:  # noqa: ANN401 - the same
        """Charge a fee."""
        return self.do("late_fee", "system", account, dollars(cents))

    @rule(target=TRANSACTIONS, account=ACCOUNTS, cents=CENTS)
    def dishonour_fee(self, account: str, cents: int) -> Any:  # noqa: ANN401 - the same
        """Charge another."""
        return self.do("dishonour_fee", "staff-support", account, dollars(cents))

    @rule(account=ACCOUNTS, actor=ACTORS, cents=CENTS)
    def waive(self, account: str, actor: str, cents: int) -> None:
        """Waive an amount."""
        self.do("waive", actor, account, dollars(cents))

    @rule(account=ACCOUNTS, cents=CENTS)
    def waive_the_establishment_fee(self, account: str, cents: int) -> None:
        """Waive the fee that the instalments include."""
        fee = f"TXN-{account}-4"
        self.do("waive", "staff-supervisor", account, dollars(cents), target_transaction_id=fee)

    @rule(transaction=TRANSACTIONS, cents=CENTS)
    def waive_one(self, transaction: tuple[str, str], cents: int) -> None:
        """Waive one late fee, paid or not; or what is no fee at all."""
        account, fee_id = transaction
        self.do("waive", "staff-supervisor", account, dollars(cents), target_transaction_id=fee_id)

    @rule(account=ACCOUNTS, principal=SIGNED, fees=SIGNED)
    def adjust(self, account: str, principal: int, fees: int) -> None:
        """Set balances right."""
        self.do("adjust", "staff-supervisor", account, dollars(principal), dollars(fees))

    @rule(account=ACCOUNTS, cents=CENTS)
    def refund(self, account: str, cents: int) -> None:
        """Pay an overpayment back, if there is one."""
        self.do("refund", "staff-supervisor", account, dollars(cents))

    @rule(transaction=TRANSACTIONS, days=DAYS)
    def reverse(self, transaction: tuple[str, str], days: int) -> None:
        """Take a transaction back, perhaps a second time."""
        account, transaction_id = transaction
        self.attempt(
            reverse,
            self.ledger.caller("staff-supervisor"),
            account,
            transaction_id,
            effective_date=ago(days),
        )

    @rule(transaction=TRANSACTIONS, cents=CENTS, days=DAYS)
    def correct(self, transaction: tuple[str, str], cents: int, days: int) -> None:
        """Post a payment as it should have been; perhaps it was corrected before."""
        account, transaction_id = transaction
        wanted = correction(account, transaction_id, dollars(cents), effective_date=ago(days))
        self.carry_out(pb.PreviewRequest(correct_payment=wanted))

    @rule(account=ACCOUNTS, message=st.integers(1, 9), cents=CENTS, days=DAYS)
    def issue_correction(self, account: str, message: int, cents: int, days: int) -> None:
        """Post a message that never was; perhaps it was posted before."""
        wanted = issue(account, f"{message}-0", dollars(cents), effective_date=ago(days))
        self.carry_out(pb.PreviewRequest(issue_correction=wanted))

    def carry_out(self, command: pb.PreviewRequest) -> None:
        """Ask as somebody who may, and approve it."""
        if request := self.ask_for("staff-admin", command):
            self.decide(self.approvers[0], request)

    @rule(days=st.integers(1, 12))
    def end_days(self, days: int) -> None:
        """End some business dates, missed ones among them; again, nothing is new."""
        end_day(self.ledger.system, day=today() - timedelta(days=days))
        before = self.head()
        end_day(self.ledger.system, day=today() - timedelta(days=days))
        assert self.head() == before

    @rule(
        account=ACCOUNTS, steps=st.lists(st.sampled_from(["recovery", "undo", "pay"])), cents=CENTS
    )
    def give_up(self, account: str, steps: list[str], cents: int) -> None:
        """Write a loan off; money may come in later, the write-off may be undone."""
        for step in ("write_off", *steps):
            if step == "pay":
                self.do("repay", "staff-support", account, dollars(cents))
            elif request := self.requested("staff-support", step, account, cents):
                self.decide(self.approvers[0], request)

    @rule(account=ACCOUNTS, behind=st.integers(1, 3))
    def act_on_what_was_seen_earlier(self, account: str, behind: int) -> None:
        """A stale version changes nothing."""
        version = self.ledger.system.balance(account).account_version
        before = self.ledger.system.balance(account).total_outstanding
        self.do("repay", "system", account, "1.00", expected_version=max(version - behind, 1))
        assert self.ledger.system.balance(account).total_outstanding == before
