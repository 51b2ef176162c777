"""Sums of stored amounts, in whole cents."""

from bson import Decimal128

from proto.codec import stored_money, to_mongo
from proto.values import Money


def plus(stored: Decimal128 | None, amount: Money) -> Decimal128:
    """Add to a stored amount; one that is not there counts as zero."""
    if stored is not None and not amount:
        return stored
    before = stored_money(stored) if stored is not None else Money(0)
    total: Decimal128 = to_mongo(Money(before + amount))
    return total
