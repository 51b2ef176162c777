"""Free texts that an event holds sealed: which they are, and opening them."""

from cryptography.exceptions import InvalidTag
from msgspec import Struct

from ledger.errors import Refusal, Refused
from ledger.journal import Entry, Journal
from ledger.states import event_of
from ledger.texts import TextVault
from proto import subjects
from proto.events import LedgerEvent


class SealedTexts(Struct, frozen=True):
    """An event's texts by name, and the customer under whose key they are sealed."""

    customer_id: str = ""
    texts: dict[str, str] = {}


class Reveals:
    """Reads the journal and the vault; what it opens is recorded before it is answered."""

    def __init__(self, journal: Journal, vault: TextVault) -> None:
        self._journal, self._vault = journal, vault

    def sealed(self, event_id: str) -> SealedTexts:
        """Give an event's sealed texts; none where there is no such event."""
        subject_id, _, version = event_id.rpartition(":")
        if not (version.isascii() and version.isdecimal()) or len(version) > len(str(2**62)):
            return SealedTexts()
        entry = self._entry(subject_id, int(version))
        if entry is None:
            return SealedTexts()
        event = event_of(entry)
        texts: dict[str, str] = getattr(event, "sealed_texts", {})
        return SealedTexts(self._customer(entry, event), texts)

    def _entry(self, subject_id: str, version: int) -> Entry | None:
        found = self._journal.read_subject(subject_id, version - 1, 1) if version else []
        return found[0] if found else None

    def _customer(self, entry: Entry, event: LedgerEvent) -> str:
        """Name the customer; a decision does not, but the request that it decides does."""
        customer_id: str = getattr(event, "customer_id", "")
        if customer_id or not entry.subject_id.startswith(subjects.REQUEST) or entry.version == 1:
            return customer_id
        first = self._entry(entry.subject_id, 1)
        return "" if first is None else getattr(event_of(first), "customer_id", "")

    def opened(self, sealed: SealedTexts) -> dict[str, str]:
        """Open them. Refused when the key under which they were sealed is gone."""
        try:
            return {
                name: self._vault.open(sealed.customer_id, name, text)
                for name, text in sealed.texts.items()
            }
        except InvalidTag:
            raise Refused(
                Refusal.TEXT_ERASED,
                "The text cannot be read any more: the customer's key is gone.",
                field="event_id",
            ) from None
