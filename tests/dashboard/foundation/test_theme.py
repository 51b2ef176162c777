"""Everything on a screen can be read, by day and by night (contrast AA)."""

import tomllib
from pathlib import Path
from typing import Final

import pytest

CONFIG: Final = tomllib.loads(
    (Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text()
)
CONTRAST_MIN: Final = 4.5
COLOURS: Final = ("blue", "green", "yellow", "orange", "red", "violet", "gray")


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(name: str) -> None:
    """Text, links, code, the primary button's white, and every badge."""
    theme = CONFIG["theme"][name]
    pairs = {
        "text": (theme["textColor"], theme["backgroundColor"]),
        "text in inputs": (theme["textColor"], theme["secondaryBackgroundColor"]),
        "links": (theme["linkColor"], theme["backgroundColor"]),
        "code": (theme["codeTextColor"], theme["codeBackgroundColor"]),
        "primary button": ("#ffffff", theme["primaryColor"]),
        **{each: (theme[f"{each}TextColor"], theme[f"{each}BackgroundColor"]) for each in COLOURS},
    }
    weak = {what: round(_contrast(*pair), 2) for what, pair in pairs.items()}
    assert {what: ratio for what, ratio in weak.items() if ratio < CONTRAST_MIN} == {}


def test_no_trace_and_no_statistics_leave_the_desk() -> None:
    """Errors show a sentence, nothing is told to anybody, no file is watched."""
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["fileWatcherType"] == "none"
    assert CONFIG["server"]["enableXsrfProtection"]
    assert CONFIG["server"]["enableCORS"]


def test_no_font_comes_over_the_network() -> None:
    """The desk works, and looks the same, without the Internet."""
    assert "http" not in CONFIG["theme"]["font"] + CONFIG["theme"]["codeFont"]
