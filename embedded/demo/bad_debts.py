"""The debts of the demo that were given up, and what became of them afterwards.

A colleague who has since moved on asked, and a senior supervisor decided: five write-offs
stand, one was an error and was undone, after one some of the money came in all the same,
and one request was taken back.
"""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from embedded.demo.loans import Loan, Story, Terms
from embedded.demo.people import Person, plain_person
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Key, Money

ASKED_BY: Final = "staff-tom"
DECIDED_BY: Final = "staff-helen"

RECOVERED: Final = Money(150_00)


class Debt(Struct, frozen=True):
    """Somebody who stopped paying: what was lent, since when nothing came, why it ended."""

    place: int
    first: str
    last: str
    mobile: str
    suburb: str
    state: str
    amount: Money
    silent_days: int
    reason_code: str
    reason: str

    @property
    def customer_id(self) -> Key:
        """The customer's id."""
        return Key(f"CUS-106{self.place:02d}")

    @property
    def number(self) -> str:
        """The account's number."""
        return f"0996-06{self.place:02d}"

    @property
    def account_id(self) -> Key:
        """The ledger's name for the account."""
        return Key(f"LOAN-{self.number}")


class Asked(Struct, frozen=True):
    """A request of the demo's: what is asked, and whether it is approved or taken back."""

    key: str
    command: servicing.PreviewRequest
    reason: str
    reason_code: str
    comment: str = ""
    is_approved: bool = True


_GONE: Final = "Four letters and three visits: nobody lives there any more."
DEBTS: Final = (
    Debt(1, "Daniel", "Okoye", "0491 571 266", "Penrith", "NSW", Money(1_200_00), 214,
         "unable_to_locate", _GONE),
    Debt(2, "Helena", "Costa", "0491 571 491", "Dandenong", "VIC", Money(850_00), 187,
         "bankruptcy", "A trustee has told us of the bankruptcy."),
    Debt(3, "Patrick", "Doyle", "0491 571 804", "Geelong", "VIC", Money(2_000_00), 243,
         "aged_debt", "Eight months without a payment or a word."),
    Debt(4, "Aisha", "Rahman", "0491 572 549", "Logan", "QLD", Money(600_00), 156,
         "hardship", "Lost her work; the counsellor sees no way to repay."),
    Debt(5, "Bruno", "Keller", "0491 572 665", "Glenelg", "SA", Money(1_500_00), 171,
         "disputed", "He disputes that the money ever came."),
    Debt(6, "Ruby", "Martin", "0491 572 983", "Launceston", "TAS", Money(450_00), 132,
         "unable_to_locate", _GONE),
)  # fmt: skip
RECOVERED_FROM: Final = DEBTS[2]
UNDONE: Final = DEBTS[4]
TAKEN_BACK: Final = DEBTS[5]


def people(anchor: date) -> tuple[Person, ...]:
    """Give those who owed."""
    return tuple(
        plain_person(
            each.customer_id, (each.first, each.last), each.mobile, each.suburb, each.state, anchor
        )
        for each in DEBTS
    )


def loans(seed: int, anchor: date) -> tuple[Loan, ...]:
    """Give their accounts: one instalment came, a late fee was charged, then nothing."""
    return tuple(_loan(each, seed, anchor) for each in DEBTS)


def _loan(debt: Debt, seed: int, anchor: date) -> Loan:
    start = anchor - timedelta(days=debt.silent_days + 14)
    terms = Terms(debt.amount, Money(debt.amount // 5), "fortnightly", 4, start)
    story = Story(seed, debt.number, debt.customer_id, terms).opened().disbursed()
    story.repaid(terms.instalments[0], terms.due_dates[0], 10, 15)
    return story.charged_late(Money(15_00), terms.due_dates[1] + timedelta(days=3), 3).told()


def requests(seed: int) -> tuple[Asked, ...]:
    """Give what was asked, in the order in which it happened."""
    given_up = [_write_off(each, seed) for each in DEBTS]
    return (*given_up, _recovery(seed), _undo(seed))


def _write_off(debt: Debt, seed: int) -> Asked:
    command = ledger.WriteOffRequest(
        loan_account_id=debt.account_id,
        reason=debt.reason,
        approved_by=ASKED_BY,
        reason_code=debt.reason_code,
    )
    return Asked(
        f"demo-{seed}-{debt.number}-write-off",
        servicing.PreviewRequest(write_off=command),
        debt.reason,
        debt.reason_code,
        "Read the history and the letters; there is nothing to collect.",
        is_approved=debt is not TAKEN_BACK,
    )


def _recovery(seed: int) -> Asked:
    command = servicing.RecordRecoveryRequest(
        loan_account_id=RECOVERED_FROM.account_id,
        amount=str(RECOVERED),
        payment_reference=f"AGENCY-{RECOVERED_FROM.number}",
        reason="The agency has paid over what it collected.",
        approved_by=ASKED_BY,
        reason_code="debt_agency",
    )
    return Asked(
        f"demo-{seed}-{RECOVERED_FROM.number}-recovery",
        servicing.PreviewRequest(record_recovery=command),
        command.reason,
        command.reason_code,
        "Seen on the statement of the agency.",
    )


def _undo(seed: int) -> Asked:
    command = servicing.UndoWriteOffRequest(
        loan_account_id=UNDONE.account_id,
        reason="His bank has found the payout; he pays again from next week.",
        reason_code="dispute_resolved",
        approved_by=ASKED_BY,
    )
    return Asked(
        f"demo-{seed}-{UNDONE.number}-undo",
        servicing.PreviewRequest(undo_write_off=command),
        command.reason,
        command.reason_code,
        "The bank's letter is in the file; the debt stands.",
    )
