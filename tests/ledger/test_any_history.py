"""Any history of one loan: its read model says what the loan itself does, after each command."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from ledger.commands.command import Command
from ledger.commands.correct_payment import CorrectPayment
from ledger.commands.end_account_day import EndAccountDay, NothingToEnd
from ledger.commands.issue_correction import IssueCorrection
from ledger.commands.record_recovery import RecordRecovery
from ledger.commands.refund_overpayment import RefundOverpayment
from ledger.commands.undo_write_off import UndoWriteOff
from ledger.commands.write_off import WriteOff
from ledger.domain.business_day import business_date
from ledger.domain.loan import Loan
from ledger.domain.reversal import PAYMENTS
from ledger.errors import Refused
from ledger.journal import Entry
from proto import codec
from proto.events import PostingEvent
from proto.values import Key, Money
from tests.counts import count
from tests.ledger.loan_commands import APPROVED, MINE, adjust, late_fee, repay, reverse, waive
from tests.ledger.mirrored import Mirrored
from tests.ledger.one_loan import ACCOUNT, APPROVER, OneLoan


class FollowedLoan(OneLoan):
    """A loan whose events the projector folds as they come."""

    def __init__(self, annual_rate_ppm: int) -> None:
        self._mirrored, self._taken = Mirrored(), 0
        super().__init__(annual_rate_ppm)

    def do(self, command: Command) -> PostingEvent | None:
        """Carry a command out, and hold the read models against the loan."""
        posted = super().do(command)
        for event in self.events[self._taken :]:
            self._taken += 1
            entry = Entry(
                position=self._taken,
                subject_id=ACCOUNT,
                version=self._taken,
                event_type=event.type,
                recorded_at=str(self.at),
                actor=APPROVER,
                body=codec.canonical(event),
                hash="",
                prev="",
            )
            self._mirrored.take(entry)
        self._mirrored.check(ACCOUNT, self.now)
        self._mirrored.check_portfolio([self.now])
        return posted


def amount(loan: Loan, chance: Random) -> Money:
    """Give some amount: any, or all that is owed, or a little more or less."""
    owed = loan.total_outstanding
    near = (owed, owed + chance.randint(1, 50_00), owed - chance.randint(1, 50_00))
    return Money(max(chance.choice((chance.randint(1, 400_00), *near)), 1))


def command(loan: OneLoan, chance: Random) -> Command:
    """Give some command of any kind on the account."""
    now, cents = loan.now, amount(loan.now, chance)
    posted = chance.choice(loan.postings)
    paid = chance.choice([each for each in loan.postings if isinstance(each, PAYMENTS)] or [posted])
    number = chance.randrange(10**9)
    commands: list[Callable[[], Command]] = [
        lambda: repay(cents),
        lambda: repay(cents, effective_date=str(business_date(loan.at) - timedelta(days=2))),
        lambda: late_fee(chance.randint(1, 30_00)),
        lambda: waive(chance.randint(1, max(now.fee_balance, 1))),
        lambda: waive(chance.randint(1, 50_00), posted.transaction_id),
        lambda: adjust(chance.choice((-now.principal, chance.randint(-200_00, 200_00)))),
        lambda: adjust(chance.randint(1, 200_00), -now.fee_balance),
        lambda: WriteOff(amount=None, **APPROVED),
        lambda: UndoWriteOff(**APPROVED),
        lambda: RecordRecovery(amount=cents, payment_reference=Key("R-1"), **APPROVED),
        lambda: RefundOverpayment(
            amount=Money(max(now.overpayment, 1)), payment_reference=Key(""), **APPROVED
        ),
        lambda: reverse(posted),
        lambda: reverse(paid),
        lambda: reverse(
            paid, effective_date=str(business_date(loan.at) - timedelta(days=chance.randrange(6)))
        ),
        lambda: CorrectPayment(transaction_id=paid.transaction_id, amount=cents, **APPROVED),
        lambda: CorrectPayment(
            transaction_id=paid.transaction_id,
            amount=Money(min(now.total_outstanding + now.total_paid, 900_00) or 1),
            **APPROVED,
        ),
        lambda: IssueCorrection(
            original_message_id=Key(f"17{number:011d}-0"),
            amount=cents,
            payment_reference=Key("DD-1"),
            **APPROVED,
        ),
        lambda: EndAccountDay(business_date=business_date(loan.at) - timedelta(days=1), **MINE),
    ]
    return chance.choice(commands)()


def live(number: int) -> None:
    """Let a loan have one history, the same at each run."""
    chance = Random(number)  # noqa: S311 - to be repeated, not to be secret
    loan, done = FollowedLoan(chance.choice((0, 365_000))), []
    try:
        for _ in range(chance.randint(3, 20)):
            loan.pass_days(chance.choice((0, 0, 0, 1, 3)))
            done.append(command(loan, chance))
            try:
                loan.do(done[-1])
            except (Refused, NothingToEnd):
                done.pop()
    except Exception as error:
        error.add_note(f"history {number}: {done}")
        raise


def test_after_no_history_do_the_read_models_say_something_else() -> None:
    """Status, balances, fees, instalments and the sums over accounts, after every command."""
    for number in range(count(300, 20_000)):
        live(number)
