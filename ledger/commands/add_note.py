"""NoteService.AddNote: something worth knowing about a customer."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.domain.loan import Loan
from ledger.domain.note import Note
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.events import LedgerEvent, NoteAdded
from proto.values import Key


class AddNote(Command, frozen=True, kw_only=True):
    """Note something about a customer, perhaps about one account. The texts are sealed."""

    right: ClassVar = Right.WRITE_NOTES
    note_id: Key
    customer_id: Key
    loan_account_id: Key
    texts: dict[str, str]

    @property
    def subject_id(self) -> Key:
        """The note's own history."""
        return Key(f"{subjects.NOTE}{self.note_id}")


def decide(_note: Note | None, command: AddNote, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Keep it, unless the account that it names is not there, or is another customer's."""
    if command.loan_account_id:
        loan = facts.look.state(command.loan_account_id)
        if not isinstance(loan, Loan):
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger has no account {command.loan_account_id}.",
                field="loan_account_id",
            )
        if loan.customer_id != command.customer_id:
            raise Refused(
                Refusal.NOT_THE_CUSTOMERS,
                f"The account {loan.account_id} is not customer {command.customer_id}'s. "
                "Name the customer whose it is.",
                field="customer_id",
            )
    added = NoteAdded(
        note_id=command.note_id,
        customer_id=command.customer_id,
        account_id=command.loan_account_id,
        sealed_texts=command.texts,
    )
    return (added,)
