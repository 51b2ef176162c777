"""How things are written on a screen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import formats
from dashboard.amount_faults import amount_fault, change_fault, limit_fault
from dashboard.formats import Badge
from proto.values import CalendarDate, Money

NOON = datetime(2026, 11, 15, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (123_450, "$1,234.50"),
        (-123_450, "\u2212$1,234.50"),
        (0, "$0.00"),
        (5, "$0.05"),
        (-5, "\u2212$0.05"),
        (100_000_000_00, "$100,000,000.00"),
    ],
)
def test_money_has_a_dollar_sign_two_places_and_a_real_minus(cents: int, written: str) -> None:
    """Money is `$1,234.50`, and below zero the minus stands before the dollar sign."""
    assert formats.money(Money(cents)) == written


def test_an_amount_that_is_not_known_is_not_zero() -> None:
    """An absent amount is said to be not known."""
    assert formats.money(None) == "not known"


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("10", 1000), ("$1,234.5", 123_450), (" 0.05 ", 5), ("A$ 7.00", 700), ("12.", 1200)],
)
def test_an_amount_may_be_typed_with_or_without_sign_commas_and_cents(
    typed: str, cents: int
) -> None:
    """What staff type for money is read to the cent."""
    assert formats.typed_money(typed) == Money(cents)


@pytest.mark.parametrize(
    "typed",
    ["", "0", "0.00", "-5", "1.234", "1e3", "ten", "12,50", "1,23", "٣", "NaN", "9" * 20, "$"],
)
def test_what_is_no_amount_above_zero_is_none(typed: str) -> None:
    """A mistyped amount is never guessed at: `12,50` could be twelve or a thousand."""
    assert formats.typed_money(typed) is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("-5", "Amount: more than zero, like 10.00. Leave the minus out."),
        ("0", "Amount: more than zero, like 10.00."),
        ("10.005", "Amount: not more than two decimals, like 10.00."),
        ("\uff11\uff10", "Amount: only the digits 0 to 9, like 10.00."),
        ("12,50", "Amount: commas only between thousands, like 1,250.00; cents follow a point."),
        ("99999999999999", "Amount: at most $9,999,999,999,999.99."),
        ("$9,999,999,999,999,999", "Amount: at most $9,999,999,999,999.99."),
    ],
)
def test_a_bad_amount_is_told_with_its_field_its_fault_and_the_remedy(
    typed: str, told: str
) -> None:
    """Nobody has to guess which field is meant, or what to type instead."""
    assert amount_fault("Amount", typed) == told


@pytest.mark.parametrize("typed", ["1e309", "NaN", "inf", "ten", "0x10", "1.2.3", "$", "."])
def test_what_holds_no_amount_at_all_is_told_to_be_digits(typed: str) -> None:
    """Powers of ten and words are no money."""
    assert amount_fault("Amount", typed) == (
        "Amount: only digits and a point, like 1250.00: no words, no powers of ten."
    )


@pytest.mark.parametrize("typed", ["", "  ", "10", "$1,234.5", "A$ 7.00"])
def test_a_good_amount_and_an_empty_field_have_no_fault(typed: str) -> None:
    """Nothing is wrong before something is typed."""
    assert amount_fault("Amount", typed) == ""


def test_a_change_may_be_below_zero_and_a_limit_may_be_zero() -> None:
    """Their faults are the same as any amount's otherwise."""
    assert [change_fault("Fees", typed) for typed in ("-5", "0", "+2.50", "")] == [""] * 4
    assert formats.typed_change("9" * 20) is None, "too much is not nothing"
    assert change_fault("Fees", "-5.005") == "Fees: not more than two decimals, like 10.00."
    assert limit_fault("Refund", "0.00") == ""
    assert limit_fault("Refund", "-1").startswith("Refund: more than zero")


def test_times_are_sydneys_and_the_tooltip_is_exact() -> None:
    """A moment is shown on Sydney's clock, and exactly in UTC beside it."""
    assert formats.day_and_clock(NOON) == "15 Nov 2026, 12:00 pm"
    assert formats.clock(datetime(2026, 11, 14, 22, 0, tzinfo=UTC)) == "9:00 am"
    assert formats.clock(datetime(2026, 11, 14, 13, 1, tzinfo=UTC)) == "12:01 am"
    assert formats.exact(NOON) == "2026-11-15T01:00:00.000Z"


def test_sydneys_day_begins_before_utcs() -> None:
    """At 11 pm UTC it is already the next day at the desk."""
    assert formats.today(datetime(2026, 11, 14, 23, 0, tzinfo=UTC)) == date(2026, 11, 15)


def test_dates_are_written_without_a_leading_zero() -> None:
    """A calendar date is `5 Nov 2026`."""
    assert formats.day(CalendarDate("2026-11-05")) == "5 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (40, "40 s ago"),
        (130, "2 min ago"),
        (7300, "2 h ago"),
        (86_400, "1 day ago"),
        (-5, "just now"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    """Ages are short: seconds, minutes, hours, days."""
    assert formats.age(NOON - timedelta(seconds=seconds), NOON) == said


@pytest.mark.parametrize(
    ("days", "badge"),
    [
        (None, Badge("Active", "blue")),
        (0, Badge("Active", "blue")),
        (1, Badge("Overdue 1 day", "yellow")),
        (14, Badge("Overdue 14 days", "yellow")),
        (15, Badge("Late 15 days", "orange")),
        (61, Badge("Late 61 days", "orange")),
        (62, Badge("Default 62 days", "red")),
    ],
)
def test_a_badge_says_how_late_an_account_is(days: int | None, badge: Badge) -> None:
    """The bands are the contract's: 1 to 14, 15 to 61, 62 and more."""
    assert formats.account_badge("active", days) == badge


def test_a_status_nobody_knows_has_a_badge_too() -> None:
    """An unrecognised status is said to be not known."""
    assert formats.account_badge("frozen", None).word == "Status not known"


def test_a_closed_account_is_never_overdue() -> None:
    """An old ageing figure does not make a paid-off account late."""
    assert formats.account_badge("paid_off", 30).word == "Paid off"


@pytest.mark.parametrize("text", ["**x**", "<b>x</b>", "$a$", ":red[x]", "[x](y)", "`x`", "# x"])
def test_every_punctuation_mark_of_other_peoples_text_is_escaped(text: str) -> None:
    """A name cannot format the page: each mark of Markdown has a backslash before it."""
    shown = formats.inert(text)
    marks = [at for at, each in enumerate(shown) if each in "*<>$:[]()`#/"]
    assert marks
    assert all(shown[at - 1] == "\\" for at in marks)


@pytest.mark.parametrize(
    "text", [":smile:", ":material/home:", "http://x.com", "www.x.com", "a@b.com", "a -> b"]
)
def test_what_streamlit_replaces_in_finished_text_is_broken_by_a_joiner(text: str) -> None:
    """Icons, links and arrows are made after the escapes are gone: a joiner stops them."""
    assert "\u2060" in formats.inert(text)


@pytest.mark.parametrize("turns", ["\u202e", "\u2067", "\u2069\u202d"])
def test_nothing_turns_the_words_after_it_round(turns: str) -> None:
    """What cannot be seen and makes `exe.gnp` read as `png.exe` is left out, or named."""
    for written in (formats.inert, formats.visible):
        assert written(f"photo {turns}gnp") == "photo gnp"
    assert formats.code(f"photo {turns}gnp") == "`photo gnp`"
    assert formats.named_turns(f"a{turns[0]}b") == f"a\\u{ord(turns[0]):04x}b"


def test_a_title_that_fills_the_screen_is_cut() -> None:
    """With a mark that it goes on; what fits stays whole."""
    assert formats.short("x" * 100) == "x" * 100
    assert formats.short("x" * 10_000) == f"{'x' * 100}…"


def test_plain_names_stay_as_they_are() -> None:
    """A name without punctuation is not touched."""
    assert formats.inert("Zoë van der Berg") == "Zoë van der Berg"


def test_line_breaks_cannot_start_a_block() -> None:
    """White space of any kind becomes one space."""
    assert formats.inert("a\n\n b") == "a b"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+61412345678", "0412 345 678"), ("0412345678", "0412 345 678"), ("+1 555", "+1 555")],
)
def test_a_mobile_is_written_in_the_national_way(number: str, shown: str) -> None:
    """Australian mobiles are grouped; other numbers are shown as they came."""
    assert formats.mobile(number) == shown
