"""Of what several events tell, the newest of each field, in whichever order they come.

The age is kept field by field: what a late event told of one field is not lost because a
newer event told of another. An event without a time is taken as it comes.
"""

from projector.happening import Stored
from projector.projections.account_status import When, is_stale


def with_newest(document: Stored, told: Stored, when: When, *path: str) -> Stored:
    """Lay fields over a document, or over the part at `path`, unless something newer stands."""
    guards = {name: ":".join((*path, name)) for name in told}
    new = {name: told[name] for name in told if not is_stale(document, guards[name], when)}
    if not new:
        return document
    after = _laid(document, new, path)
    if when.told_at is None:
        return after
    moments = {guards[name]: str(when.told_at) for name in new}
    return {**after, "guards": {**document.get("guards", {}), **moments}}


def _laid(document: Stored, new: Stored, path: tuple[str, ...]) -> Stored:
    if not path:
        return {**document, **new}
    first, *rest = path
    return {**document, first: _laid(document.get(first, {}), new, tuple(rest))}
