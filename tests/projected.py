"""An entry of the journal, as the projector takes it from the stream."""

from ledger.journal import Entry
from projector.item import FETCHED_ENTRY_ID, Item
from projector.item import Entry as StreamEntry
from proto import codec
from proto import servicing_pb2 as pb
from proto.streams import INTERNAL


def item_of(entry: Entry | pb.JournalEntry) -> Item:
    """Write an entry's fields as the ledger publishes them, and read them as the projector does."""
    fields = codec.event_fields(
        subject_id=entry.subject_id,
        version=entry.version,
        event_type=entry.event_type,
        position=entry.position,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        body=entry.body,
        hash_hex=entry.hash,
        prev_hex=entry.prev,
    )
    told = {name.encode(): value.encode() for name, value in fields.items()}
    read = StreamEntry(INTERNAL, FETCHED_ENTRY_ID, told)
    return Item(read, codec.read_envelope(read.stream, read.entry_id, read.fields, read.size))
