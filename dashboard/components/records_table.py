"""A table of records: right-aligned figures, exact times in tooltips, nothing that formats."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import streamlit as st
from msgspec import Struct

from dashboard.formats import Badge, short, visible
from proto.values import write_value

_HERE: Final = Path(__file__)
CELL_CHARACTERS_MAX: Final = 200
TIP_CHARACTERS_MAX: Final = 2_000


class Column(Struct, frozen=True):
    """A column: its title, whether it holds figures, and whether it may not wrap."""

    title: str
    right: bool = False
    whole: bool = False


class Cell(Struct, frozen=True, kw_only=True):
    """A cell: its text as it is, and what it opens when it is a link."""

    text: str = ""
    tip: str = ""
    code: bool = False
    opens: str = ""
    badges: tuple[Badge, ...] = ()


class Row(Struct, frozen=True):
    """A row; a marked one is where the eye should go."""

    cells: tuple[Cell, ...]
    marked: bool = False


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer has no public type
    return st.components.v2.component(
        "billie_records_table",
        js=_HERE.with_suffix(".js").read_text(),
        css=_HERE.with_suffix(".css").read_text(),
    )


def records_table(
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    key: str,
    on_opened: Callable[[], None] = lambda: None,
) -> str:
    """Show the records, and give what of them was just opened, else an empty string."""
    data = {
        "label": label,
        "columns": msgspec.to_builtins(list(columns)),
        "rows": [_row(row) for row in rows],
    }
    result = _component()(data=data, key=key, on_opened_change=on_opened)
    return str(result.opened or "")


def _row(row: Row) -> dict[str, Any]:
    cells = [
        msgspec.to_builtins(cell, enc_hook=write_value)
        | {"badges": [[badge.word, badge.colour] for badge in cell.badges]}
        | _words(cell)
        for cell in row.cells
    ]
    return {"cells": cells, "marked": row.marked}


def _words(cell: Cell) -> dict[str, str]:
    """Give what a cell says; of what is too long the tip says more."""
    text = visible(cell.text)
    told = short(text, CELL_CHARACTERS_MAX)
    tip = cell.tip or (text if told != text else "")
    return {"text": told, "tip": short(visible(tip), TIP_CHARACTERS_MAX)}
