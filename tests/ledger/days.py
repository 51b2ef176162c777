"""Business days in tests: lending on one, ending one, by Sydney's clocks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from proto import servicing_pb2 as pb
from tests.builders import Caller, open_loan_request

SYDNEY = ZoneInfo("Australia/Sydney")


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A time on Sydney's clocks."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SYDNEY)


def lend(
    caller: Caller,
    lent: date,
    *,
    rate: str = "",
    amount: str = "500.00",
    fee: str = "100.00",
    instalments: int = 4,
) -> str:
    """Lend $500 with a fee of $100, to be paid in four weekly instalments, unless told else."""
    request = open_loan_request(
        opened=lent, loan_amount=amount, loan_fee=fee, instalments=instalments
    )
    request.annual_rate = rate
    return caller.active_loan(request, at=at(lent))


def end_day(
    caller: Caller, now: datetime | None = None, day: date | None = None
) -> pb.RunEndOfDayResponse:
    """Run the end of day at some time."""
    request = pb.RunEndOfDayRequest(business_date=day.isoformat() if day else "")
    return caller.operations.RunEndOfDay(request, metadata=caller.metadata(now), timeout=120)
