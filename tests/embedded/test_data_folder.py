"""One supervisor a folder, and one series of server versions."""

import json
from pathlib import Path

import pytest

from embedded import data_folder
from embedded.settings import BadSetting


def test_a_second_supervisor_is_told_so(data_dir: Path) -> None:
    """Two on one folder would start two mongod on one set of files."""
    with (
        data_folder.held(data_dir),
        pytest.raises(BadSetting, match="Another supervisor"),
        data_folder.held(data_dir),
    ):
        pytest.fail("the folder was given away twice")


def test_a_folder_is_free_again_when_its_supervisor_has_ended(data_dir: Path) -> None:
    """The lock is no file that stays behind."""
    with data_folder.held(data_dir):
        pass
    with data_folder.held(data_dir):
        pass


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """The sentence names DATA_DIR, which is the remedy."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BadSetting, match="set DATA_DIR"), data_folder.held(file / "data"):
        pytest.fail("a file was used as a folder")


def test_data_of_another_series_is_refused(data_dir: Path) -> None:
    """Redis 6.2 opens a folder of 7.0 as empty, silently: we do not let it."""
    data_folder.bind_to_versions(data_dir, {"mongod": "6.0", "redis-server": "7.0"})
    with pytest.raises(BadSetting, match=r"written by redis-server 7\.0 and this is .* 6\.2"):
        data_folder.bind_to_versions(data_dir, {"mongod": "6.0", "redis-server": "6.2"})


def test_a_server_elsewhere_does_not_forget_the_versions_here(data_dir: Path) -> None:
    """Starting once without the embedded Redis keeps the folder bound to it."""
    data_folder.bind_to_versions(data_dir, {"mongod": "6.0", "redis-server": "6.2"})
    data_folder.bind_to_versions(data_dir, {"mongod": "6.0"})
    known = json.loads((data_dir / data_folder.VERSIONS).read_text())
    assert known == {"mongod": "6.0", "redis-server": "6.2"}
