"""An entry of the journal, as the projector takes it where the stream did not bring it."""

from ledger.journal import Entry
from ledger.rpc import journal_queries
from projector import ledger_reads
from projector.item import Item
from proto import codec
from proto.servicing_pb2 import JournalEntry


def item_of(entry: Entry | JournalEntry) -> Item:
    """Let the ledger tell an entry and the projector take it, each in its own way."""
    told = journal_queries.journal_entry(entry) if isinstance(entry, Entry) else entry
    read = ledger_reads.journal_entry(told)
    return Item(read, codec.read_envelope(read.stream, read.entry_id, read.fields, read.size))
