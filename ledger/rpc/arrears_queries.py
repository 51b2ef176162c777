"""Questions about who is behind, as of today in Sydney, whether the day was ended or not."""

from collections.abc import Callable
from typing import Final

from ledger.arrears import Overdue
from ledger.domain import buckets
from ledger.domain import loan as loans
from ledger.domain.business_day import business_date
from ledger.domain.loan import Loan
from ledger.overview import Overview
from ledger.rpc import fields
from ledger.rpc.queries import Queries, page_size
from proto import accounting_ledger_pb2 as ledger_pb
from proto.values import Instant

DAYS_MAX: Final = 2**31 - 1
_ENDED: Final = frozenset({loans.CLOSED, loans.WRITTEN_OFF})

Place = tuple[int, str]


class ArrearsQueries:
    """Ageing of one account, and the list of those that are overdue."""

    def __init__(self, queries: Queries, overview: Overview, now: Callable[[], Instant]) -> None:
        self._queries, self._overview, self._now = queries, overview, now

    def ageing(self, request: ledger_pb.GetAccountAgingRequest) -> ledger_pb.AccountAgingResponse:
        """How late one account is."""
        loan = self._queries.loan(request.account_id, field="account_id")
        today = business_date(self._now())
        ended = loan.status in _ENDED
        is_open = not ended and loan.status != loans.PENDING_DISBURSEMENT
        schedule = loan.instalments if is_open else ()
        days, late = buckets.days_past_due(schedule, today), buckets.overdue(schedule, today)
        return ledger_pb.AccountAgingResponse(
            account_id=loan.account_id,
            dpd=days,
            bucket=buckets.CLOSED if ended else buckets.bucket_of(days),
            days_until_overdue=buckets.days_until_overdue(schedule, today),
            last_updated=str(loan.updated_at),
            oldest_overdue_instalment_id=_instalment_id(loan, late[0].payment_number)
            if late
            else None,
            previous_bucket=loan.ageing.previous_bucket or None,
            transition_reason=loan.ageing.transition_reason or None,
            total_overdue_amount=str(buckets.overdue_amount(schedule, today)),
            is_in_arrears=days > 0,
        )

    def overdue(
        self, request: ledger_pb.GetOverdueAccountsRequest
    ) -> ledger_pb.OverdueAccountsResponse:
        """Who is behind, the longest first, a page at a time.

        A token names the last account that was told, so that nobody is told twice or left
        out because somebody else has paid in between.
        """
        size = page_size("page_size", request.page_size)
        least = fields.count("min_dpd", request.min_dpd, least=0, most=DAYS_MAX)
        most = fields.count("max_dpd", request.max_dpd, least=0, most=DAYS_MAX)
        wanted, after = _bucket_filter(request), _place(request.page_token)
        today = business_date(self._now())
        found = [
            each
            for each in self._overview.ask(lambda _ledger, arrears: arrears.overdue(today))
            if each.days_past_due >= least
            and (not request.HasField("max_dpd") or each.days_past_due <= most)
            and wanted in ("", buckets.bucket_of(each.days_past_due))
        ]
        rest = [each for each in found if after is None or _sorting(each) > after]
        return ledger_pb.OverdueAccountsResponse(
            accounts=[_account(each) for each in rest[:size]],
            total_count=len(found),
            next_page_token=_token(rest[size - 1]) if len(rest) > size else None,
        )


def _bucket_filter(request: ledger_pb.GetOverdueAccountsRequest) -> str:
    bucket: str = request.bucket_filter
    if bucket and bucket not in buckets.BUCKET_NAMES:
        raise fields.invalid("bucket_filter", f"must be one of {', '.join(buckets.BUCKET_NAMES)}.")
    return bucket


def _sorting(each: Overdue) -> Place:
    return -each.days_past_due, each.account_id


def _token(each: Overdue) -> str:
    return f"{each.days_past_due}:{each.account_id}"


def _place(token: str) -> Place | None:
    if not token:
        return None
    days, colon, account_id = token.partition(":")
    if not colon or not (days.isascii() and days.isdecimal()) or len(days) > len("2147483647"):
        raise fields.invalid("page_token", "must be a next_page_token that was given before.")
    return -int(days), account_id


def _account(each: Overdue) -> ledger_pb.OverdueAccount:
    return ledger_pb.OverdueAccount(
        account_id=each.account_id,
        dpd=each.days_past_due,
        bucket=buckets.bucket_of(each.days_past_due),
        days_until_overdue=0,
        total_overdue_amount=str(each.amount),
        last_updated=each.updated_at,
        is_in_arrears=True,
    )


def _instalment_id(loan: Loan, payment_number: int) -> str:
    return f"{loan.schedule_id}:{payment_number}"
