"""How figures are taken and printed: both sides in one run, the ratio of the medians."""

import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

ROUNDS: Final = 3


def report(name: str, **figures: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """Print one measurement as a line of JSON."""
    sys.stdout.write(json.dumps({"bench": name, **figures}) + "\n")
    sys.stdout.flush()


def paired(
    name: str,
    ours: Callable[[], float],
    other: Callable[[], float],
    *,
    unit: str,
    against: str,
    rounds: int = ROUNDS,
) -> None:
    """Measure both sides in turn, some rounds, and report the median of the ratios.

    The other side goes first in every second round: what was stored before weighs on both.
    """
    pairs = []
    for number in range(rounds):
        if number % 2:
            theirs = other()
            pairs.append((ours(), theirs))
        else:
            pairs.append((ours(), other()))
    report(
        name,
        unit=unit,
        ours=round(statistics.median(mine for mine, _ in pairs), 1),
        other=round(statistics.median(theirs for _, theirs in pairs), 1),
        against=against,
        ratio=round(statistics.median(mine / theirs for mine, theirs in pairs), 2),
        rounds=[[round(mine, 1), round(theirs, 1)] for mine, theirs in pairs],
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def processor_seconds(process_id: int) -> float:
    """Give what a process has worked, from the kernel's own count."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
