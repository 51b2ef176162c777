"""Writes docs/data.md from proto/documents.py: `python tests/tidy/data_page.py`."""

import inspect
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from msgspec import Struct

from proto import documents

PAGE: Final = Path(__file__).parents[2] / "docs" / "data.md"
HEAD: Final = """# What is stored in MongoDB

Made from `proto/documents.py` by `python tests/tidy/data_page.py`; edit that file, not this one.
Money is Decimal128, an instant is a date in UTC, a calendar date a string `YYYY-MM-DD`.
"""


def _type_name(hint: Any) -> str:  # noqa: ANN401 - a type hint may be anything
    inner = [each for each in get_args(hint) if each is not type(None)]
    if inner and hint is not None and type(None) in get_args(hint):
        return " or ".join(_type_name(each) for each in inner)
    text = str(hint) if get_args(hint) else getattr(hint, "__name__", str(hint))
    for module in ("proto.documents.", "proto.values.", "typing."):
        text = text.replace(module, "")
    return text


def _inner_structs(hint: Any) -> list[type[Struct]]:  # noqa: ANN401 - a type hint
    if isinstance(hint, type) and issubclass(hint, Struct):
        return [hint]
    return [struct for each in get_args(hint) for struct in _inner_structs(each)]


def _rows(struct: type[Struct], prefix: str = "") -> list[str]:
    hints = get_type_hints(struct)
    rows = []
    for name, stored in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        inner = _inner_structs(hints[name])
        rows.append(f"| `{prefix}{stored}` | {_type_name(hints[name]).replace('|', 'or')} |")
        for each in inner:
            rows += _rows(each, f"{prefix}{stored}.")
    return rows


def _index(index: documents.Index) -> str:
    return ", ".join(f"{'-' if way < 0 else ''}{field}" for field, way in index.fields)


def page() -> str:
    """Give the page's text."""
    parts = [HEAD]
    for collection in documents.COLLECTIONS:
        indexes = "; ".join(f"`{_index(index)}`" for index in collection.indexes) or "none"
        parts.append(
            f"## `{collection.name}`\n\n{inspect.getdoc(collection.document)}\n\n"
            f"Written by: {collection.writer}. Indexes besides `_id`: {indexes}.\n\n"
            "| field | type |\n|---|---|\n" + "\n".join(_rows(collection.document)) + "\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
