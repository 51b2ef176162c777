"""Which postings count, and by how much each is to the customer's good."""

from collections.abc import Iterable

from proto.events import InterestAccrued, PaymentReversed, PostingEvent


def credit_of(event: PostingEvent) -> int:
    """Give by how much a posting is to the customer's good."""
    return event.overpayment_delta - event.total_delta


def standing(postings: Iterable[PostingEvent]) -> list[PostingEvent]:
    """Leave out interest, and what was taken back whole as of its own day: it never was."""
    told = {each.transaction_id: each for each in postings if not isinstance(each, InterestAccrued)}
    for each in tuple(told.values()):
        if isinstance(each, PaymentReversed) and _never_was(
            told[each.original_transaction_id], each
        ):
            del told[each.original_transaction_id], told[each.transaction_id]
    return list(told.values())


def _never_was(original: PostingEvent, reversed_: PaymentReversed) -> bool:
    is_whole = credit_of(original) == -credit_of(reversed_)
    return is_whole and original.effective_date == reversed_.effective_date
