"""How a failure is named to people and told to the log: a reference, and where it happened."""

import secrets
from pathlib import Path
from traceback import extract_tb


def reference() -> str:
    """Make a short name under which a failure is shown and logged, `1F3A-09BC`."""
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


def frames(error: BaseException) -> list[str]:
    """Give where an error came through, without its text or values: both may name people."""
    return [f"{Path(at.filename).name}:{at.lineno}" for at in extract_tb(error.__traceback__)]
