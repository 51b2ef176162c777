"""Publishes onto the streams as the feeds and the ledger do, through the envelope."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from proto import codec
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL
from proto.values import Instant

Body = dict[str, Any]


class Feed:
    """Both sources of events; without streams it only makes entries."""

    def __init__(self, streams: redis.Redis | None = None) -> None:
        self._published_to = streams
        self._position = 0
        self._versions: dict[str, int] = {}
        self._count = 0

    @property
    def _streams(self) -> redis.Redis:
        assert self._published_to is not None, "nothing to publish to"
        return self._published_to

    def tell(self, event_type: str, body: Body | str, **fields: str) -> str:
        """Publish an event from outside; each call is an event of its own."""
        self._count += 1
        text = body if isinstance(body, str) else json.dumps(body)
        flat = {"typ": event_type, "agt": "test-feed", "seq": "1", "payload": text}
        if not fields.keys() & {"id", "cause", "event_id"}:
            flat["id"] = f"event-{self._count}"
        return self.raw({**flat, **fields})

    def raw(
        self, fields: dict[str, str] | dict[str, bytes] | dict[bytes, bytes], stream: str = INBOX
    ) -> str:
        """Publish fields as they are; give the entry's id."""
        flat: dict[Any, Any] = dict(fields)
        entry_id: Any = self._streams.xadd(stream, flat)
        return str(entry_id.decode())

    def raw_all(self, listed: Iterable[dict[str, str]], stream: str = INBOX) -> None:
        """Publish many as they are, without waiting for each."""
        pipeline = self._streams.pipeline(transaction=False)
        for fields in listed:
            flat: dict[Any, Any] = dict(fields)
            pipeline.xadd(stream, flat)
        pipeline.execute()

    def dead_letters(self, errors: str = "strict") -> list[dict[str, str]]:
        """Give the dead letters, oldest first."""
        found: Any = self._streams.xrange(DEAD_LETTERS)
        return [
            {name.decode(): value.decode(errors=errors) for name, value in fields.items()}
            for _, fields in found
        ]

    def post(self, subject_id: str, event_type: str, body: Body, *, actor: str = "staff-1") -> None:
        """Publish the next event of a subject of our ledger."""
        self.raw(dict(self.entry(subject_id, event_type, body, actor=actor)), INTERNAL)

    def entry(
        self, subject_id: str, event_type: str, body: Body, *, actor: str = "staff-1"
    ) -> dict[str, str]:
        """Make the next event of a subject without publishing it."""
        self._position += 1
        version = self._versions[subject_id] = self._versions.get(subject_id, 0) + 1
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self._position)
        return codec.event_fields(
            subject_id=subject_id,
            version=version,
            event_type=event_type,
            position=self._position,
            recorded_at=str(Instant.of(at)),
            actor=actor,
            body=codec.canonical(body),
            hash_hex=f"{self._position:064x}",
            prev_hex=f"{self._position - 1:064x}",
        )


def customer(customer_id: str = "CUS-1", **fields: Any) -> Body:  # noqa: ANN401 - any field
    """A profile with a name."""
    return {"customer_id": customer_id, "first_name": "Mia", "last_name": "Chen", **fields}


def account(account_id: str = "LOAN-1", **fields: Any) -> Body:  # noqa: ANN401 - any field
    """An account as it is made: pending, nothing owed yet."""
    return {
        "account_id": account_id,
        "account_number": f"NR-{account_id}",
        "customer_id": "CUS-1",
        "status": "PENDING_DISBURSEMENT",
        "loan_amount": "500.00",
        "loan_fee": "0.00",
        "loan_total_payable": "500.00",
        "current_balance": "0.00",
        "opened_date": "2026-01-05",
        **fields,
    }


def update(account_id: str = "LOAN-1", **fields: Any) -> Body:  # noqa: ANN401 - any field
    """An update of an account."""
    return {"account_id": account_id, **fields}


def closing(account_id: str = "LOAN-1", **fields: Any) -> Body:  # noqa: ANN401 - any field
    """The end of an account that was paid off."""
    return {
        "account_id": account_id,
        "customer_id": "CUS-1",
        "closure_reason": "PAID_OFF",
        "previous_status": "ACTIVE",
        "closed_date": "2026-03-10",
        "final_balance": "0.00",
        "total_paid": "500.00",
        "loan_total_payable": "500.00",
        **fields,
    }


def schedule(account_id: str = "LOAN-1", **fields: Any) -> Body:  # noqa: ANN401 - any field
    """Two instalments."""
    return {
        "account_id": account_id,
        "schedule_id": "SCH-1",
        "n_payments": 2,
        "payment_frequency": "fortnightly",
        "payments": [
            {"payment_number": 1, "due_date": "2026-01-19", "amount": "250.00"},
            {"payment_number": 2, "due_date": "2026-02-02", "amount": "250.00"},
        ],
        "created_date": "2026-01-05",
        **fields,
    }


def posting(account_id: str, transaction_id: str, kind: str, **fields: Any) -> Body:  # noqa: ANN401 - any field
    """A posting of our ledger; the amounts that a test is about are given by it."""
    zero = ("interest_delta", "fee_delta", "overpayment_delta", "principal_delta")
    after = ("principal_after", "interest_after", "fee_after", "overpayment_after")
    return {
        "account_id": account_id,
        "customer_id": "CUS-1",
        "transaction_id": transaction_id,
        "transaction_type": kind,
        "transaction_at": "2026-03-01T09:00:00Z",
        "effective_date": "2026-03-01",
        "description": kind.replace("_", " ").capitalize(),
        **dict.fromkeys((*zero, *after), "0.00"),
        **fields,
    }
