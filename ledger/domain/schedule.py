"""Instalments: what was agreed, what was paid, and where the next money goes."""

from datetime import date
from typing import Final, Literal

import msgspec
from msgspec import Struct

from ledger.domain.money import minus, negative, plus, smaller, total
from ledger.errors import Refusal, Refused
from proto.events import InstalmentChange, InstalmentShare, ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money

FREQUENCIES: Final = ("weekly", "fortnightly", "monthly")

LINKED_MAX: Final = 50
"""An instalment names its newest transactions; older ones name it themselves."""

Standing = Literal["PENDING", "PARTIAL", "PAID", "OVERDUE"]


class Instalment(Struct, frozen=True, kw_only=True):
    """One instalment. `remaining` is not always what is unpaid of the agreed amount.

    A waived fee forgives a part of it; an adjustment upwards may add to the last one.
    """

    payment_number: int
    due_date: CalendarDate
    amount: Money
    paid: Money
    remaining: Money
    paid_date: CalendarDate | None = None
    is_overdue: bool = False
    """Whether it was told that its day passed with something open."""
    transaction_ids: tuple[Key, ...] = ()
    updated_at: Instant | None = None

    @property
    def status(self) -> Standing:
        """What became of it as was told; the end of a day tells that it is overdue."""
        if self.remaining == 0:
            return "PAID"
        if self.is_overdue:
            return "OVERDUE"
        return "PARTIAL" if self.paid or self.remaining < self.amount else "PENDING"

    def standing(self, today: date) -> Standing:
        """The status on a day: what is open past its due date is overdue."""
        if self.remaining and self.due_date.as_date() < today:
            return "OVERDUE"
        return self.status


Schedule = tuple[Instalment, ...]
Shares = tuple[InstalmentShare, ...]


def from_agreement(payments: tuple[ScheduledPayment, ...]) -> Schedule:
    """Give the schedule as agreed, nothing paid yet."""
    return tuple(
        Instalment(
            payment_number=payment.payment_number,
            due_date=payment.due_date,
            amount=payment.amount,
            paid=Money(0),
            remaining=payment.amount,
        )
        for payment in payments
    )


def remaining(schedule: Schedule) -> Money:
    """What all instalments together still ask for."""
    return total(each.remaining for each in schedule)


def find(schedule: Schedule, payment_number: int) -> Instalment:
    """Give one instalment. Refused when the schedule has none of that number."""
    for each in schedule:
        if each.payment_number == payment_number:
            return each
    raise Refused(
        Refusal.NO_SUCH_INSTALMENT,
        f"The schedule has no instalment {payment_number}; it has {len(schedule)}.",
        field="target_payment_number",
    )


def allocate(schedule: Schedule, amount: Money, target: int = 0) -> tuple[InstalmentShare, ...]:
    """Share money over the open instalments: the target first, then first in, first out."""
    in_order = sorted(
        schedule, key=lambda each: (each.payment_number != target, each.payment_number)
    )
    shares = []
    for each in in_order:
        part = smaller(each.remaining, amount)
        if part:
            shares.append(InstalmentShare(payment_number=each.payment_number, amount=part))
            amount = minus(amount, part)
    return tuple(shares)


def forgive(schedule: Schedule, amount: Money) -> tuple[InstalmentShare, ...]:
    """Share what is no longer owed over the last instalments, so that the next one stands."""
    shares = []
    for each in reversed(schedule):
        part = smaller(each.remaining, amount)
        if part:
            shares.append(InstalmentShare(payment_number=each.payment_number, amount=part))
            amount = minus(amount, part)
    return tuple(shares)


def demand(schedule: Schedule, amount: Money) -> tuple[InstalmentShare, ...]:
    """Share what is owed besides: what was forgiven first, the rest over the last instalment.

    The shares are below zero: they take back what `forgive` gives.
    """
    added: dict[int, Money] = {}
    for each in schedule:
        part = smaller(minus(each.amount, each.paid, each.remaining), amount)
        if part > 0:
            added[each.payment_number] = part
            amount = minus(amount, part)
    if amount:
        last = schedule[-1].payment_number
        added[last] = plus(added.get(last, Money(0)), amount)
    return tuple(
        InstalmentShare(payment_number=number, amount=negative(part))
        for number, part in added.items()
    )


def changes(
    schedule: Schedule,
    *,
    paid: tuple[InstalmentShare, ...],
    forgiven: tuple[InstalmentShare, ...],
    transaction_id: Key,
    paid_on: CalendarDate,
    at: Instant,
) -> tuple[InstalmentChange, ...]:
    """Tell what becomes of the instalments that a transaction touches, in their order."""
    paid_by = {share.payment_number: share.amount for share in paid}
    forgiven_by = {share.payment_number: share.amount for share in forgiven}
    touched = []
    for each in schedule:
        number = each.payment_number
        if number not in paid_by and number not in forgiven_by:
            continue
        paid_part = paid_by.get(number, Money(0))
        after = msgspec.structs.replace(
            each,
            paid=Money(each.paid + paid_part),
            remaining=minus(each.remaining, paid_part, forgiven_by.get(number, Money(0))),
        )
        touched.append(
            InstalmentChange(
                payment_number=number,
                status=Code(after.status),
                paid_date=paid_on if after.remaining == 0 else None,
                amount_paid=after.paid,
                amount_remaining=after.remaining,
                linked_transaction_ids=(*each.transaction_ids, transaction_id)[-LINKED_MAX:],
                last_updated=at,
            )
        )
    return tuple(touched)


def apply(schedule: Schedule, changed: tuple[InstalmentChange, ...]) -> Schedule:
    """Apply changes; a field that is absent erases nothing."""
    by_number = {change.payment_number: change for change in changed}
    return tuple(
        _apply_one(each, by_number[each.payment_number])
        if each.payment_number in by_number
        else each
        for each in schedule
    )


def _apply_one(each: Instalment, change: InstalmentChange) -> Instalment:
    left = each.remaining if change.amount_remaining is None else change.amount_remaining
    return msgspec.structs.replace(
        each,
        paid=each.paid if change.amount_paid is None else change.amount_paid,
        remaining=left,
        paid_date=None if left else change.paid_date or each.paid_date,
        is_overdue=change.status == "OVERDUE",
        transaction_ids=(
            each.transaction_ids
            if change.linked_transaction_ids is None
            else change.linked_transaction_ids
        ),
        updated_at=change.last_updated or each.updated_at,
    )
