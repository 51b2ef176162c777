"""Which entries of a batch are applied, which were applied before, which must wait. Pure."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from projector.item import Item


class Plan(Struct):
    """What becomes of each entry of a batch.

    `fresh` are to be applied, in this order. `waiting` came before their predecessor and
    are parked. `parked_done` are parked ones that need not be kept any longer.
    """

    fresh: list[Item]
    duplicates: list[Item]
    waiting: list[Item]
    parked_done: list[Item]


def plan(
    items: Iterable[Item],
    *,
    marks: set[bytes],
    versions: Mapping[str, int],
    parked: Iterable[Item],
) -> Plan:
    """Sort a batch out: by marks for events from outside, by version for our ledger's.

    A ledger event is fresh when its version is the subject's next; it releases those that
    waited for it, in the batch or parked before.
    """
    decided = Plan([], [], [], [])
    seen = set(marks)
    subjects = _Subjects(dict(versions), parked)
    for item in items:
        if item.is_ledger:
            subjects.take(item, decided)
        elif item.mark in seen:
            decided.duplicates.append(item)
        else:
            seen.add(item.mark)
            decided.fresh.append(item)
    subjects.finish(decided)
    return decided


class _Subjects:
    """The versions that each subject has reached, and those that wait."""

    def __init__(self, versions: dict[str, int], parked: Iterable[Item]) -> None:
        self._versions = versions
        self._waiting: dict[str, dict[int, Item]] = {}
        self._parked: dict[tuple[str, int], Item] = {}
        for item in parked:
            self._parked[item.subject_id, item.version] = item
            self._waiting.setdefault(item.subject_id, {})[item.version] = item

    def take(self, item: Item, decided: Plan) -> None:
        reached = self._versions.get(item.subject_id, 0)
        waiting = self._waiting.setdefault(item.subject_id, {})
        if item.version <= reached or item.version in waiting:
            decided.duplicates.append(item)
            return
        waiting[item.version] = item
        self._release(item.subject_id, decided)

    def finish(self, decided: Plan) -> None:
        for subject_id in self._waiting:
            self._release(subject_id, decided)
        for subject_id, waiting in self._waiting.items():
            reached = self._versions.get(subject_id, 0)
            for version, item in waiting.items():
                if (subject_id, version) not in self._parked:
                    decided.waiting.append(item)
                elif version <= reached:
                    decided.parked_done.append(item)

    def _release(self, subject_id: str, decided: Plan) -> None:
        waiting = self._waiting[subject_id]
        following = self._versions.get(subject_id, 0) + 1
        while following in waiting:
            item = waiting.pop(following)
            decided.fresh.append(item)
            if (subject_id, following) in self._parked:
                decided.parked_done.append(item)
            self._versions[subject_id] = following
            following += 1
