"""Steps that the marks of those who audit share."""

from typing import ClassVar

from ledger.commands.command import Command, Facts, Past
from ledger.domain.identity import sign_ins_of
from ledger.domain.request import Request
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.events import ItemReviewed
from proto.values import Code, Key


class ReviewCommand(Command, frozen=True, kw_only=True):
    """A mark on one event of the ledger; its note is sealed."""

    right: ClassVar = Right.REVIEW
    event_id: Key
    texts: dict[str, str]

    @property
    def subject_id(self) -> Key:
        """The history of all marks on that event."""
        return Key(f"{subjects.REVIEW}{self.event_id}")


def reviewed(command: ReviewCommand, outcome: Code, facts: Facts) -> ItemReviewed:
    """Mark the event. Refused: one that is not there, and one's own."""
    past = facts.look.past(command.event_id)
    if past is None:
        raise Refused(
            Refusal.NO_SUCH_EVENT,
            f"The ledger has no event {command.event_id}.",
            field="event_id",
        )
    if past.actor in _own_sign_ins(facts):
        raise Refused(
            Refusal.OWN_EVENT,
            "Nobody reviews what they did themselves. Ask somebody else in compliance.",
            field="event_id",
        )
    account_id, customer_id = _about(command.event_id, past, facts)
    return ItemReviewed(
        event_id=command.event_id,
        outcome=outcome,
        account_id=account_id,
        customer_id=customer_id,
        sealed_texts=command.texts,
    )


def _own_sign_ins(facts: Facts) -> frozenset[str]:
    """Give the staff ids of the person who acts, the others among them."""
    everybody = facts.look.staff()
    mine = next((each for each in everybody if each.staff_id == facts.actor_id), None)
    return frozenset({facts.actor_id}) if mine is None else sign_ins_of(mine, everybody)


def _about(event_id: Key, past: Past, facts: Facts) -> tuple[Key, Key]:
    """Name the account and the customer that an event is about, where there is one."""
    subject_id = event_id.rpartition(":")[0]
    state = facts.look.state(subject_id)
    if isinstance(state, Request):
        return state.loan_account_id, state.customer_id
    nobody = Key("")
    account_id = Key(subject_id) if subjects.is_account(subject_id) else nobody
    customer_id = getattr(state, "customer_id", "") or getattr(past.event, "customer_id", "")
    return account_id or Key(getattr(past.event, "account_id", "")), Key(customer_id)
