"""Everything on one machine: started in order, kept alive, stopped in reverse order."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from embedded import data_folder, keys, running, signals
from embedded.demo import record
from embedded.demo.calendar import business_date
from embedded.demo.staff import SIGN_INS
from embedded.parts import SetUp, shorten_logs
from embedded.process import spawn, stop
from embedded.servers import end_of
from embedded.settings import Settings
from embedded.supervisor import GaveUp, Supervisor

LINE: Final = "─" * 72


def run(settings: Settings, environ: Mapping[str, str]) -> None:
    """Start all, keep all alive until somebody asks to stop, stop all.

    Raises what tells why it does not start (BadSetting, MissingServer, DidNotStart) or why
    it stopped (GaveUp).
    """
    signals.block()
    with data_folder.held(settings.data_dir):
        set_up = SetUp(settings, environ)
        data_folder.bind_to_versions(settings.data_dir, set_up.versions)
        shorten_logs(settings.data_dir)
        keys.make_missing(settings.keys_dir)
        product = _Product(set_up)
        try:
            product.start()
            product.keep()
        except signals.StopRequested:
            _say("Stopping …")
        finally:
            running.remove(settings.data_dir)
            product.stop()
        _say(f"Stopped; the data stays in {settings.data_dir}.")


def _say(line: str) -> None:
    print(line, flush=True)


class _Product:
    """The parts together; `running.json` tells of them from when all are up."""

    def __init__(self, set_up: SetUp) -> None:
        self._set_up = set_up
        self._started_at = datetime.now(UTC)
        self._is_up = False
        self._ended_on = date.min
        self._supervisor = Supervisor(_say, self._tell)

    @property
    def _is_demo(self) -> bool:
        settings = self._set_up.settings
        return settings.mode == "demo" and settings.is_all_embedded

    def start(self) -> None:
        """Start the parts, each after the one it needs answers; then fill an empty demo."""
        settings, set_up = self._set_up.settings, self._set_up
        _say(f"Billie Servicing starts in {settings.mode} mode; its data is in {settings.data_dir}")
        for server in (set_up.mongo, set_up.redis, set_up.ledger()):
            if server is not None:
                self._supervisor.start(server)
        first = self._is_demo and not record.read(settings.data_dir).has_staff
        if first:
            self._command("staff", settings.data_dir / "logs" / "staff.log")
            _say(f"  {'staff':<15}{len(SIGN_INS)} demo sign-ins")
        self._supervisor.start(set_up.projector())
        self._supervisor.start(set_up.dashboard())
        if self._is_demo and not record.read(settings.data_dir).is_loaded:
            self._command("seed", None)
        self._end_days()
        self._is_up = True
        self._tell()

    def keep(self) -> None:
        """Say how to begin, keep the parts alive until asked to stop, end each business day."""
        _say(self._block())
        while True:
            self._supervisor.watch(until=lambda: business_date(datetime.now(UTC)) > self._ended_on)
            self._end_days()

    def _end_days(self) -> None:
        """Let our own ledger end the days that are over; a failure is told, and tried tomorrow."""
        self._ended_on = business_date(datetime.now(UTC))
        if self._set_up.settings.ledger_url:
            return
        log = self._set_up.settings.data_dir / "logs" / "end-of-day.log"
        argv = [sys.executable, "-m", "ledger", "end-of-day"]
        process = spawn(argv, log, self._set_up.environ)
        try:
            status = self._supervisor.wait_for(process)
        finally:
            stop(process)
        how = "done" if status == 0 else f"failed: {end_of(log)}"
        _say(f"  {'end of day':<15}{how}")

    def stop(self) -> None:
        """Stop what was started, the last first."""
        self._supervisor.stop()

    def _command(self, name: str, log: Path | None) -> None:
        """Run one of our command lines to its end; the parts are looked after meanwhile."""
        argv = [sys.executable, "-m", "embedded", name]
        process = spawn(argv, log, self._set_up.environ)
        try:
            status = self._supervisor.wait_for(process)
        finally:
            stop(process)
        if status != 0:
            told = f": {end_of(log)}" if log is not None else "; its reason stands above"
            raise GaveUp(f"python -m embedded {name} ended with status {status}{told}")

    def _tell(self) -> None:
        """Write what runs where, again whenever a part has a new process."""
        if not self._is_up:
            return
        settings, addresses = self._set_up.settings, self._set_up.addresses
        running.write(
            running.Running(
                mode=settings.mode,
                started_at=self._started_at.isoformat(timespec="seconds"),
                supervisor_pid=os.getpid(),
                data_dir=str(settings.data_dir),
                mongodb_url=addresses.mongodb_url,
                db_name=addresses.db_name,
                redis_url=addresses.redis_url,
                ledger_address=addresses.ledger_address,
                dashboard_url=self._set_up.dashboard_url,
                keys_dir=str(addresses.keys_dir),
                parts=self._supervisor.process_ids,
            )
        )

    def _block(self) -> str:
        lines = [LINE, f"  Billie Servicing is ready: {self._set_up.dashboard_url}", ""]
        if self._is_demo:
            lines += ["  Demo sign-ins (username, password, who):"]
            lines += [
                f"    {each.username:<12}{each.password:<18}{each.display_name}, {each.role}"
                for each in SIGN_INS
            ]
        elif self._set_up.settings.mode == "demo":
            lines += [
                "  Servers elsewhere are not filled unasked. The demo is loaded with",
                "    APP_MODE=demo python -m embedded staff",
                "    python -m embedded seed",
            ]
        else:
            lines += [
                "  The first administrator is made with",
                "    python -m ledger create-admin --staff-id … --username … --display-name …",
                "    python -m dashboard set-password --staff-id … --username …",
            ]
        lines += [""]
        lines += ["  Stop with Ctrl-C; the data stays and is there again next time.", LINE]
        return "\n".join(lines)
