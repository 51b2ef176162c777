"""A stranger who checks a receipt, with the published keys and the script alone."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.builders import LedgerProcess

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_receipt.py"


@cache
def published_keys(data_dir: Path) -> bytes:
    """Run `python -m ledger public-keys`, once a ledger."""
    return subprocess.run(
        [sys.executable, "-m", "ledger", "public-keys"],
        env={**os.environ, "DATA_DIR": str(data_dir), "KEYS_DIR": ""},
        capture_output=True,
        timeout=60,
        check=True,
    ).stdout


def verified(ledger: LedgerProcess, written: str, tmp_path: Path) -> str:
    """Run the stranger's script on a receipt, with the keys that the ledger publishes."""
    (tmp_path / "receipt.json").write_text(written)
    (tmp_path / "keys.json").write_bytes(published_keys(ledger.data_dir))
    ended = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), "receipt.json", "keys.json"],
        cwd=tmp_path,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.stdout.strip()
