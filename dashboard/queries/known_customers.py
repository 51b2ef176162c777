"""Customers of rows that hold only their ids: read when shown, since names and flags change."""

from collections.abc import Iterable

from dashboard.queries.customers import Flags
from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, fields_of
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.codec import from_mongo


class KnownCustomer(Flags, kw_only=True, frozen=True, rename="camel"):
    """A customer's flags, and their name where they have one and the reader may see it."""

    full_name: str | None = None


def known_customers(
    database: DeskDatabase, roles: frozenset[str], customer_ids: Iterable[str | None]
) -> dict[str, KnownCustomer]:
    """Find those of the customers that are known, by id. Raises NotAllowed."""
    require_reader(roles)
    asked = sorted({str.__str__(each) for each in customer_ids if each})
    if not asked:
        return {}
    found = database[documents.CUSTOMERS.name].find(
        {"_id": {"$in": asked}},
        fields_of(KnownCustomer if sees_persons(roles) else Flags),
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    known = [from_mongo(KnownCustomer, each) for each in found]
    return {each.customer_id: each for each in known}
