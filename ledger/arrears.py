"""Who is behind: the open instalments of every account, folded from the journal."""

from array import array
from datetime import date
from typing import Final

import msgspec
from msgspec import Struct

from proto.events import ScheduleCreated
from proto.values import Money


class Overdue(Struct, frozen=True, kw_only=True):
    """An account with an instalment that is open past its due date."""

    account_id: str
    days_past_due: int
    amount: Money
    """What all overdue instalments together still ask for."""
    updated_at: str


class _Change(Struct):
    payment_number: int
    amount_remaining: str | None = None


class _Changes(Struct):
    """The part of a schedule's update that is needed here; reading all of it takes longer."""

    payments: list[_Change]


_CHANGES: Final = msgspec.json.Decoder(_Changes)


class _Instalments:
    """Due dates and what is left of each, as compact as they can be kept."""

    __slots__ = ("due", "remaining", "updated_at")

    def __init__(self, event: ScheduleCreated, at: str) -> None:
        self.due = array("l", (each.due_date.as_date().toordinal() for each in event.payments))
        self.remaining = array("q", (each.amount for each in event.payments))
        self.updated_at = at


class Arrears:
    """Instalments by account; only an account that is active can be overdue."""

    def __init__(self) -> None:
        self._schedules: dict[str, _Instalments] = {}
        self._open: set[str] = set()

    def agree(self, account_id: str, event: ScheduleCreated, at: str) -> None:
        """Take over a schedule as agreed."""
        self._schedules[account_id] = _Instalments(event, at)

    def touch(self, account_id: str, at: str) -> None:
        """Take over when something about an account was last recorded, whatever it was."""
        schedule = self._schedules.get(account_id)
        if schedule is not None:
            schedule.updated_at = at

    def update(self, account_id: str, body: bytes) -> None:
        """Take over what became of instalments, from the body of the event."""
        schedule = self._schedules[account_id]
        for change in _CHANGES.decode(body).payments:
            if change.amount_remaining is not None:
                left = Money.parse(change.amount_remaining)
                schedule.remaining[change.payment_number - 1] = left

    def stand(self, account_id: str, *, is_open: bool) -> None:
        """Take over that an account is active, or is not any more."""
        (self._open.add if is_open else self._open.discard)(account_id)

    def overdue(self, today: date) -> list[Overdue]:
        """Give who is behind on a day, the longest first, then by account."""
        day = today.toordinal()
        found = []
        for account_id in self._open:
            schedule = self._schedules.get(account_id)
            if schedule is None:
                continue
            first, cents = 0, 0
            for due, left in zip(schedule.due, schedule.remaining, strict=True):
                if left and due < day:
                    first, cents = min(first or due, due), cents + left
            if cents:
                found.append(
                    Overdue(
                        account_id=account_id,
                        days_past_due=day - first,
                        amount=Money(cents),
                        updated_at=schedule.updated_at,
                    )
                )
        return sorted(found, key=lambda each: (-each.days_past_due, each.account_id))
