"""AskRebuild: the read models are to be made anew from all events."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.domain.rebuild_log import RebuildLog
from ledger.domain.rights import Right
from proto.events import LedgerEvent, RebuildAsked
from proto.subjects import REBUILD
from proto.values import Key


class AskRebuild(Command, frozen=True, kw_only=True):
    """Ask for it; the projector does it, which has them."""

    right: ClassVar = Right.ASK_REBUILD

    @property
    def subject_id(self) -> Key:
        """The history of what was asked of the read models."""
        return Key(REBUILD)


def decide(_log: RebuildLog | None, _command: AskRebuild, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record who asked."""
    return (RebuildAsked(),)
