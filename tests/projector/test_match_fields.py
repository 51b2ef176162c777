"""Two documents that differ never look alike to the match check."""

from typing import Any

import pytest
from bson import Decimal128

from projector.match import flat

OWED: dict[str, Any] = {"balances": {"principal": Decimal128("480.00")}}
PAID: dict[str, Any] = {"payments": [{"paymentNumber": 1}], "reason": "late"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            OWED,
            {
                "balances": {"principal": Decimal128("1.00")},
                "balances.principal": Decimal128("480.00"),
            },
        ),
        (OWED, {**OWED, "balances.principal": Decimal128("480.00")}),
        (PAID, {**PAID, "payments": {"0": {"paymentNumber": 1}}}),
        (PAID, {**PAID, "payments": [{"paymentNumber": Decimal128("1")}]}),
        (PAID, {**PAID, "payments": [*PAID["payments"], None]}),
        (PAID, {**PAID, "payments": [*PAID["payments"], {}]}),
        (OWED, {**OWED, "closure": []}),
        (OWED, {"balances": {**OWED["balances"], "asOf": {}}}),
    ],
)
def test_no_document_hides_behind_another(right: dict[str, Any], wrong: dict[str, Any]) -> None:
    """MongoDB takes names with a point in them, an object where a list was, and what is empty."""
    assert flat(wrong) != flat(right)


def test_a_text_is_not_nothing() -> None:
    """A field that should not be there is found, whatever it says."""
    assert flat({"reversedBy": "(absent)"}) == {"reversedBy": '"(absent)"'}


@pytest.mark.parametrize("empty", [[], {}])
def test_a_text_is_not_empty(empty: object) -> None:
    """What is empty looks like no text, whatever that says."""
    assert flat({"reason": str(empty)}) != flat({"reason": empty})
