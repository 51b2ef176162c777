"""The end of the business day: every account that needs it, day by day, then the day itself.

A date is ended once it is over in the business's zone, so at the earliest from midnight on.
Ending it accrues interest through it and ages every account as the day after it begins. Dates
that were missed are caught up with in order. Each account and date passes the one door as a
command with a key of its own, so that a run which ended in the middle, or two at the same time,
bring about what one whole run does.
"""

import asyncio
import hashlib
import heapq
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from ledger import own_keys
from ledger.books import Books
from ledger.commands.command import Command
from ledger.commands.end_account_day import EndAccountDay, NothingToEnd, next_day
from ledger.commands.end_day import EndDay
from ledger.commands.expire_request import ExpireRequest
from ledger.decision import Caller, Intent, Outcome
from ledger.domain.business_day import business_date
from ledger.domain.day_log import DayLog
from ledger.domain.request import Request
from ledger.errors import Refusal, Refused
from ledger.overview import Overview
from ledger.service import Reply
from ledger.standing import standing_at
from ledger.states import as_loan
from proto import servicing_pb2 as pb
from proto.events import AgingUpdated, InterestAccrued
from proto.subjects import END_OF_DAY, is_account
from proto.values import Instant, Key

TOGETHER_MAX: Final = 256
"""Accounts whose commands are under way at once: as many as the writer groups."""
_ONE_DAY: Final = timedelta(days=1)


class _Count(Struct):
    """What one day brought."""

    accrued: int = 0
    aged: int = 0

    def add(self, response: bytes) -> None:
        told = pb.RunEndOfDayResponse.FromString(response)
        self.accrued += told.accounts_accrued
        self.aged += told.accounts_aged


class EndOfDay:
    """Runs it; a second run in this process waits for the first and then finds nothing to do."""

    def __init__(self, books: Books, overview: Overview) -> None:
        self._books, self._overview = books, overview
        self._one = asyncio.Lock()

    async def run(self, caller: Caller, asked: date | None) -> pb.RunEndOfDayResponse:
        """End every date through the one asked for, by default yesterday. Raises Refused."""
        async with self._one:
            return await _Run(self._books, self._overview, caller).through(asked)


class _Run:
    """One run: the accounts in the order of the first date that brings them something."""

    def __init__(self, books: Books, overview: Overview, caller: Caller) -> None:
        self._books, self._overview, self._caller = books, overview, caller
        self._waiting: list[tuple[date, str]] = []
        self._accounts: list[str] = []
        self._last_ended: date | None = None

    async def through(self, asked: date | None) -> pb.RunEndOfDayResponse:
        now = self._caller.demo_time or self._books.now()
        today = business_date(now)
        last = asked or today - _ONE_DAY
        if last >= today:
            raise Refused(
                Refusal.DATE_OUT_OF_WINDOW,
                f"The business date {last} is not over yet. Use {today - _ONE_DAY} or earlier.",
                field="business_date",
            )
        await self._expire(now)
        await asyncio.to_thread(self._load)
        answer = pb.RunEndOfDayResponse()
        for day in self._days(last):
            count = await self._end_accounts(day)
            answer.accounts_accrued += count.accrued
            answer.accounts_aged += count.aged
            if self._is_open(day):
                await self._record(day, count)
                answer.business_dates.append(day.isoformat())
        return answer

    async def _expire(self, now: Instant) -> None:
        """Record the requests that nobody decided in time; by the time alone they are over."""
        for request in self._books.registers.requests.open_requests():
            if now >= request.expires_at:
                await self._expire_one(request)

    async def _expire_one(self, request: Request) -> None:
        command = ExpireRequest(request_id=request.request_id)
        try:
            await self._execute(command, f"{own_keys.EXPIRY}{request.request_id}:{request.version}")
        except Refused as refused:
            if refused.reason is not Refusal.REQUEST_DECIDED:
                raise  # somebody was a moment quicker: then there is nothing to record

    def _load(self) -> None:
        """Read the days that were ended, and where each account stands."""
        log = self._books.states.load(END_OF_DAY)
        self._last_ended = log.last_ended if isinstance(log, DayLog) else None
        self._accounts = [each for each in self._books.journal.subjects("") if is_account(each)]
        for account_id in self._accounts:
            self._await(account_id, date.min)

    def _await(self, account_id: str, least: date) -> None:
        loan = as_loan(self._books.states.load(account_id))
        day = None if loan is None else next_day(loan)
        if day is not None:
            heapq.heappush(self._waiting, (max(day, least), account_id))

    def _days(self, last: date) -> Iterator[date]:
        """Give the dates to go through: the missed ones, and older ones that accounts need.

        An account that was opened with an older date needs dates that were ended before.
        """
        starts = [self._last_ended + _ONE_DAY] if self._last_ended else []
        starts += [self._waiting[0][0]] if self._waiting else []
        day = min(starts, default=last)
        while day <= last:
            yield day
            day += _ONE_DAY

    def _is_open(self, day: date) -> bool:
        return self._last_ended is None or day > self._last_ended

    async def _end_accounts(self, day: date) -> _Count:
        due = []
        while self._waiting and self._waiting[0][0] <= day:
            due.append(heapq.heappop(self._waiting)[1])
        count = _Count()
        if self._last_ended is not None and day == self._last_ended + _ONE_DAY:
            await asyncio.to_thread(self._count_earlier_run, day, set(due), count)
        for start in range(0, len(due), TOGETHER_MAX):
            await self._end_together(day, due[start : start + TOGETHER_MAX], count)
        return count

    async def _end_together(self, day: date, accounts: list[str], count: _Count) -> None:
        commands = [
            EndAccountDay(loan_account_id=Key(each), business_date=day) for each in accounts
        ]
        keys = [_key(day, each) for each in accounts]
        writing = map(self._execute, commands, keys)
        for result in await asyncio.gather(*writing, return_exceptions=True):
            if isinstance(result, Reply):
                # What is repeated on a day that is over was counted when it was done.
                if self._is_open(day) or not result.is_replay:
                    count.add(result.response)
            elif not isinstance(result, NothingToEnd):
                raise result
        await asyncio.to_thread(self._await_all, accounts, day + _ONE_DAY)

    def _await_all(self, accounts: Iterable[str], least: date) -> None:
        for account_id in accounts:
            self._await(account_id, least)

    def _count_earlier_run(self, day: date, due: set[str], count: _Count) -> None:
        """Count what a run that ended in the middle of a day has done of it."""
        done = [_key(day, each) for each in self._accounts if each not in due]
        for start in range(0, len(done), TOGETHER_MAX):
            found = self._books.journal.answers(done[start : start + TOGETHER_MAX])
            for answer in found.values():
                count.add(answer.response)

    async def _record(self, day: date, count: _Count) -> None:
        command = EndDay(
            business_date=day,
            accounts_accrued=count.accrued,
            accounts_aged=count.aged,
            buckets=await asyncio.to_thread(standing_at, self._overview, day + _ONE_DAY),
        )
        await self._execute(command, f"{own_keys.END_OF_DAY}{day}")

    async def _execute(self, command: Command, key: str) -> Reply:
        intent = Intent(
            command=command,
            caller=self._caller,
            answer=_answer,
            idempotency_key=key,
            request_hash=hashlib.sha256(key.encode()).digest(),
        )
        return await self._books.writer.execute(intent)


def _key(day: date, account_id: str) -> str:
    return f"{own_keys.END_OF_DAY}{day}:{account_id}"


def _answer(outcome: Outcome) -> pb.RunEndOfDayResponse:
    def told(kind: type[Any]) -> bool:
        return any(isinstance(each.event, kind) for each in outcome.recorded)

    return pb.RunEndOfDayResponse(
        accounts_aged=int(told(AgingUpdated)), accounts_accrued=int(told(InterestAccrued))
    )
