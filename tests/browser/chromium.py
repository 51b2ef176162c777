"""Finds a real browser for the tests, or gets one: `python tests/browser/chromium.py --get`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A quiet browser: it starts as root and asks nothing of the network."""


DEBIAN_PACKAGES: Final = ("chromium", "fonts-liberation", "libatomic1")
"""A browser, letters to draw with, and what Playwright's driver is linked against."""


def find() -> str | None:
    """Give the path of a Chromium or Chrome, or None."""
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or str(Path.home() / ".cache/ms-playwright")
    found = sorted(Path(cache).glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def driver_starts() -> bool:
    """Tell whether Playwright's driver runs here; it needs a library that a bare system lacks."""
    answer = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False
    )
    return answer.returncode == 0


def get() -> str | None:
    """Install one where that is possible: Debian's as root, else Playwright's download."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", *DEBIAN_PACKAGES]):
            subprocess.run(
                ["apt-get", *step],  # noqa: S607 - where apt-get is, the system decides
                env=quiet,
                stdout=subprocess.DEVNULL,
                check=False,
                timeout=600,
            )
    if find() is None:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600
        )
    return find()


if __name__ == "__main__":
    browser = find()
    if "--get" in sys.argv and not (browser and driver_starts()):
        sys.stdout.write("Getting a browser for the browser tests …\n")
        browser = get()
    sys.stdout.write(
        f"Browser: {browser}\n" if browser else "No browser: the browser tests will be skipped.\n"
    )
