"""running.json tells of the product that runs, and of nothing that has ended."""

import os
from pathlib import Path

from embedded import running
from embedded.data_folder import held
from embedded.running import Running


def _tell(data_dir: Path) -> None:
    running.write(
        Running(
            mode="demo",
            started_at="2026-03-01T00:00:00+00:00",
            supervisor_pid=os.getpid(),
            data_dir=str(data_dir),
            mongodb_url="mongodb://127.0.0.1:1/",
            db_name="billie-servicing",
            redis_url="redis://127.0.0.1:1/0",
            ledger_address="127.0.0.1:1",
            dashboard_url="http://127.0.0.1:1",
            keys_dir=str(data_dir / "keys"),
        )
    )


def test_a_file_left_behind_says_nothing_though_its_process_id_lives(data_dir: Path) -> None:
    """After a restart of the machine the id may be another program's."""
    _tell(data_dir)
    assert running.read(data_dir) is None
    with held(data_dir):
        assert running.read(data_dir) is not None
    assert running.read(data_dir) is None
