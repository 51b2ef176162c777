"""Who acts at this tab, what they have under way, and which form is open."""

import time
from functools import partial
from typing import Final

from msgspec import Struct, structs

from dashboard import own_rights as own_rights_of
from dashboard import services, session
from dashboard.commands.change import Change
from dashboard.commands.disable_staff import DisableStaff
from dashboard.commands.enable_staff import EnableStaff
from dashboard.commands.registry import Command
from dashboard.components.promised import as_promised
from dashboard.known_accounts import NOT_TOLD, Known
from dashboard.ledger_client import Caller, LedgerFault, LedgerRefused
from dashboard.operations import Operations
from dashboard.own_rights import OwnRights
from dashboard.queries import accounts, approvals
from dashboard.queries.accounts import AccountView
from dashboard.queries.approvals import Reader
from dashboard.queries.health import Health
from dashboard.queries.rights import REQUEST_ROLES
from dashboard.session import SignedIn
from dashboard.sessions import Sessions

_FORM = "form"
_OPERATIONS = "operations"
_DRAWN = "form-drawn"
_PENDING = "pending"
_RIGHTS = "own-rights"

RIGHTS_SECONDS: Final = 60.0
"""Limits change seldom; that somebody may no longer do a thing, the ledger says in any case."""

_NOT_KNOWN: Final = OwnRights(is_known=False)


class OpenForm(Struct, frozen=True, kw_only=True):
    """A form that is open: for which command, on which account, as it was seen then.

    `entered` is what a refused try had asked for, to begin with; `retries` is the key of that
    try, which is over as soon as what this form sends has begun. `priority` is that of the
    request, if it becomes one. `fee` is the fee that was chosen in it, by its transaction id;
    empty: all together; None: not yet.
    """

    command: str
    account: AccountView
    entered: Command | None = None
    retries: str = ""
    priority: str = "normal"
    fee: str | None = None

    @property
    def seen_version(self) -> int:
        """The version that the figures on the screen belong to."""
        return self.account.ver or 0

    @property
    def first_version(self) -> int:
        """The version that a failed try was made on; without one, that on the screen."""
        is_retry = bool(self.retries) and self.entered is not None
        return self.entered.seen_version if is_retry and self.entered else self.seen_version


def caller(signed_in: SignedIn) -> Caller:
    """Say on whose behalf the ledger is called."""
    return Caller(signed_in.staff_id, signed_in.session_id)


def operations() -> Operations:
    """Give what this session has under way."""
    return session.slot(
        _OPERATIONS,
        lambda: Operations(
            services.database(),
            services.ledger(),
            services.workers(),
            services.health,
            finish=partial(_finish, services.sessions()),
        ),
    )


def _finish(sessions: Sessions, change: Change) -> None:
    """Do what the desk owes besides: a session from before is over for good."""
    if isinstance(change, DisableStaff | EnableStaff):
        sessions.end_all_of(change.staff_id)


def own_rights(signed_in: SignedIn) -> OwnRights:
    """Tell what the ledger lets them do; kept for a moment, and where it cannot be asked."""
    given = (signed_in.roles, signed_in.limits)
    before, asked, held = session.slot(_RIGHTS, lambda: (given, -RIGHTS_SECONDS, _NOT_KNOWN))
    now = time.monotonic()
    if before != given or now - asked >= RIGHTS_SECONDS:
        held = _ask_rights(signed_in) or (
            held if held.is_known else structs.replace(_NOT_KNOWN, limits=signed_in.limits)
        )
        session.put(_RIGHTS, (given, now, held))
    return held


def _ask_rights(signed_in: SignedIn) -> OwnRights | None:
    """Ask the ledger; a lost one is not waited for."""
    if services.health().ledger_lost:
        return None
    try:
        return own_rights_of.look(services.ledger(), caller(signed_in))
    except (LedgerRefused, LedgerFault):
        return None


def reader(signed_in: SignedIn) -> Reader:
    """Say who looks at requests, and how far their limits reach."""
    return Reader(signed_in.staff_id, signed_in.roles, own_rights(signed_in).limits)


def waiting(signed_in: SignedIn) -> int:
    """Count the requests that wait for them; none where they may see none."""
    if not signed_in.has(*REQUEST_ROLES):
        return 0
    return approvals.waiting(services.database(), reader(signed_in))


def known(signed_in: SignedIn, account: AccountView, health: Health) -> Known:
    """Tell whether the ledger in use knows an account; a lost one is not asked."""
    if health.ledger_lost and account.ver is None:
        return NOT_TOLD
    return services.known_accounts().look(account, caller(signed_in))


def account_now(signed_in: SignedIn, loan_account_id: str) -> AccountView | None:
    """Give an account as its page shows it, with what one's own changes have made of it."""
    stored = accounts.account(services.database(), loan_account_id)
    if stored is None:
        return None
    complete = known(signed_in, stored, services.health()).completed(stored)
    under_way = operations().on_accounts([complete], caller(signed_in))
    return as_promised(complete, under_way[complete.loan_account_id])


def open_form(
    command: str,
    account: AccountView,
    entered: Command | None = None,
    retries: str = "",
    priority: str = "normal",
) -> None:
    """Open a form; the page draws it at the end of its next run."""
    form = OpenForm(
        command=command, account=account, entered=entered, retries=retries, priority=priority
    )
    session.put(_FORM, form)


def look_anew(account: AccountView) -> None:
    """Put the account as it is now below the form that is open."""
    form = opened_form()
    if form is not None:
        session.put(_FORM, structs.replace(form, account=account))


def choose_fee(fee: str) -> None:
    """Remember which fee the open form is about: its words change with the account."""
    form = opened_form()
    if form is not None and form.fee != fee:
        session.put(_FORM, structs.replace(form, fee=fee))


def close_form() -> None:
    """Close the form, whichever it is."""
    session.forget(_FORM)


def opened_form() -> OpenForm | None:
    """Give the open form; looking for one leaves no mark."""
    form: OpenForm | None = session.kept(_FORM)
    return form


def begin_run() -> bool:
    """Note at the start of a page's run which form it will draw; tell whether to hurry.

    A page looks often while a change is pending and seldom otherwise; how often is fixed
    when the page runs, so `end_look` runs it again when that changes.
    """
    session.put(_DRAWN, opened_form())
    return session.slot(_PENDING, bool)


def end_look(*, pending: bool) -> bool:
    """Tell, at the end of a look, whether the whole page must run again."""
    must = session.slot(_PENDING, bool) != pending
    session.put(_PENDING, pending)
    return must or session.slot(_DRAWN, opened_form) is not opened_form()
