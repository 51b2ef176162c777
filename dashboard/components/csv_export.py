"""Offers a file for spreadsheets to be saved: the one button for it, wherever one is."""

from collections.abc import Callable

import streamlit as st

from dashboard import formats
from dashboard.csv_files import CsvFile


def save_csv(label: str, file_name: str, content: str | bytes | Callable[[], bytes]) -> None:
    """Show the button; content that is still to be made is made when it is pressed."""
    st.download_button(
        label,
        content,
        key=f"save-{label}",
        file_name=f"{file_name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def save_made(file: CsvFile, file_name: str) -> None:
    """Show the button of a file that is made already, with how many rows it has."""
    save_csv(f"Save {formats.plural(file.rows, 'row')}", file_name, file.content)
