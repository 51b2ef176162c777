"""What became of each entry of a batch."""

from collections.abc import Iterator
from typing import Self

from msgspec import Struct, field

from projector.item import Entry, Item
from proto.codec import Poison


class Outcome(Struct):
    """Each entry of a batch is in one of these lists: none vanishes."""

    applied: list[Item] = field(default_factory=list)
    duplicates: list[Item] = field(default_factory=list)
    unknown: list[Item] = field(default_factory=list)
    parked: list[Item] = field(default_factory=list)
    poison: list[tuple[Item, Poison]] = field(default_factory=list)
    failed: list[tuple[Item, Exception]] = field(default_factory=list)

    def add(self, other: Self) -> None:
        """Take in what became of another part of the batch."""
        self.applied += other.applied
        self.duplicates += other.duplicates
        self.unknown += other.unknown
        self.parked += other.parked
        self.poison += other.poison
        self.failed += other.failed

    def through(self) -> Iterator[Entry]:
        """Give the entries whose effect is durable."""
        for items in (self.applied, self.duplicates, self.unknown, self.parked):
            for item in items:
                yield item.entry

    def settled(self) -> Iterator[Entry]:
        """Give those of them that may be acknowledged: Redis had given them."""
        return (entry for entry in self.through() if not entry.is_fetched)
