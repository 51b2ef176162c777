"""SetReadOnly: the ledger takes no commands any more, or takes them again."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.domain.rights import Right
from ledger.domain.switch import Switch
from proto.events import LedgerEvent, ReadOnlySet
from proto.subjects import READ_ONLY
from proto.values import Key


class SetReadOnly(Command, frozen=True, kw_only=True):
    """Throw the switch; to throw it back is the one thing a read-only ledger does."""

    right: ClassVar = Right.SET_READ_ONLY
    passes_read_only: ClassVar = True
    read_only: bool
    reason: str

    @property
    def subject_id(self) -> Key:
        """The switch."""
        return Key(READ_ONLY)


def decide(_switch: Switch | None, command: SetReadOnly, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Set it, also to what it is: who said so and why is recorded each time."""
    return (ReadOnlySet(read_only=command.read_only, reason=command.reason),)
