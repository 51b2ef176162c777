"""Children never outlive their parent, and know nothing of how it takes signals."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from embedded.process import is_alive, spawn, stop

PARENT = """
import sys, time
from pathlib import Path
from embedded import signals
from embedded.process import spawn
signals.block()
child = spawn([sys.executable, "-c", "import time; time.sleep(600)"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(600)
"""


def _ended(pid: int) -> bool:
    deadline = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """`kill -9` of the parent leaves nothing behind."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    with parent.stdout as told:
        child = int(told.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    assert _ended(child)


def test_a_child_does_not_inherit_blocked_signals(tmp_path: Path) -> None:
    """The supervisor blocks signals to wait for them; a child that did could not be stopped."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        child = spawn([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path / "log")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    assert stop(child) == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    """First asked, then insisted; what it started goes with it."""
    code = (
        "import signal, subprocess, sys, time;"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(inner.pid, flush=True); time.sleep(600)"
    )
    log = tmp_path / "log"
    child = spawn([sys.executable, "-c", code], log)
    deadline = time.monotonic() + 60
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.05)
    inner = int(log.read_text())
    assert stop(child, seconds_max=0.2) == -signal.SIGKILL
    assert _ended(inner)
