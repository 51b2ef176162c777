"""The system's parts: how each is, and what every figure of the page is as of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge
from dashboard.queries.parts import Part

WELL: Final = Badge("Well", "green")
LOST: Final = Badge("Lost", "red")
COLUMNS: Final = (
    Column("Part"),
    Column("State"),
    Column("What it does, or what is the matter"),
    Column("Since", whole=True),
    Column("As of", whole=True),
)


def system_parts(parts: Sequence[Part]) -> None:
    """Show each part; a lost one is where the eye goes."""
    rows = [
        Row(
            (
                Cell(text=each.name),
                Cell(badges=(WELL if each.is_well else LOST,)),
                Cell(text=each.words),
                _moment(each.since),
                Cell(
                    text=formats.age(each.as_of, datetime.now(UTC)), tip=formats.exact(each.as_of)
                ),
            ),
            marked=not each.is_well,
        )
        for each in parts
    ]
    records_table("Parts", COLUMNS, rows, key="system-parts")


def heading(title: str, as_of: datetime | None) -> None:
    """Show a section's title, and when its figures were so."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"##### {title}", anchors=False, width="content")
        if as_of is not None:
            age = formats.age(as_of, datetime.now(UTC))
            quiet(f"as of {formats.clock(as_of)}, {age}", formats.exact(as_of))


def _moment(at: datetime | None) -> Cell:
    if at is None:
        return Cell(text=formats.NOT_KNOWN)
    return Cell(text=formats.day_and_clock(at), tip=formats.exact(at))


def bound(shown: int, count: int, which: str) -> None:
    """Say that a table ends before what it lists does, where it is so."""
    if count > shown:
        quiet(f"{which} {shown:,} of {count:,}.")
