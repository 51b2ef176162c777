"""Starts the whole product as `make run` does, on free ports and a data folder of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final

from embedded import running
from embedded.running import Running
from tests.ports import free_port

UP_SECONDS_MAX: Final = 240.0
DOWN_SECONDS_MAX: Final = 60.0
OURS: Final = ("MONGODB_URL", "REDIS_URL", "LEDGER_SERVICE_URL", "LEDGER_DATABASE_URL", "KEYS_DIR")


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing meets another run of the product."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {
        **kept,
        "APP_MODE": "demo",
        "DATA_DIR": str(data_dir),
        "DASHBOARD_PORT": str(free_port()),
        "LEDGER_LISTEN": f"127.0.0.1:{free_port()}",
        "MONGODB_PORT": str(free_port()),
        "REDIS_PORT": str(free_port()),
        "DEMO_CUSTOMERS": "20",
        **more,
    }


class Launched:
    """A supervisor that runs as a process of its own."""

    def __init__(self, data_dir: Path, **more: str) -> None:
        self.data_dir = data_dir
        self.environ = environment(data_dir, **more)
        self.process: subprocess.Popen[bytes] | None = None
        self.output = data_dir.parent / f"{data_dir.name}-output.txt"

    def start(self) -> "Launched":
        """Start it without waiting."""
        with self.output.open("wb") as out:
            self.process = self._spawn(out)
        return self

    def up(self) -> Running:
        """Wait until everything is up and give the addresses."""
        deadline = time.monotonic() + UP_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self._alive, f"it ended with {self.status()}: {self.told()}"
            found = running.read(self.data_dir)
            if found is not None and found.supervisor_pid == self._process.pid:
                return found
            time.sleep(0.1)
        raise AssertionError(f"it is not up: {self.told()}")

    def signal(self, number: signal.Signals) -> None:
        """Send the supervisor a signal."""
        self._process.send_signal(number)

    def status(self) -> int:
        """Wait for its end and give its exit status."""
        return self._process.wait(DOWN_SECONDS_MAX)

    def stop(self) -> int:
        """Ask it to stop, where it still runs."""
        if self._alive:
            self.signal(signal.SIGTERM)
        return self.status()

    def told(self) -> str:
        """Give what it printed."""
        return self.output.read_text(errors="replace")

    def left_behind(self) -> list[str]:
        """Give the processes that still bear this run's data folder in their environment."""
        deadline = time.monotonic() + DOWN_SECONDS_MAX
        while (found := _bearing(f"DATA_DIR={self.data_dir}")) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    @property
    def _process(self) -> subprocess.Popen[bytes]:
        assert self.process is not None, "it was not started"
        return self.process

    @property
    def _alive(self) -> bool:
        return self._process.poll() is None

    def _spawn(self, out: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "embedded"],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def command(launched: Launched, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the command lines beside a product, and give what it said."""
    return subprocess.run(
        [sys.executable, "-m", "embedded", *arguments],
        env=launched.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=UP_SECONDS_MAX,
    )


def _bearing(variable: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environ = (entry / "environ").read_bytes().decode(errors="replace")
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended while we looked
            if line and variable in environ.split("\0"):
                found.append(f"{entry.name} {line}")
    return found
