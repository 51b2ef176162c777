"""The house rules that a machine can read off the source (DESIGN, section 3)."""

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("proto", "ledger", "projector", "dashboard", "embedded", "pages", "tests")
TABLES: Final = {"proto/events.py", "proto/documents.py", "proto/codec.py"}
"""The contract's tables stand each in one file, however long (DESIGN, section 2)."""
FORBIDDEN_WORDS: Final = ("utils", "helpers", "common", "manager")
SOURCES: Final = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "_pb2" not in path.name
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """Files have at most 300 lines, pages at most 100."""
    lines = len(path.read_text().splitlines())
    limit = 100 if path.parent.name == "pages" else 300
    assert lines <= limit or _name(path) in TABLES


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_function_is_small_enough_to_see(path: Path) -> None:
    """No function has more than 70 lines."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, functions) and (node.end_lineno or 0) - node.lineno >= 70
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_module_is_named_for_what_it_does(path: Path) -> None:
    """No module is a drawer for odds and ends."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    assert not any(word in part.split("_") for part in parts for word in FORBIDDEN_WORDS)


def test_session_state_is_touched_in_one_file() -> None:
    """Every key of Streamlit's session state is told in dashboard/session.py alone."""
    touching = {
        _name(path)
        for path in SOURCES
        if path.parts[len(ROOT.parts)] in ("dashboard", "pages")
        and "st.session_state" in path.read_text()
    }
    assert touching <= {"dashboard/session.py"}


def test_no_html_or_style_is_written_in_python() -> None:
    """Text from outside stays inert, and the look is in config.toml."""
    unsafe = "unsafe_allow" + "_html"
    assert [_name(path) for path in SOURCES if unsafe in path.read_text()] == []


def test_no_module_of_the_desk_shadows_another() -> None:
    """`streamlit run` puts dashboard/ on the path: its modules hide what bears their name."""
    taken = {"redis", "grpc", "pymongo", "streamlit", "ledger", "projector", "proto", "pages"}
    assert {path.stem for path in (ROOT / "dashboard").glob("*.py")}.isdisjoint(taken)
