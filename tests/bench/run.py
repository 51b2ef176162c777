"""All measurements in one run, as JSON lines: `make bench`, or `python -m tests.bench.run desk`."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.bench import measure_desk, measure_ledger, measure_projector
from tests.stage import Stage

MEASUREMENTS: Final[dict[str, Callable[[Stage], None]]] = {
    "projector": measure_projector.measure,
    "ledger": measure_ledger.measure,
    "desk": measure_desk.measure,
}

PARTS: Final = {"ledger": ("redis", "ledger")}
"""What a measurement needs running; the others need everything."""


def main(names: list[str]) -> None:
    """Run the measurements that are named, or all, each on a stage of its own."""
    for name in names or list(MEASUREMENTS):
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            stage = Stage(Path(folder))
            try:
                stage.start(*PARTS.get(name, ()))
                MEASUREMENTS[name](stage)
            finally:
                stage.stop()
        sys.stderr.write(f"{name}: {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
