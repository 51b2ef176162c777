"""The conversations of the demo portfolio: an application for a loan, or trouble with one.

Each is told by the events that the assistant publishes, and ends with a decision where it
is an application.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from embedded.demo.calendar import sydney
from embedded.demo.loans import Loan
from embedded.demo.messages import Message
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Instant, Money

TALKED_ABOUT_EACH: Final = 3
"""Every third loan's application is told; every ninth has a talk afterwards besides."""
LONG_QUESTIONS: Final = 70
PURPOSES: Final = ("Car repairs", "Rent and bond", "Dental work", "A new fridge", "Moving house")
HARDSHIP: Final = (
    ("customer", "My hours were cut. I cannot pay this fortnight."),
    ("assistant", "Thank you for telling us. Would smaller payments for a while help you?"),
    ("customer", "Yes, half of it until the end of the month."),
    ("assistant", "I have passed this on. Somebody calls you within two business days."),
)
QUESTION: Final = (
    ("customer", "When is my next payment?"),
    ("assistant", "It is in your schedule, which I have sent to your e-mail."),
)

Lines = tuple[tuple[str, str], ...]


class Talk:
    """One conversation, told message by message; each is a minute after the one before."""

    def __init__(self, conversation_id: str, customer_id: str, begins: Instant) -> None:
        self._id, self._customer_id, self._begins = conversation_id, customer_id, begins
        self.messages: list[Message] = []

    def started(self, application_number: str) -> None:
        """It begins."""
        self.tell(
            "conversation_started",
            customer_id=self._customer_id,
            application_number=application_number,
        )

    def said(self, lines: Lines) -> None:
        """Somebody speaks: the customer or the assistant."""
        for who, words in lines:
            kind = "user_input" if who == "customer" else "assistant_response"
            self.tell(kind, utterance=words)

    def tell(self, kind: str, **body: Any) -> None:  # noqa: ANN401 - whatever the feed may send
        """Tell one thing more."""
        place = len(self.messages)
        at = Instant.of(self._begins + timedelta(minutes=place))
        self.messages.append(
            Message(
                type=kind,
                subject=self._id,
                about=self._customer_id,
                cause=f"demo-{self._id}-{place}",
                body={**body, "timestamp": str(at)},
            )
        )


def talks(told: tuple[Loan, ...], others: tuple[Loan, ...]) -> Iterator[Message]:
    """Tell the conversations about the loans: of the first each one, of the others some."""
    for loan in told:
        yield from application(loan)
        yield from afterwards(loan)
    for place, loan in enumerate(others):
        if place % TALKED_ABOUT_EACH == 0:
            yield from application(loan)
        if place % TALKED_ABOUT_EACH**2 == 0:
            yield from afterwards(loan)


def application(loan: Loan) -> list[Message]:
    """Tell how the loan was applied for, the day before it was signed."""
    opened = loan.steps[0].request
    if not isinstance(opened, servicing.OpenLoanRequest):
        raise TypeError(f"{loan.account_id} does not begin with its opening")
    chance = Random(f"talk:{loan.account_number}")  # noqa: S311 - a demo, not a secret
    day = date.fromisoformat(opened.opened_date) - timedelta(days=1)
    begins = sydney(day, chance.randint(8, 20), chance.randint(0, 40))
    talk = Talk(f"CONV-{loan.account_number}", loan.customer_id, begins)
    talk.started(opened.application_number)
    purpose = chance.choice(PURPOSES)
    talk.said(_questions(opened, purpose))
    talk.tell(
        "applicationDetail_changed",
        application_number=opened.application_number,
        loan_amount=opened.loan_amount,
        loan_purpose=purpose,
    )
    _checked(talk, chance, opened)
    talk.said((("assistant", "You are approved. The agreement to sign is in your e-mail."),))
    talk.tell("final_decision", decision="APPROVED", reason="All checks passed")
    talk.tell(
        "conversation_summary",
        purpose=f"Application for a loan: {purpose.lower()}",
        facts=["Employed, paid fortnightly", "No other loan with us at the time"],
    )
    return talk.messages


def _questions(opened: servicing.OpenLoanRequest, purpose: str) -> Lines:
    return (
        ("assistant", "Hello, I am Billie. How much would you like to borrow, and what for?"),
        ("customer", f"${opened.loan_amount} please. {purpose}."),
        ("assistant", "How often are you paid, and by whom?"),
        ("customer", "Every second Thursday, by my employer."),
        ("assistant", "Thank you. I look at your bank statements now, with your consent."),
        ("customer", "Yes, go ahead."),
    )


def _checked(talk: Talk, chance: Random, opened: servicing.OpenLoanRequest) -> None:
    risk = chance.choice(("low", "low", "medium"))
    talk.tell("identityRisk_assessment", outcome="pass", risk=risk, score=chance.randint(620, 840))
    income = Money(chance.randrange(1_400_00, 2_600_00, 10_00))
    talk.tell(
        "serviceability_assessment_results",
        outcome="affordable",
        fortnightly_income=str(income),
        fortnightly_expenses=str(Money(income * 6 // 10)),
    )
    talk.tell("fraudCheck_assessment", outcome="pass", signals=[])
    talk.tell(
        "noticeboard_updated",
        agentName="credit::Serviceability",
        content=f"Repayments of {opened.instalments[0].amount} fit the income.",
    )


def afterwards(loan: Loan) -> list[Message]:
    """Tell of a talk after the last thing that happened: nobody has decided anything in it."""
    talk = Talk(f"CONV-{loan.account_number}-2", loan.customer_id, loan.steps[-1].at)
    talk.started("")
    is_late = any(isinstance(each.request, ledger.ApplyLateFeeRequest) for each in loan.steps)
    talk.said(HARDSHIP if is_late else QUESTION)
    return talk.messages


def long_talk() -> Lines:
    """Somebody asks about every single payment."""
    lines: list[tuple[str, str]] = []
    for place in range(1, LONG_QUESTIONS + 1):
        lines += [
            ("customer", f"What became of the payment in line {place} of my statement?"),
            ("assistant", f"The payment in line {place} came in and was booked on its day."),
        ]
    return tuple(lines)
