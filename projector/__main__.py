"""Runs the projector: `python -m projector`. SIGTERM or SIGINT ends it after its batch.

With the name of a command it does that instead: see `python -m projector --help`.
"""

import gc
import logging
import os
import signal
import sys
import threading
import traceback
import uuid
from collections.abc import Mapping
from typing import Final

import structlog

from projector import assembly, commands
from projector.fail_points import arm
from projector.loop import Projector
from projector.settings import BadSetting, Settings

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
LOOK_SECONDS: Final = 0.5
YOUNG_OBJECTS: Final = 50_000

log = structlog.get_logger()


def main() -> int:
    """Run until a signal comes; give the exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    _configure_logs()
    _calm()
    try:
        settings = Settings.from_environment(os.environ)
        _arm(os.environ)
        if sys.argv[1:]:
            return commands.run(sys.argv[1:], settings)
        with assembly.projector(settings) as (projector, beside):
            beside.start()
            try:
                return _work(projector)
            finally:
                beside.stop()
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2


def _calm() -> None:
    """Let Python look for cycles less often: it took a sixth of the time of a batch.

    A batch makes tens of thousands of objects, nearly all of which are freed by their count.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _arm(environ: Mapping[str, str]) -> None:
    """Arm the step at which a test lets this process die. Raises BadSetting."""
    step = environ.get("PROJECTOR_FAIL_POINT") or ""
    if step and environ.get("APP_MODE") != "demo":
        raise BadSetting(
            "PROJECTOR_FAIL_POINT lets the projector die; unset it, or set APP_MODE=demo."
        )
    try:
        arm(step)
    except ValueError:
        raise BadSetting(f"PROJECTOR_FAIL_POINT: there is no step {step}: unset it.") from None


def _work(projector: Projector) -> int:
    """Let the loop work in a thread while this one waits for a signal.

    The signals are blocked and waited for: a handler that set an Event could dead-lock.
    """
    failures: list[Exception] = []
    worker = threading.Thread(target=_run, args=(projector, failures), name="loop", daemon=True)
    worker.start()
    log.info("projector_started")
    while worker.is_alive():
        told = signal.sigtimedwait(SIGNALS, LOOK_SECONDS)
        # A machine that was held up and goes on makes Python tell of a signal that never was.
        if told is not None and told.si_signo in SIGNALS:
            projector.stop()
            worker.join()
    log.info("projector_stopped", crashed=bool(failures))
    for error in failures:
        if isinstance(error, BadSetting):
            raise error
    return 1 if failures else 0


def _run(projector: Projector, failures: list[Exception]) -> None:
    try:
        projector.run()
    except BadSetting as error:  # a server was asked, and it is not what the setting says
        failures.append(error)
    except Exception as error:  # noqa: BLE001 - a bug ends the process, with a reference
        failures.append(error)
        frames = traceback.format_tb(error.__traceback__)  # without the text: it may name people
        reference = uuid.uuid4().hex[:12]
        log.critical("crash", reference=reference, error=type(error).__name__, at=frames)


def _configure_logs() -> None:
    """Write one JSON object a line; times are UTC."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
