"""Who may read what (roles.md, the rows that read), decided here and nowhere else."""

from typing import Final

PERSON_ROLES: Final = frozenset({"support", "supervisor", "compliance", "admin"})
"""Roles that see names, contact details, birth dates and addresses."""

READING_ROLES: Final = PERSON_ROLES | {"analyst"}
"""Roles that open customers and accounts at all."""

MONEY_ROLES: Final = frozenset({"support", "supervisor"})
"""Roles that record repayments and waive fees; the ledger decides, the desk mirrors it."""

AUDIT_ROLES: Final = frozenset({"compliance"})
"""Roles that read and mark the audit trail."""

AUDIT_EXPORT_ROLES: Final = AUDIT_ROLES
"""Roles that take the audit trail away as a file."""

OVERVIEW_ROLES: Final = frozenset({"supervisor", "compliance", "analyst", "admin"})
"""Roles that see the portfolio's figures and the rows behind them."""

OVERVIEW_EXPORT_ROLES: Final = OVERVIEW_ROLES
"""Roles that take the portfolio's figures away as files."""

REQUEST_ROLES: Final = frozenset({"support", "supervisor", "admin"})
"""Roles that ask for approvals, and so see at least their own requests."""

DECIDING_ROLES: Final = frozenset({"supervisor"})
"""Roles that decide the requests of others, and so see everybody's."""


LETTER_ROLES: Final = frozenset({"admin"})
"""Roles that see dead letters, have them published again and ask for corrections."""

STAFF_READING_ROLES: Final = frozenset({"compliance", "admin"})
"""Roles that see who is staff, in which roles and limits."""

STAFF_ROLES: Final = frozenset({"admin"})
"""Roles that create and change staff, never themselves."""

SYSTEM_READING_ROLES: Final = frozenset({"compliance", "admin"})
"""Roles that see how each part is."""

SYSTEM_ROLES: Final = frozenset({"admin"})
"""Roles that switch the ledger to read-only and back."""

REBUILD_ROLES: Final = frozenset({"admin"})
"""Roles that have what the screens show made anew."""


class NotAllowed(Exception):  # noqa: N818 - what it says
    """None of the reader's roles may read this."""


def require_reader(roles: frozenset[str]) -> None:
    """Let pass who may open customers and accounts. Raises NotAllowed."""
    if not roles & READING_ROLES:
        raise NotAllowed("Your role may not open customers or accounts.")


def require_person_reader(roles: frozenset[str]) -> None:
    """Let pass who may read what customers said and what was noted of them. Raises NotAllowed."""
    if not sees_persons(roles):
        raise NotAllowed("Your role may not read conversations and notes.")


def sees_persons(roles: frozenset[str]) -> bool:
    """Tell whether somebody sees who a customer is, or only an id and figures."""
    return bool(roles & PERSON_ROLES)


def moves_money(roles: frozenset[str]) -> bool:
    """Tell whether the desk offers somebody to record repayments and waive fees."""
    return bool(roles & MONEY_ROLES)


def require_requests(roles: frozenset[str]) -> None:
    """Let pass who may see requests, be it their own alone. Raises NotAllowed."""
    if not roles & REQUEST_ROLES:
        raise NotAllowed("Your role may not see approval requests.")


def decides_requests(roles: frozenset[str]) -> bool:
    """Tell whether somebody decides requests of others; the ledger holds them to a limit."""
    return bool(roles & DECIDING_ROLES)


def require_auditor(roles: frozenset[str]) -> None:
    """Let pass who may read the audit trail and export it. Raises NotAllowed."""
    if not roles & AUDIT_ROLES:
        raise NotAllowed("Your role may not read the audit trail.")


def require_audit_export(roles: frozenset[str]) -> None:
    """Let pass who may take the audit trail away as a file. Raises NotAllowed."""
    if not roles & AUDIT_EXPORT_ROLES:
        raise NotAllowed("Your role may not export the audit trail.")


def require_overview(roles: frozenset[str]) -> None:
    """Let pass who may see the portfolio's figures. Raises NotAllowed."""
    if not roles & OVERVIEW_ROLES:
        raise NotAllowed("Your role may not see the portfolio's figures.")


def require_overview_export(roles: frozenset[str]) -> None:
    """Let pass who may take the portfolio's figures away as files. Raises NotAllowed."""
    if not roles & OVERVIEW_EXPORT_ROLES:
        raise NotAllowed("Your role may not export the portfolio's figures.")


def corrects_payments(roles: frozenset[str]) -> bool:
    """Tell whether the desk offers somebody to ask for corrections of payments."""
    return bool(roles & LETTER_ROLES)


def require_letters(roles: frozenset[str]) -> None:
    """Let pass who may see dead letters. Raises NotAllowed."""
    if not roles & LETTER_ROLES:
        raise NotAllowed("Your role may not see dead letters.")


def require_staff_reader(roles: frozenset[str]) -> None:
    """Let pass who may see who is staff. Raises NotAllowed."""
    if not roles & STAFF_READING_ROLES:
        raise NotAllowed("Your role may not see who is staff.")


def changes_staff(roles: frozenset[str]) -> bool:
    """Tell whether the desk offers somebody to change staff; the ledger decides."""
    return bool(roles & STAFF_ROLES)


def require_system_reader(roles: frozenset[str]) -> None:
    """Let pass who may see how each part is. Raises NotAllowed."""
    if not roles & SYSTEM_READING_ROLES:
        raise NotAllowed("Your role may not see the system's parts.")


def switches_read_only(roles: frozenset[str]) -> bool:
    """Tell whether the desk offers somebody the read-only switch; the ledger decides."""
    return bool(roles & SYSTEM_ROLES)


def asks_rebuild(roles: frozenset[str]) -> bool:
    """Tell whether the desk offers somebody a rebuild; the ledger decides."""
    return bool(roles & REBUILD_ROLES)
