"""The books put together: journal, door, writer, readers, publisher; opened and closed."""

import fcntl
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from ledger import fail_points
from ledger.commit_signal import CommitSignal
from ledger.journal import InUse, Journal, JournalFailed
from ledger.journal.postgres import PostgresJournal
from ledger.journal.postgres_link import BadUrl
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.escrow import EscrowFailed, EscrowFile, EscrowKeeper, NotTheJournal
from ledger.proof.growth import Growth
from ledger.proof.heads import HeadSigner, flaw_of
from ledger.publisher import Publisher
from ledger.registers import Registers
from ledger.service import Door, Preview
from ledger.settings import AppMode, BadSetting, Settings
from ledger.states import StaffDirectory, States
from ledger.texts import TextVault, WrongMasterKey
from ledger.writer import Writer
from proto.values import Instant

LOCK_FILE: Final = "journal.lock"


def system_clock() -> Instant:
    """Give the time in UTC."""
    return Instant.now(UTC)


class FolderLock:
    """An exclusive lock on the journal's folder; it ends with the process at the latest."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise InUse(
                f"Another ledger uses the journal in {folder}. Stop it, or set DATA_DIR."
            ) from None

    def release(self) -> None:
        """Let another ledger in."""
        os.close(self._descriptor)


@dataclass
class Books:
    """What the servicers need."""

    journal: Journal
    states: States
    directory: StaffDirectory
    registers: Registers
    preview: Preview
    writer: Writer
    vault: TextVault
    publisher: Publisher | None
    committed: CommitSignal
    escrow: EscrowKeeper
    app_mode: AppMode
    now: Callable[[], Instant]
    lock: FolderLock

    def close(self) -> None:
        """Finish what is queued, publish it, let go of everything."""
        self.writer.close()
        if self.publisher is not None:
            self.publisher.close()
        self.escrow.close()
        self.journal.close()
        self.vault.close()
        self.lock.release()


def _locked(settings: Settings) -> FolderLock:
    """Lock the journal's folder. Raises InUse, BadSetting."""
    try:
        return FolderLock(settings.journal_folder)
    except OSError as error:
        raise BadSetting(
            f"DATA_DIR, LEDGER_DATABASE_URL: cannot use the folder {settings.journal_folder} "
            f"({error.strerror}). Set one that can be written."
        ) from None


def _vault(settings: Settings) -> TextVault:
    """Open the text keys. Raises BadSetting, TextKeysFailed."""
    try:
        return TextVault(settings.journal_folder / "text-keys.db", settings.master_key())
    except WrongMasterKey:
        raise BadSetting(
            f"KEYS_DIR: {settings.master_key_path} is not the key under which the texts of "
            "this ledger are kept. Put that one back."
        ) from None


def _require_known_key(settings: Settings, journal: Journal) -> None:
    """Insist that the last head verifies with a public key at hand. Raises BadSetting."""
    head = journal.last_signed_head()
    flaw = "" if head is None else flaw_of(head, settings.ledger_public_keys())
    if flaw:
        raise BadSetting(
            f"KEYS_DIR: {flaw}. Put the public half of each key that the ledger ever signed "
            f"with into {settings.keys_dir / 'public'}, as ledger-<any name>.pem."
        )


def _escrow(settings: Settings, journal: Journal) -> EscrowKeeper:
    """Open the heads in escrow. Raises BadSetting, JournalFailed."""
    try:
        return EscrowKeeper(journal, EscrowFile(settings.escrow_path))
    except EscrowFailed as failure:
        raise BadSetting(f"LEDGER_ESCROW_FILE: {failure}.") from None
    except NotTheJournal as finding:
        raise JournalFailed(
            f"{finding}. Put the newest journal back. Only if another ledger is begun on "
            f"purpose: keep {settings.escrow_path} elsewhere"
        ) from None


def open_journal(settings: Settings, *, is_reader: bool = False) -> Journal:
    """Open the journal that the settings name. Raises InUse, BadSetting, JournalFailed.

    A reader of a journal in PostgreSQL may be there beside the ledger that writes to it.
    """
    if not settings.postgres_url:
        return SqliteJournal(settings.journal_path)
    try:
        return PostgresJournal(settings.postgres_url, is_reader=is_reader)
    except BadUrl as reason:
        raise BadSetting(f"LEDGER_DATABASE_URL: {reason}.") from None


def open_books(settings: Settings, now: Callable[[], Instant] = system_clock) -> Books:
    """Open them. Raises InUse, BadSetting, JournalFailed, TextKeysFailed."""
    try:
        fail_points.arm(settings.fail_point)
    except ValueError:
        raise BadSetting("LEDGER_FAIL_POINT must be step:count, of a step that is known.") from None
    with ExitStack() as undo:
        lock = _locked(settings)
        undo.callback(lock.release)
        vault = _vault(settings)
        undo.callback(vault.close)
        journal = open_journal(settings)
        undo.callback(journal.close)
        growth = Growth(journal, HeadSigner(settings.ledger_key()))
        _require_known_key(settings, journal)
        escrow = _escrow(settings, journal)
        undo.callback(escrow.close)
        states, registers = States(journal), Registers(journal, settings.rules)
        undo.pop_all()
    publisher = Publisher(journal, settings.redis_url) if settings.redis_url else None
    if publisher is not None:
        publisher.start()

    committed = CommitSignal()

    def wake(position: int) -> None:
        escrow.wake()
        committed.tell(position)
        if publisher is not None:
            publisher.wake()

    return Books(
        journal=journal,
        states=states,
        directory=registers.staff,
        registers=registers,
        preview=Preview(journal, states, registers, now),
        writer=Writer(Door(journal, vault, registers, growth, now), wake),
        vault=vault,
        publisher=publisher,
        committed=committed,
        escrow=escrow,
        app_mode=settings.app_mode,
        now=now,
        lock=lock,
    )
