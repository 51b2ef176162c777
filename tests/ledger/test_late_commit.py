"""A connection broke in a commit, and the server finished it while the ledger read all anew."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ledger.books import system_clock
from ledger.commands.create_staff import CreateStaff
from ledger.decision import Caller, Intent
from ledger.journal import Group, JournalFailed, SignedHead
from ledger.journal.memory import MemoryJournal
from ledger.proof.growth import Growth
from ledger.proof.heads import HeadSigner
from ledger.registers import Registers
from ledger.rpc.answers import ANSWERS
from ledger.service import Door
from ledger.settings import Settings
from ledger.texts import TextVault
from proto import servicing_pb2 as pb
from proto.actor_token import Actor
from proto.values import Code, Key
from tests.builders import make_keys


class _Slow(MemoryJournal):
    """Says once that it failed, and has the group by the time its last head is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks = False
        self._late: Group | None = None

    def append(self, group: Group) -> None:
        """Append a group, or keep it for later."""
        if self.breaks:
            self.breaks, self._late = False, group
            raise JournalFailed("the connection broke")
        super().append(group)

    def last_signed_head(self) -> SignedHead | None:
        """Give the newest, which is that of the late group from now on."""
        late, self._late = self._late, None
        if late is not None:
            super().append(late)
        return super().last_signed_head()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with keys."""
    make_keys(tmp_path / "keys")
    return Settings.from_environment({"DATA_DIR": str(tmp_path)})


@pytest.fixture
def vault(settings: Settings, tmp_path: Path) -> Iterator[TextVault]:
    """Keys of texts."""
    with closing(TextVault(tmp_path / "text-keys.db", settings.master_key())) as opened:
        yield opened


def test_what_a_server_finished_late_is_known_to_every_later_command(
    settings: Settings, vault: TextVault
) -> None:
    """Staff, requests and the switch are read before the journal's end; all must be of one time."""
    journal = _Slow()
    registers = Registers(journal, settings.rules)
    growth = Growth(journal, HeadSigner(settings.ledger_key()))
    door = Door(journal, vault, registers, growth, system_clock)
    pending = door.begin([])
    door.carry_out(_create("kim"), pending)
    journal.breaks = True
    with pytest.raises(JournalFailed, match="broke"):
        door.commit(pending)
    with suppress(JournalFailed):
        door.begin([])
    pending = door.begin([])
    assert registers.staff.get("kim") is not None
    door.carry_out(_create("alex"), pending)
    assert door.commit(pending) == journal.head().position == 2


def _create(staff_id: str) -> Intent:
    command = CreateStaff(
        staff_id=Key(staff_id),
        username=Key(staff_id),
        display_name=staff_id.title(),
        roles=(Code("support"),),
        limits={},
    )
    return Intent(
        command=command,
        caller=Caller(Actor("system", "system", "a session", 2**40)),
        answer=ANSWERS[pb.CreateStaffRequest],
    )
