"""Instalments: what was agreed, what was paid, and where the next money goes."""

from datetime import date
from typing import Final, Literal

import msgspec
from msgspec import Struct

from ledger.domain.money import ZERO, minus, negative, plus, smaller, total
from ledger.errors import Refusal, Refused
from proto.events import InstalmentChange, InstalmentShare, ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money

FREQUENCIES: Final = ("weekly", "fortnightly", "monthly")

LINKED_MAX: Final = 50
"""An instalment names its newest transactions; older ones name it themselves.

Each event that touches it tells them all again.
"""

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
    if not amount:
        return ()
    in_order = sorted(
        schedule, key=lambda each: (each.payment_number != target, each.payment_number)
    )
    shares = []
    for each in in_order:
        if not amount:
            break
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


def taken_back(schedule: Schedule, amount: Money) -> Schedule:
    """Give the instalments with money taken off those that were paid, the last first."""
    off = []
    for each in reversed(schedule):
        part = smaller(each.paid, amount)
        if part:
            share = InstalmentShare(payment_number=each.payment_number, amount=negative(part))
            off.append(share)
            amount = minus(amount, part)
    after = moved(schedule, paid=tuple(off))
    return moved(after, forgiven=demand(after, amount)) if amount else after


def moved(schedule: Schedule, *, paid: Shares = (), forgiven: Shares = ()) -> Schedule:
    """Give the instalments as they are after shares are paid and forgiven; below zero: less."""
    paid_by = {share.payment_number: share.amount for share in paid}
    forgiven_by = {share.payment_number: share.amount for share in forgiven}
    return tuple(
        msgspec.structs.replace(
            each,
            paid=plus(each.paid, paid_by.get(each.payment_number, ZERO)),
            remaining=minus(
                each.remaining,
                paid_by.get(each.payment_number, ZERO),
                forgiven_by.get(each.payment_number, ZERO),
            ),
        )
        for each in schedule
    )


def levelled(schedule: Schedule) -> Schedule:
    """Move what instalments hold beyond their amount to others that have room for it.

    All together ask for as much as before, and stay paid as much, but for what has no room
    any more: it was paid of principal that was added, and is free since that is none.
    """
    open_, paid, cut = ZERO, ZERO, []
    for each in schedule:
        over = max(minus(plus(each.paid, each.remaining), each.amount), ZERO)
        from_open = smaller(over, each.remaining)
        from_paid = minus(over, from_open)
        open_, paid = plus(open_, from_open), plus(paid, from_paid)
        cut.append(_with(each, minus(each.paid, from_paid), minus(each.remaining, from_open)))
    filled = []
    for each in cut:
        room = minus(each.amount, each.paid, each.remaining)
        to_paid = smaller(room, paid)
        to_open = smaller(minus(room, to_paid), open_)
        open_, paid = minus(open_, to_open), minus(paid, to_paid)
        filled.append(_with(each, plus(each.paid, to_paid), plus(each.remaining, to_open)))
    return _asking_again(filled, open_)


def _asking_again(schedule: list[Instalment], amount: Money) -> Schedule:
    """Let the last instalments ask again for an amount that they were paid."""
    after = []
    for each in reversed(schedule):
        part = smaller(each.paid, amount)
        amount = minus(amount, part)
        after.append(_with(each, minus(each.paid, part), plus(each.remaining, part)))
    return tuple(reversed(after))


def _with(each: Instalment, paid: Money, remaining: Money) -> Instalment:
    return msgspec.structs.replace(each, paid=paid, remaining=remaining)


def changes(
    schedule: Schedule,
    *,
    paid: Shares,
    forgiven: Shares,
    transaction_id: Key,
    paid_on: CalendarDate,
    at: Instant,
) -> tuple[InstalmentChange, ...]:
    """Tell what becomes of the instalments that a transaction touches, in their order."""
    numbers = {share.payment_number for share in (*paid, *forgiven)}
    touched = tuple(each for each in schedule if each.payment_number in numbers)
    return tuple(
        _change(each, Code(each.status), transaction_id, paid_on, at)
        for each in moved(touched, paid=paid, forgiven=forgiven)
    )


def changes_between(
    before: Schedule, after: Schedule, *, today: date, transaction_id: Key, at: Instant
) -> tuple[InstalmentChange, ...]:
    """Tell what has become of instalments when a transaction was taken back.

    One that is open again past its due date is overdue at once. One that is paid was paid
    when it was before, or else today.
    """
    paid_on = CalendarDate(today.isoformat())
    return tuple(
        _change(each, Code(each.standing(today)), transaction_id, each.paid_date or paid_on, at)
        for was, each in zip(before, after, strict=True)
        if was != each
    )


def _change(
    after: Instalment, status: Code, transaction_id: Key, paid_on: CalendarDate, at: Instant
) -> InstalmentChange:
    return InstalmentChange(
        payment_number=after.payment_number,
        status=status,
        paid_date=None if after.remaining else paid_on,
        amount_paid=after.paid,
        amount_remaining=after.remaining,
        linked_transaction_ids=(*after.transaction_ids, transaction_id)[-LINKED_MAX:],
        last_updated=at,
    )


def apply(schedule: Schedule, changed: tuple[InstalmentChange, ...]) -> Schedule:
    """Apply changes; a field that is absent erases nothing."""
    by_number = {change.payment_number: change for change in changed}
    return tuple(
        [
            _apply_one(each, by_number[each.payment_number])
            if each.payment_number in by_number
            else each
            for each in schedule
        ]
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
