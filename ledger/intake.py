"""Payments from the inbox: each `payment.received.v1` is posted as a repayment, once.

A consumer group of our own reads the external feed. What is no payment is acknowledged and
left to others. A payment passes the one door under a key made of its event id, and is
acknowledged only when that is on the disk, so that a crash in between posts nothing twice. What
the ledger refuses for good, or nobody can read, goes to the dead letters; while the journal or
Redis is away, or the ledger is read-only, it waits.
"""

import asyncio
import concurrent.futures
import hashlib
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final, cast

import redis
import structlog

from ledger import own_keys
from ledger.books import Books
from ledger.commands.record_repayment import RecordRepayment
from ledger.decision import Caller, Intent
from ledger.domain.money import parse_amount
from ledger.errors import Fault, Refusal, Refused
from ledger.journal import JournalFailed
from ledger.rpc import answers, fields, retelling
from ledger.service import Reply
from proto import codec
from proto.accounting_ledger_pb2 import TransactionResponse
from proto.actor_token import Actor
from proto.codec import Envelope, Poison
from proto.events import PaymentReceived
from proto.streams import DEAD_LETTERS, INBOX, INTAKE_GROUP
from proto.values import Key

CONSUMER: Final = "ledger"
"""One ledger writes the books, so its group has one reader, under the same name for ever."""
BATCH: Final = 100
BLOCK_MILLISECONDS: Final = 1_000
FORSAKEN_MILLISECONDS: Final = 60_000
"""What another reader of the group was given and left so long is taken over."""
BACK_OFF_SECONDS: Final = (0.05, 0.2, 0.5, 1.0)
ORIGINAL: Final = codec.MESSAGE_FIELD
"""By its first id a message names itself that is published again: from the dead letters, or
after its sender was stopped."""

_BENT: Final = (
    "The answer that is kept under this message's key is not what the journal tells. Nothing was "
    "posted; let an administrator run `python -m ledger verify`."
)
_ACTOR: Final = Actor("system", "system", "intake", 0)
_log = structlog.get_logger()

Raw = Mapping[bytes, bytes]
Delivered = list[tuple[bytes, Raw | None]]
_Posting = concurrent.futures.Future[Reply]


class Waits(Exception):  # noqa: N818 - what to do
    """The world failed, or the ledger takes nothing now: the same message again, later."""


class Intake:
    """A thread that reads; the commands run in the server's loop."""

    def __init__(self, books: Books, redis_url: str, loop: asyncio.AbstractEventLoop) -> None:
        self._books, self._loop = books, loop
        self._redis = redis.Redis.from_url(redis_url, socket_timeout=10, socket_connect_timeout=2)
        self._stopping = threading.Event()
        self._reported: bool | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-intake", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """Finish what was read, and end. Never from the loop's own thread, which it needs."""
        self._stopping.set()
        self._thread.join()
        self._redis.close()

    def _run(self) -> None:
        failures, begun, looked = 0, False, 0.0
        while not self._stopping.is_set():
            try:
                if not begun:
                    self._begin()
                    looked = time.monotonic()
                begun = True
                if time.monotonic() - looked > FORSAKEN_MILLISECONDS / 1_000:
                    self._take_over()
                    looked = time.monotonic()
                self._deal_with(self._read())
            except (redis.RedisError, Waits) as failure:
                begun = False
                self._report(connected=False, why=str(failure) or type(failure).__name__)
                self._stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
                failures += 1
                continue
            failures = 0
            self._report(connected=True)

    def _report(self, *, connected: bool, why: str = "") -> None:
        """Log a change, once."""
        if connected != self._reported:
            self._reported = connected
            _log.info("intake", connected=connected, why=why)

    def _begin(self) -> None:
        """Make the group where it is missing, then take up what was given but not dealt with."""
        try:
            self._redis.xgroup_create(INBOX, INTAKE_GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._take_over()
        while mine := self._group_read("0", block=None):
            self._deal_with(mine)

    def _take_over(self) -> None:
        """Take what readers of other names have left."""
        start: Any = "0-0"
        while True:
            start, taken, *_ = self._redis.xautoclaim(
                INBOX, INTAKE_GROUP, CONSUMER, FORSAKEN_MILLISECONDS, start_id=start, count=BATCH
            )
            self._deal_with([each for each in taken if each[0] is not None])
            if start in (b"0-0", "0-0"):
                return

    def _read(self) -> Delivered:
        """Wait a moment for messages."""
        return self._group_read(">", block=BLOCK_MILLISECONDS)

    def _group_read(self, start: str, *, block: int | None) -> Delivered:
        read = cast(
            "list[tuple[bytes, Delivered]]",
            self._redis.xreadgroup(
                INTAKE_GROUP, CONSUMER, {INBOX: start}, count=BATCH, block=block
            ),
        )
        return read[0][1] if read else []

    def _deal_with(self, delivered: Delivered) -> None:
        """Post the payments among some messages, in order, then acknowledge. Raises Waits."""
        payments, done = [], []
        for entry_id, raw in delivered:
            envelope = _payment(entry_id.decode(), raw) if raw else None
            if envelope is None:
                done.append(entry_id)
            else:
                payments.append((entry_id, envelope, self._posting(envelope)))
        if done:
            self._redis.xack(INBOX, INTAKE_GROUP, *done)
        # All are under way before the first is waited for: the ledger groups them.
        for entry_id, envelope, posting in payments:
            why = self._result(envelope, posting)
            if why is None:
                self._redis.xack(INBOX, INTAKE_GROUP, entry_id)
            else:
                self._bury(entry_id, envelope, why)

    def _posting(self, envelope: Envelope) -> _Posting:
        """Hand a payment to the door; what cannot be read fails at once."""
        try:
            intent = _intent(envelope)
        except Exception as reason:  # noqa: BLE001 - told apart with those of the door, below
            failed: _Posting = concurrent.futures.Future()
            failed.set_exception(reason)
            return failed
        return asyncio.run_coroutine_threadsafe(self._books.writer.execute(intent), self._loop)

    def _result(self, envelope: Envelope, posting: _Posting) -> str | None:
        """Give why a payment can never be posted; None when it is. Raises Waits."""
        try:
            reply = posting.result()
            if not reply.is_replay:
                return None
            told = TransactionResponse.FromString(reply.response)
            return None if retelling.is_right(self._books.journal, told, _key(envelope)) else _BENT
        except (Fault, JournalFailed, concurrent.futures.CancelledError) as fault:
            raise Waits(str(fault)) from None
        except Exception as reason:  # noqa: BLE001 - one payment waits for it, not all
            return _why(reason)

    def _bury(self, entry_id: bytes, envelope: Envelope, why: str) -> None:
        """Put a message among the dead letters and acknowledge it, in one step."""
        letter: dict[Any, Any] = {
            **envelope.fields,
            ORIGINAL: _message_id(envelope),
            "original_stream": INBOX,
            "error": why,
            "moved_at": str(self._books.now()),
            "moved_by": INTAKE_GROUP,
            "deliveries": str(self._deliveries(entry_id)),
        }
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.xadd(DEAD_LETTERS, letter)
        pipeline.xack(INBOX, INTAKE_GROUP, entry_id)
        pipeline.execute()
        _log.info("intake: dead letter", original_message_id=_message_id(envelope))

    def _deliveries(self, entry_id: bytes) -> int:
        """Tell how often the message was given to us."""
        told: Any = self._redis.xpending_range(INBOX, INTAKE_GROUP, entry_id, entry_id, 1)
        return int(told[0]["times_delivered"]) if told else 1


def _payment(entry_id: str, raw: Raw) -> Envelope | None:
    """Read an entry's envelope when it is a payment; what is poison to all is the projector's."""
    kinds = {raw.get(name.encode()) for name in codec.TYPE_FIELDS}
    if PaymentReceived.type.encode() not in kinds:
        return None
    try:
        envelope = codec.read_envelope(INBOX, entry_id, raw)
    except Poison:
        return None
    return envelope if envelope.event_type == PaymentReceived.type else None


def _message_id(envelope: Envelope) -> str:
    return envelope.fields.get(ORIGINAL) or envelope.entry_id


def _intent(envelope: Envelope) -> Intent:
    """Read a payment as the command that posts it. Raises Poison, Refused."""
    event = cast("PaymentReceived", codec.read_event(envelope.event_type, envelope.body))
    command = RecordRepayment(
        loan_account_id=fields.identifier("account_id", event.account_id),
        amount=parse_amount("amount", str(event.amount)),
        payment_reference=fields.reference("payment_reference", event.payment_reference),
        effective_date=event.effective_date or "",
        message_id=Key(_message_id(envelope)),
    )
    return Intent(
        command=command,
        caller=Caller(_ACTOR),
        answer=answers.transaction_response,
        idempotency_key=_key(envelope),
        request_hash=hashlib.sha256(codec.canonical(event)).digest(),
    )


def _key(envelope: Envelope) -> str:
    """Give the idempotency key under which a message is posted."""
    return f"{own_keys.INBOX}{hashlib.sha256(envelope.identity.encode()).hexdigest()}"


def _why(reason: Exception) -> str:
    """Say why a payment can never be posted. Raises Waits."""
    if isinstance(reason, Poison):
        return _described(reason)
    if isinstance(reason, Refused):
        if reason.reason is Refusal.READ_ONLY:
            raise Waits(reason.sentence) from None
        return f"{reason.reason.name}: {reason.sentence}"
    trace = extract_tb(reason.__traceback__)
    where = [f"{Path(each.filename).name}:{each.lineno}" for each in trace]
    _log.error("bug", thread="intake", kind=type(reason).__name__, where=where)
    return f"{type(reason).__name__}: the ledger could not post it, see its log"


def _described(poison: Poison) -> str:
    """Give an error's class and text; that of a value names its own class already."""
    text = str(poison)
    return text if text.startswith("Invalid") else f"{type(poison).__name__}: {text}"
