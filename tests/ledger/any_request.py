"""Random acts on requests: asking, deciding, taking back, all of it also twice or too late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ledger.any_acts import ACCOUNTS, REQUESTS, Acting
from tests.ledger.approvers import cancel, resubmit
from tests.ledger.asking import today
from tests.ledger.days import end_day
from tests.ledger.drawn import ASKERS, CENTS, KINDS

NO_REQUEST: Final = "REQ-none"
"""What is known of a request that was refused."""


class OnRequests(Acting):
    """By their requesters and by two approvers."""

    @rule(target=REQUESTS, account=ACCOUNTS, actor=ASKERS, kind=KINDS, cents=CENTS)
    def ask(self, account: str, actor: str, kind: str, cents: int) -> str:
        """Ask for what one may not do alone."""
        return self.requested(actor, kind, account, cents) or NO_REQUEST

    @rule(request=REQUESTS, which=st.integers(0, 1), seen=st.booleans())
    def approve(self, request: str, which: int, seen: bool) -> None:  # noqa: FBT001 - drawn
        """Approve what waits, or what is decided already, or has changed."""
        self.decide(self.approvers[which], request, changes_seen=seen)

    @rule(request=REQUESTS)
    def approve_twice_at_once(self, request: str) -> None:
        """Of two who approve the same at the same time one wins at most."""
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(self.decide, each, request) for each in self.approvers]
        assert sum(call.result() for call in calls) <= 1

    @rule(request=REQUESTS, finally_=st.booleans())
    def reject_or_return(self, request: str, finally_: bool) -> None:  # noqa: FBT001 - drawn
        """Say no, or not yet."""
        act = self.approvers[0].reject if finally_ else self.approvers[0].return_
        self.attempt(act, request)

    @rule(request=REQUESTS, actor=ASKERS, act=st.sampled_from([resubmit, cancel]))
    def take_back(self, request: str, actor: str, act: Any) -> None:  # noqa: ANN401 - drawn
        """Cancel one's own request or ask for it again, or try it with somebody else's."""
        self.attempt(act, self.ledger.caller(actor), request)

    @rule(account=ACCOUNTS)
    def wait_too_long(self, account: str) -> None:
        """Let what waits expire; the end of day writes it down. Then it is today again."""
        self.requested("staff-support", "write_off", account)
        yesterday = today() - timedelta(days=1)
        end_day(self.ledger.system, day=yesterday)
        self.ledger.later(timedelta(days=14))
        try:
            end_day(self.ledger.system, day=yesterday)
        finally:
            self.ledger.later(timedelta(days=-14))
