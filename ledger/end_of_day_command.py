"""`python -m ledger end-of-day`: through a running ledger, or without one."""

import asyncio
import uuid
from datetime import date

import grpc

from ledger.books import open_books, system_clock
from ledger.decision import Caller
from ledger.end_of_day import EndOfDay
from ledger.errors import Fault, Refused
from ledger.journal import InUse
from ledger.overview import Overview
from ledger.settings import Settings
from proto import actor_token
from proto import servicing_pb2 as pb
from proto.actor_token import Actor
from proto.servicing_pb2_grpc import OperationsServiceStub

_TIMEOUT_SECONDS = 3_600


class DayNotEnded(Exception):  # noqa: N818 - the reason is the name
    """The end of day was not run through; the same command again does the rest."""


def end_of_day(settings: Settings, day: date | None) -> str:
    """End the dates through `day`, by default yesterday, and say so. Raises DayNotEnded."""
    try:
        books = open_books(settings)
    except InUse:
        return _said(_by_running_ledger(settings, day))
    caller = Caller(Actor("system", "system", uuid.uuid4().hex, 0))
    try:
        return _said(asyncio.run(EndOfDay(books, Overview(books.journal)).run(caller, day)))
    except (Refused, Fault) as reason:
        raise DayNotEnded(str(reason)) from None
    finally:
        books.close()


def _said(done: pb.RunEndOfDayResponse) -> str:
    dates = list(done.business_dates)
    ended = f"{dates[0]} to {dates[-1]}" if len(dates) > 1 else "".join(dates) or "nothing new"
    return (
        f"Ended {ended}: interest on {done.accounts_accrued}, ageing of {done.accounts_aged} "
        "accounts, each date counted."
    )


def _by_running_ledger(settings: Settings, day: date | None) -> pb.RunEndOfDayResponse:
    token = actor_token.mint(
        settings.command_line_key(),
        issuer="command-line",
        actor_id="system",
        session_id=uuid.uuid4().hex,
        now=system_clock(),
    )
    request = pb.RunEndOfDayRequest(business_date=day.isoformat() if day else "")
    metadata = ((actor_token.METADATA_KEY, f"Bearer {token}"),)
    with grpc.insecure_channel(settings.listen) as channel:
        try:
            return OperationsServiceStub(channel).RunEndOfDay(
                request, metadata=metadata, timeout=_TIMEOUT_SECONDS
            )
        except grpc.RpcError as error:
            raise DayNotEnded(str(error.details())) from None
