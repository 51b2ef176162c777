"""`python -m ledger verify`: a walk over the whole journal that believes nothing.

Each part is given every entry in order and raises Wrong at the first that cannot be; the
walk names that one. Memory grows with the accounts and the requests, not with the entries.
"""

from ledger.journal import Entry


class Wrong(Exception):  # noqa: N818 - the finding is the name
    """The first entry that is wrong, and what about it is."""

    def __init__(self, entry: Entry, what: str) -> None:
        super().__init__(
            f"entry {entry.position}, version {entry.version} of {entry.subject_id} "
            f"({entry.event_type}): {what}"
        )
        self.position = entry.position
