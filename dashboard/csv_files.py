"""Files for spreadsheets: rows as text, of which a spreadsheet runs nothing."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

ROWS_MAX: Final = 100_000
"""A file of this many rows opens in a spreadsheet; whoever needs more narrows the dates."""

ROWS_A_STEP: Final = 1_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class CsvFile(Struct, frozen=True):
    """The file, how many rows are in it, and whether more would have matched."""

    content: bytes
    rows: int
    is_cut: bool


def csv_file(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    tell: Callable[[int], None] = lambda _: None,
    rows_max: int = ROWS_MAX,
) -> CsvFile:
    """Write the rows, telling after every thousand how many are written; None is empty.

    Text is made inert; figures, which are ours, stay what they are, also below zero.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    written, waiting = 0, iter(rows)
    for row in islice(waiting, rows_max):
        writer.writerow([_cell(each) for each in row])
        written += 1
        if written % ROWS_A_STEP == 0:
            tell(written)
    is_cut = next(waiting, None) is not None
    return CsvFile(text.getvalue().encode("utf-8-sig"), written, is_cut)


def inert_cell(text: str) -> str:
    """Keep a spreadsheet from running what a cell begins with."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: object) -> str:
    if value is None:
        return ""
    return inert_cell(value) if isinstance(value, str) else str(value)
