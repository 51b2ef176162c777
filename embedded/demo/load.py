"""Loads the demo portfolio through the front doors: customers by the inbox, loans by rpc."""

import asyncio
import time
from collections.abc import Iterator
from datetime import date
from typing import Final, cast

import redis

from embedded import mirror
from embedded.demo.bad_debts import Asked
from embedded.demo.books import Books, BooksSaidNo
from embedded.demo.cases import Deed
from embedded.demo.decisions import ask_and_decide
from embedded.demo.loans import Loan
from embedded.demo.messages import Message
from embedded.demo.portfolio import Portfolio, build
from embedded.inbox import BATCH, Inbox
from embedded.progress import Progress
from embedded.running import Addresses
from proto import servicing_pb2 as servicing

IN_FLIGHT_MAX: Final = 64
PUBLISHED_SECONDS_MAX: Final = 120.0


class NotLoaded(Exception):  # noqa: N818 - the reason is the name
    """The ledger refused a part of the portfolio; the text says which part and why."""


def load(addresses: Addresses, *, seed: int, customers: int, anchor: date) -> Portfolio:
    """Load the portfolio and wait until the screens can show it.

    Loading the same again changes nothing: every event and every command bears a name of
    its own that is made of the seed. One loan goes first: a ledger that is no demo refuses
    it, and then nobody has been invented. Raises NotLoaded, mirror.NotReading.
    """
    portfolio = build(seed, customers, anchor)
    progress = Progress("demo portfolio", portfolio.part_count)
    with redis.Redis.from_url(addresses.redis_url) as client:
        inbox = Inbox(client)
        asyncio.run(_load_loans(addresses, portfolio.loans[:1], progress))
        for batch in _batches(portfolio.messages, inbox):
            inbox.publish(batch)
            progress.advance(len(batch))
        asyncio.run(_load_loans(addresses, portfolio.loans[1:], progress))
    asyncio.run(_end_days(addresses))
    asyncio.run(_decide(addresses, portfolio.asked, seed))
    asyncio.run(_do(addresses, portfolio.deeds, progress))
    asyncio.run(_wait_until_published(addresses))
    mirror.wait_until_caught_up(addresses)
    return portfolio


def _batches(messages: Iterator[Message], inbox: Inbox) -> Iterator[list[dict[str, str]]]:
    """Give the entries in batches, without what lies among the dead letters already."""
    buried = inbox.buried_causes()
    batch: list[dict[str, str]] = []
    for message in messages:
        if message.cause in buried:
            continue
        batch.append(message.entry())
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _end_days(addresses: Addresses) -> None:
    """Let the ledger end the days that are over: what staff do comes after it."""
    async with Books(addresses.ledger_address, addresses.keys_dir) as books:
        await books.send(servicing.RunEndOfDayRequest())


async def _decide(addresses: Addresses, asked: tuple[Asked, ...], seed: int) -> None:
    """Ask for and decide what the demo's former colleagues asked for and decided."""
    try:
        await ask_and_decide(addresses, asked, seed)
    except BooksSaidNo as refused:
        raise NotLoaded(
            f"The ledger refused a write-off of the demo: {refused} "
            "(the demo staff are made by: python -m embedded staff)"
        ) from None


async def _do(addresses: Addresses, deeds: tuple[Deed, ...], progress: Progress) -> None:
    """Do what the demo's staff did, in their name."""
    for deed in deeds:
        async with Books(addresses.ledger_address, addresses.keys_dir, deed.staff_id) as books:
            try:
                await books.send(deed.request)
            except BooksSaidNo as refused:
                raise NotLoaded(
                    f"The ledger refused {type(deed.request).__name__} of {deed.staff_id}: "
                    f"{refused} (the demo sign-ins are made by: python -m embedded staff)"
                ) from None
        progress.advance()


async def _load_loans(addresses: Addresses, loans: tuple[Loan, ...], progress: Progress) -> None:
    """Tell every loan's story in its order, many loans at once."""
    left = iter(loans)
    async with Books(addresses.ledger_address, addresses.keys_dir) as books:

        async def tell_loans() -> None:
            for loan in left:
                await _tell(books, loan, progress)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(IN_FLIGHT_MAX):
                    group.create_task(tell_loans())
        except ExceptionGroup as failed:  # the first tells why, the others say the same
            raise failed.exceptions[0] from None


async def _tell(books: Books, loan: Loan, progress: Progress) -> None:
    for step in loan.steps:
        try:
            await books.send(step.request, step.at)
        except BooksSaidNo as refused:
            raise NotLoaded(
                f"The ledger refused {type(step.request).__name__} on {loan.account_id}: {refused}"
            ) from None
        progress.advance()


async def _wait_until_published(addresses: Addresses) -> None:
    """Wait until all that stands in the journal stands on the stream."""
    async with Books(addresses.ledger_address, addresses.keys_dir) as books:
        deadline = time.monotonic() + PUBLISHED_SECONDS_MAX
        while True:
            answer = await books.send(servicing.HealthRequest())
            health = cast("servicing.HealthResponse", answer)
            if health.published_position >= health.journal_position:
                return
            if time.monotonic() > deadline:
                raise mirror.NotReading(
                    "The portfolio is in the ledger, but its events are not on the stream: "
                    "see the ledger's log; the desk shows them when they are."
                )
            await asyncio.sleep(0.2)
