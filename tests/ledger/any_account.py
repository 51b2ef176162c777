"""Random acts on accounts: lending, paying, charging, waiving, taking back, ending days."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger.domain.reversal import PAYMENTS
from proto import servicing_pb2 as pb
from proto.events import FeeApplied
from tests.ledger.any_acts import ACCOUNTS, NUMBERS, Acting
from tests.ledger.asking import today
from tests.ledger.days import end_day
from tests.ledger.drawn import (
    ACTORS,
    CENTS,
    DAYS,
    ENOUGH,
    LAST,
    RATES,
    SIGNED,
    ago,
    dollars,
)
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
        account=ACCOUNTS,
        actor=ACTORS,
        cents=CENTS,
        number=st.integers(0, 8),
        days=DAYS,
    )
    def repay(self, account: str, actor: str, cents: int, number: int, days: int) -> None:
        """Pay, perhaps more than is owed, perhaps from an earlier day on."""
        fields = {"target_payment_number": number, "effective_date": ago(days)}
        self.do("repay", actor, account, dollars(cents), **fields)

    @rule(account=ACCOUNTS, days=DAYS)
    def pay_off(self, account: str, days: int) -> None:
        """Pay all that is owed; where nothing is, some more."""
        owed = self.following.loan(account).total_outstanding or 50_00
        self.do("repay", "system", account, dollars(owed), effective_date=ago(days))

    @rule(account=ACCOUNTS, kind=st.sampled_from(["late_fee", "dishonour_fee"]), cents=CENTS)
    def charge(self, account: str, kind: str, cents: int) -> None:
        """Charge a fee."""
        self.do(kind, "staff-support", account, dollars(cents))

    @rule(account=ACCOUNTS, actor=ACTORS, which=st.none() | LAST, cents=CENTS)
    def waive(self, account: str, actor: str, which: int | None, cents: int) -> None:
        """Waive an amount: of what is unpaid, or of one fee, paid or not; or of what is none."""
        fee = "" if which is None else self.transaction(account, which, (FeeApplied,))
        self.do("waive", actor, account, dollars(cents), target_transaction_id=fee)

    @rule(account=ACCOUNTS, principal=SIGNED, fees=SIGNED)
    def adjust(self, account: str, principal: int, fees: int) -> None:
        """Set balances right."""
        self.do("adjust", "staff-supervisor", account, dollars(principal), dollars(fees))

    @rule(account=ACCOUNTS, cents=CENTS, whole=st.booleans())
    def refund(self, account: str, cents: int, whole: bool) -> None:  # noqa: FBT001 - drawn
        """Pay an overpayment back, if there is one, whole or another amount."""
        paid_back = self.following.loan(account).overpayment if whole else cents
        self.do("refund", "staff-supervisor", account, dollars(paid_back))

    @rule(account=ACCOUNTS, which=LAST, days=DAYS)
    def reverse(self, account: str, which: int, days: int) -> None:
        """Take a transaction back, perhaps a second time."""
        self.attempt(
            reverse,
            self.ledger.caller("staff-supervisor"),
            account,
            self.transaction(account, which),
            effective_date=ago(days),
        )

    @rule(account=ACCOUNTS, which=LAST, cents=ENOUGH, days=DAYS)
    def correct(self, account: str, which: int, cents: int, days: int) -> None:
        """Post a payment as it should have been; perhaps it was corrected before."""
        transaction_id = self.transaction(account, which, PAYMENTS)
        wanted = correction(account, transaction_id, dollars(cents), effective_date=ago(days))
        self.carry_out(pb.PreviewRequest(correct_payment=wanted))

    @rule(account=ACCOUNTS, message=NUMBERS, cents=ENOUGH, days=DAYS)
    def issue_correction(self, account: str, message: int, cents: int, days: int) -> None:
        """Post a message that never was; perhaps it was posted before."""
        message_id = self.messages[message]
        wanted = issue(account, message_id, dollars(cents), effective_date=ago(days))
        self.carry_out(pb.PreviewRequest(issue_correction=wanted))

    def carry_out(self, command: pb.PreviewRequest) -> None:
        """Ask as somebody who may, and approve it."""
        if request := self.ask_for("staff-admin", command):
            self.decide(self.approvers[0], request)

    @rule(days=st.integers(1, 12))
    def end_days(self, days: int) -> None:
        """End some business dates, missed ones among them; again, nothing is new."""
        day = today() - timedelta(days=days)
        end_day(self.ledger.system, day=day)
        before = self.head()
        end_day(self.ledger.system, day=day)
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
