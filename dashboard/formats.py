"""How amounts, dates, ages, states and other people's text are written on a screen.

Everything here is pure; the time is passed in. Sydney's clock is the desk's clock.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from proto.values import CalendarDate, InvalidMoney, Money

SYDNEY: Final = ZoneInfo("Australia/Sydney")
NOT_KNOWN: Final = "not known"
MINUS: Final = "\u2212"
DASH: Final = "\u2013"
TITLE_CHARACTERS_MAX: Final = 100
STALE_SECONDS: Final = 30
EARLY_DAYS_MAX: Final = 14
LATE_DAYS_MAX: Final = 61

Colour = Literal["blue", "gray", "yellow", "orange", "red", "green", "violet"]


class Badge(Struct, frozen=True):
    """A state in a word and a colour, never the colour alone."""

    word: str
    colour: Colour


STATUS_BADGES: Final = {
    "active": Badge("Active", "blue"),
    "pending_disbursement": Badge("Pending", "gray"),
    "in_arrears": Badge("In arrears", "orange"),
    "paid_off": Badge("Paid off", "green"),
    "written_off": Badge("Written off", "gray"),
    "unknown": Badge("Status not known", "gray"),
}
OPERATION_BADGES: Final = {
    "saving": Badge("Saving…", "gray"),
    "saved": Badge("Saving…", "gray"),
    "synced": Badge("Synced", "green"),
    "refused": Badge("Failed", "red"),
    "unknown": Badge("Not known yet", "yellow"),
}
EKYC_BADGES: Final = {
    "successful": Badge("Identity verified", "green"),
    "failed": Badge("Identity check failed", "red"),
    "pending": Badge("Identity check pending", "gray"),
}
TYPE_WORDS: Final = {
    "DISBURSEMENT": "Loan paid out",
    "ESTABLISHMENT_FEE": "Establishment fee",
    "REPAYMENT": "Repayment",
    "LATE_FEE": "Late fee",
    "DISHONOUR_FEE": "Dishonour fee",
    "FEE_WAIVER": "Fee waiver",
    "ADJUSTMENT": "Adjustment",
    "WRITE_OFF": "Write-off",
    "REVERSAL": "Reversal",
    "CORRECTION": "Correction",
    "RECOVERY": "Recovery",
    "REFUND": "Refund",
    "WRITE_OFF_UNDO": "Write-off undone",
    "INTEREST": "Interest",
}

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_ACTIVE: Final = re.compile(
    r"(?<=:)(?=[a-z0-9_+/-]+:)"  # emoji and icon names
    r"|(?<=://)|(?<=www)(?=\.)|(?<=@)"  # what becomes a link by itself
    r"|(?<=[<~>=-])(?=[->=])",  # what becomes an arrow
    re.IGNORECASE,
)
_WORD_JOINER: Final = "\u2060"
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of all that follows it on the line, ours included."""
_TYPED_AMOUNT: Final = re.compile(
    r"(?:A?\$)?\s*((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?)", re.ASCII
)


def visible(text: str) -> str:
    """Leave out what cannot be seen and turns other words round: `exe.gnp` reads as `png.exe`."""
    return _TURNING.sub("", text)


def named_turns(text: str) -> str:
    r"""Write what turns words round as its escape, `\u202e`, where each sign must be told."""
    return _TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def short(text: str, at_most: int = TITLE_CHARACTERS_MAX) -> str:
    """Cut a text that would fill the screen, with a mark that it goes on."""
    return text if len(text) <= at_most else f"{text[:at_most].rstrip()}…"


def inert(text: str) -> str:
    r"""Make other people's text safe inside Streamlit's Markdown: it shows as it was typed.

    Punctuation is escaped; what Streamlit looks for in finished text, after the escapes are
    gone (icons, links, arrows), is broken by a joiner that nobody sees.
    """
    joined = _ACTIVE.sub(_WORD_JOINER, " ".join(visible(text).split()))
    return _PUNCTUATION.sub(r"\\\1", joined)


def code(text: str) -> str:
    """Write somebody's id in Markdown's code face, as it is; a backtick cannot end it early."""
    return f"`{' '.join(visible(text).split()).replace('`', chr(39)) or DASH}`"


def money(amount: Money | None) -> str:
    """Write `$1,234.50`, with a real minus below zero; absent is not known, not zero."""
    if amount is None:
        return NOT_KNOWN
    whole, cents = divmod(abs(int(amount)), 100)
    return f"{MINUS if amount < 0 else ''}${whole:,}.{cents:02d}"


def change(amount: Money) -> str:
    """Write a movement with its sign, `+$10.00`; nothing moved is a dash."""
    if amount == 0:
        return DASH
    return money(amount) if amount < 0 else f"+{money(amount)}"


def wire_money(text: str) -> Money | None:
    """Read an amount of the wire; empty is None."""
    return Money.parse(text) if text else None


def typed_money(text: str) -> Money | None:
    """Read what somebody typed, `$1,234.5` or `10`; None when it is no amount above zero."""
    return _typed(text) or None


def _typed(text: str) -> Money | None:
    """Read what somebody typed, which may be zero; None when it is no amount."""
    match = _TYPED_AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return Money.parse(match[1].replace(",", "").rstrip("."))
    except InvalidMoney:
        return None


def typed_change(text: str) -> Money | None:
    """Read a change that somebody typed, `-10` or `+2.50`; None when it is no amount."""
    typed = text.strip().replace(MINUS, "-")
    amount = _typed(typed.lstrip("+-"))
    return Money(-amount) if amount and typed.startswith("-") else amount


def day(value: CalendarDate | date | None) -> str:
    """Write `15 Nov 2026`."""
    if value is None:
        return NOT_KNOWN
    on = value.as_date() if isinstance(value, CalendarDate) else value
    return f"{on.day} {on:%b %Y}"


def in_sydney(moment: datetime) -> datetime:
    """Give a moment on Sydney's clock."""
    return moment.astimezone(SYDNEY)


def midnight(on: date) -> datetime:
    """Give the moment at which a day begins in Sydney."""
    return datetime.combine(on, time(), SYDNEY).astimezone(UTC)


def today(now: datetime) -> date:
    """Give the business date."""
    return in_sydney(now).date()


def clock(moment: datetime) -> str:
    """Write `9:00 am`, Sydney time."""
    at = in_sydney(moment)
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def day_and_clock(moment: datetime) -> str:
    """Write `15 Nov 2026, 9:00 am`, Sydney time."""
    return f"{day(in_sydney(moment).date())}, {clock(moment)}"


def exact(moment: datetime) -> str:
    """Write a moment exactly, in UTC, for a tooltip."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def age(moment: datetime, now: datetime) -> str:
    """Write how long ago, `just now`, `40 s ago`, `2 min ago`, `3 h ago`, `5 days ago`."""
    seconds = max(0, int((now - moment).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 10:  # noqa: PLR2004 - one refresh
        return "just now"
    if minutes == 0:
        return f"{seconds} s ago"
    if hours == 0:
        return f"{minutes} min ago"
    if days == 0:
        return f"{hours} h ago"
    return plural(days, "day") + " ago"


def with_age(moment: datetime, now: datetime) -> str:
    """Write when it was, Sydney time, and beside it how long ago that is."""
    return f"{day_and_clock(moment)} ({age(moment, now)})"


def plural(count: int, thing: str) -> str:
    """Write `1 day`, `2 days`, `1,200 days`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def days_from(on: date, now: datetime) -> str:
    """Write where a date lies: `today`, `tomorrow`, `in 5 days`, `3 days ago`."""
    away = (on - today(now)).days
    if away == 0:
        return "today"
    if away == 1:
        return "tomorrow"
    return f"in {plural(away, 'day')}" if away > 0 else f"{plural(-away, 'day')} ago"


def masked_email(email: str) -> str:
    """Write `j•••@example.com`."""
    name, at, host = email.partition("@")
    return f"{name[:1]}•••{at}{host}"


def mobile(number: str) -> str:
    """Write an Australian mobile as `0412 345 678`, any other number as it came."""
    digits = re.sub(r"[^0-9]", "", number)
    if digits.startswith("61") and len(digits) == len("61412345678"):
        digits = f"0{digits[2:]}"
    if len(digits) == len("0412345678") and digits.startswith("04"):
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    return number


def account_badge(status: str, days_past_due: int | None) -> Badge:
    """Say how an account stands: its status, or how late it is."""
    if status in {"active", "in_arrears"} and days_past_due:
        return overdue_badge(days_past_due)
    return STATUS_BADGES.get(status, STATUS_BADGES["unknown"])


def overdue_badge(days: int) -> Badge:
    """Say how many days a payment is late; the colour tells how bad that is."""
    late = plural(days, "day")
    if days <= EARLY_DAYS_MAX:
        return Badge(f"Overdue {late}", "yellow")
    return (
        Badge(f"Late {late}", "orange")
        if days <= LATE_DAYS_MAX
        else Badge(f"Default {late}", "red")
    )


def transaction_type(code: str) -> str:
    """Say a transaction type in staff words; one that we have no word for as it came."""
    return TYPE_WORDS.get(code, code.replace("_", " ").capitalize())


def percent(part: int, whole: int) -> str:
    """Write a share with one place."""
    return f"{100 * part / whole:.1f}%" if whole else NOT_KNOWN
