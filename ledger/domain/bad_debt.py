"""What was given up as lost, and what came of it all the same."""

import msgspec
from msgspec import Struct

from ledger.domain.money import plus
from proto.events import PaymentReversed
from proto.values import CalendarDate, Key, Money


class WrittenOff(Struct, frozen=True, kw_only=True):
    """What a write-off took, part by part: its undo gives back exactly this."""

    transaction_id: Key
    effective_date: CalendarDate
    principal: Money
    interest: Money
    fees: Money

    @property
    def amount(self) -> Money:
        """The whole of it."""
        return plus(self.principal, self.interest, self.fees)


def grown(taken: WrittenOff, event: PaymentReversed) -> WrittenOff:
    """Add what the reversal of an old payment would have brought back."""
    return msgspec.structs.replace(
        taken,
        principal=plus(taken.principal, event.principal_written_off),
        interest=plus(taken.interest, event.interest_written_off),
        fees=plus(taken.fees, event.fees_written_off),
    )


class Recovery(Struct, frozen=True, kw_only=True):
    """Money that came in after a write-off and was not taken back."""

    transaction_id: Key
    event_id: Key
    amount: Money
    payment_reference: Key
