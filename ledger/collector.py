"""Python's cyclic collector, told how this service lives."""

import gc
from typing import Final

YOUNG_OBJECTS: Final = 50_000
"""How many more objects are made than freed before cycles among them are looked for."""


def calm() -> None:
    """Let it look less often: a command makes hundreds of objects that live for a moment.

    Nearly all are freed by their count at once. Looking for cycles every other command, and
    now and then through every account that is kept, took a quarter of the writer's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
