"""One way to write a name or a number for search."""

import pytest

from proto import search_keys


@pytest.mark.parametrize(
    "number",
    ["0412 345 678", "+61 412 345 678", "0061 412 345 678", "(04) 1234-5678", "+61 (0)412345678"],
)
def test_a_mobile_number_is_found_in_any_of_its_spellings(number: str) -> None:
    """All spellings come to the national digits."""
    assert search_keys.national_digits(number) == "0412345678"


def test_case_accents_and_white_space_do_not_matter() -> None:
    """A name is folded the same way when it is stored and when it is typed."""
    assert search_keys.fold("  ZOË   O'Brien") == search_keys.fold("zoe o'brien")


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("O\u2019Brien", "o'brien"),
        ("O\u00b4Brien", "o'brien"),
        ("Anne\u2011Marie", "anne-marie"),
        ("Anne\u2013Marie", "anne-marie"),
        ("Mia\u200b Che\u00adn", "mia chen"),
        ("\U0001d409ohn", "john"),
        ("ØYVIND Ærø", "oyvind aero"),
        ("Łukasz", "lukasz"),
        ("Đặng", "dang"),
        ("S\u01fdmund \u01feyen", "saemund oyen"),
        ("Jean\ufe58Luc", "jean-luc"),
    ],
)
def test_a_name_is_found_as_a_plain_keyboard_writes_it(stored: str, typed: str) -> None:
    """Telephones set curly apostrophes; copied text holds signs that nobody sees."""
    assert search_keys.fold(stored) == typed


def test_a_customer_without_a_name_is_found_by_id() -> None:
    """Nameless customers are customers."""
    keys = search_keys.customer_keys("CUS-002166", None, None, None)
    assert keys.words == []
    assert any(gram.startswith("0021") for gram in keys.grams)
