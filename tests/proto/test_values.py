"""Money, dates and ids at the boundary."""

import pytest

from proto.values import InvalidMoney, Money


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "1e5",
        "0.001",
        "१२",
        "1,000",
        "",
        " 1",
        "1 ",
        "+1",
        ".5",
        "1.",
        "--1",
        "10000000000000",
    ],
)
def test_an_amount_that_is_not_plain_digits_is_refused(text: str) -> None:
    """Money is ASCII digits with at most two decimal places (events.md, 3.9)."""
    with pytest.raises(InvalidMoney):
        Money.parse(text)


@pytest.mark.parametrize(
    ("text", "cents"), [("12.50", 1250), ("0", 0), ("-3.1", -310), ("7.5000", 750)]
)
def test_an_amount_is_whole_cents(text: str, cents: int) -> None:
    """Decimal places beyond the second may be there when they are zero."""
    assert Money.parse(text) == cents
