"""What of the demo a data folder already holds, so that a second load is the same load."""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from embedded.data_folder import write_whole
from embedded.settings import BadSetting

FILE: Final = "demo.json"


class Record(Struct, frozen=True, kw_only=True):
    """`anchor` is the business date that the portfolio was made for; empty: none was."""

    has_staff: bool = False
    is_loaded: bool = False
    seed: int = 0
    customers: int = 0
    anchor: str = ""


def read(data_dir: Path) -> Record:
    """Read the record; a folder without one holds no demo."""
    try:
        return msgspec.json.decode((data_dir / FILE).read_bytes(), type=Record)
    except FileNotFoundError:
        return Record()


def write(data_dir: Path, record: Record) -> None:
    """Write the record."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(data_dir / FILE, msgspec.json.format(msgspec.json.encode(record), indent=2))


def anchor_of(record: Record, seed: int, asked: date | None, today: date) -> date:
    """Give the date the stories end on: that of the first load, whenever it is repeated.

    Raises BadSetting where another portfolio is there already.
    """
    if record.anchor and record.seed != seed:
        raise BadSetting(
            f"DEMO_SEED is {seed}, but the portfolio of seed {record.seed} is there already: "
            "set DEMO_SEED to that, or DATA_DIR to another folder."
        )
    if record.anchor:
        return date.fromisoformat(record.anchor)
    return asked or today
