"""The folder of the product's data: one supervisor at a time, one series of server versions."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from embedded.settings import BadSetting

LOCK: Final = "supervisor.lock"
VERSIONS: Final = "versions.json"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder if need be and hold it for one supervisor; the lock dies with us.

    Raises BadSetting when it cannot be used or another supervisor holds it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadSetting(
            f"The data folder {folder} cannot be used ({error.strerror}): "
            f"mend that, or set DATA_DIR to another folder."
        ) from None
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Tell whether a supervisor holds the folder now."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadSetting(
            f"Another supervisor runs on the data folder {folder}: "
            f"stop it, or set DATA_DIR to another folder."
        ) from None


def bind_to_versions(folder: Path, versions: Mapping[str, str]) -> None:
    """Remember the series of the servers that write here; refuse to open it with another.

    Redis takes a folder of a newer series for an empty one, without a word. Raises
    BadSetting.
    """
    file = folder / VERSIONS
    try:
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    except ValueError:
        raise BadSetting(f"{file} cannot be read: put it back from a copy of the folder.") from None
    for name, series in versions.items():
        if known.get(name, series) != series:
            raise BadSetting(
                f"The data in {folder} was written by {name} {known[name]} and this is {name} "
                f"{series}: install {known[name]} again, or set DATA_DIR to another folder."
            )
    write_whole(file, json.dumps({**known, **versions}, indent=2).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file by a new one that only we can read: whole, or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
