"""The cases of the demo portfolio: what staff are asked to deal with, each with its account.

A payment whose date is no date, a debt of $2,500 after 90 days of silence, and a fee that
was charged twice to somebody who works here.
"""

from datetime import date, timedelta
from typing import Final

from google.protobuf.message import Message as Request
from msgspec import Struct

from embedded.demo.calendar import sydney
from embedded.demo.loans import Loan, Story, Terms
from embedded.demo.messages import Message
from embedded.demo.people import Person, plain_person
from embedded.demo.staff import SIGN_INS
from embedded.demo.talks import Talk, long_talk
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Key, Money

MISSING: Final = Key("CUS-10555")
SILENT: Final = Key("CUS-10250")
COLLEAGUE: Final = Key("CUS-10050")

MISSING_ACCOUNT: Final = Key("ACC-555")
MISSING_REFERENCE: Final = "P-998877"
NO_DATE: Final = "2025-13-45"
MISSING_SINCE_DAYS: Final = 8

SILENT_NUMBER: Final = "0997-0250"
SILENT_DAYS: Final = 97
SILENT_OWES: Final = Money(2_500_00)

COLLEAGUE_NUMBER: Final = "0997-0050"
COLLEAGUE_LATE_DAYS: Final = 20
DOUBLE_CHARGE: Final = Money(50_00)

SUPPORT: Final = SIGN_INS[0].staff_id


class Deed(Struct, frozen=True):
    """What one of the staff did at the desk; its key makes it happen once."""

    staff_id: str
    request: Request


def people(anchor: date) -> tuple[Person, ...]:
    """Give the customers of the cases."""
    return (
        plain_person(
            MISSING, ("Grace", "Papadopoulos"), "0491 570 156", "Footscray", "VIC", anchor
        ),
        plain_person(SILENT, ("Robert", "Ferraro"), "0491 570 157", "Ipswich", "QLD", anchor),
        plain_person(
            COLLEAGUE, ("Mei", "Tran"), "0491 570 158", "Newtown", "NSW", anchor, works_here=True
        ),
    )


def loans(seed: int, anchor: date) -> tuple[Loan, ...]:
    """Give the accounts of the cases."""
    return (_missing(seed, anchor), _silent(seed, anchor), _colleague(seed, anchor))


def _missing(seed: int, anchor: date) -> Loan:
    """Two instalments came; the third was sent, but nobody could read its date."""
    start = anchor - timedelta(days=MISSING_SINCE_DAYS + 3 * 14)
    terms = Terms(Money(600_00), Money(120_00), "fortnightly", 4, start)
    story = Story(seed, "0997-0555", MISSING, terms, name=MISSING_ACCOUNT).opened().disbursed()
    for due, amount in list(zip(terms.due_dates, terms.instalments, strict=True))[:2]:
        story.repaid(amount, due, 9, 0)
    return story.told()


def _silent(seed: int, anchor: date) -> Loan:
    """One instalment came, then nothing and no word: $2,500 are owed."""
    start = anchor - timedelta(days=SILENT_DAYS + 2 * 14)
    terms = Terms(Money(2_500_00), Money(500_00), "fortnightly", 4, start)
    story = Story(seed, SILENT_NUMBER, SILENT, terms).opened().disbursed()
    repaid = Money(terms.amount + terms.fee - SILENT_OWES)
    return story.repaid(repaid, terms.due_dates[0], 9, 0).told()


def _colleague(seed: int, anchor: date) -> Loan:
    """The late fee was charged twice."""
    start = anchor - timedelta(days=COLLEAGUE_LATE_DAYS + 2 * 14)
    terms = Terms(Money(800_00), Money(160_00), "fortnightly", 4, start)
    story = Story(seed, COLLEAGUE_NUMBER, COLLEAGUE, terms).opened().disbursed()
    story.repaid(terms.instalments[0], terms.due_dates[0], 9, 0)
    charged = terms.due_dates[1] + timedelta(days=3)
    return (
        story.charged_late(DOUBLE_CHARGE, charged, 3).charged_late(DOUBLE_CHARGE, charged, 3).told()
    )


def messages(anchor: date) -> list[Message]:
    """Tell what the customers of the cases said, and of the payment that nobody could read."""
    evidence = Talk("CONV-0997-0250-M", SILENT, sydney(anchor - timedelta(days=95), 14, 5))
    evidence.started("")
    evidence.said(
        (
            ("customer", "I have been in hospital since Monday and cannot work."),
            ("assistant", "I am sorry to hear that. Can you send us a letter of the hospital?"),
            ("customer", "Here is the letter: unfit for work for three months at least."),
            ("assistant", "Thank you, the letter has arrived. We pause the reminders."),
        )
    )
    evidence.tell(
        "noticeboard_updated",
        agentName="care::Medical evidence",
        content="Hospital letter received; unfit for work for three months or more.",
    )
    many = Talk("CONV-0997-0050-L", COLLEAGUE, sydney(anchor - timedelta(days=4), 10, 0))
    many.started("")
    many.said(long_talk())
    return [*evidence.messages, *many.messages, _unreadable()]


def _unreadable() -> Message:
    return Message(
        type="payment.received.v1",
        subject=MISSING_ACCOUNT,
        about=MISSING,
        cause=f"demo-{MISSING_REFERENCE}",
        body={
            "account_id": MISSING_ACCOUNT,
            "amount": "180.00",
            "payment_reference": MISSING_REFERENCE,
            "effective_date": NO_DATE,
        },
    )


def deeds(seed: int) -> tuple[Deed, ...]:
    """Give what the demo's support did after the last end of day."""
    colleague, silent = (f"LOAN-{number}" for number in (COLLEAGUE_NUMBER, SILENT_NUMBER))
    waiver = ledger.WaiveFeeRequest(
        loan_account_id=colleague,
        waiver_amount=str(DOUBLE_CHARGE),
        reason="The late fee was charged twice",
        reason_code="duplicate_charge",
        approved_by=SUPPORT,
        idempotency_key=f"demo-{seed}-{COLLEAGUE_NUMBER}-waive-twice",
    )
    write_off = ledger.WriteOffRequest(
        loan_account_id=silent,
        reason="No payment and no answer for 90 days; in hospital, unfit for work",
        approved_by=SUPPORT,
        reason_code="hardship",
    )
    asked = servicing.RequestApprovalRequest(
        command=servicing.PreviewRequest(write_off=write_off),
        reason=write_off.reason,
        reason_code=write_off.reason_code,
        priority="high",
        idempotency_key=f"demo-{seed}-{SILENT_NUMBER}-ask-write-off",
    )
    return (Deed(SUPPORT, waiver), Deed(SUPPORT, asked))
