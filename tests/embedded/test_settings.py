"""The settings are read once, typed, and a bad one is named with its remedy."""

from pathlib import Path

import pytest

from embedded.settings import BadSetting, Settings


def test_what_is_empty_counts_as_not_set() -> None:
    """`MONGODB_URL= make run` starts the embedded server, like no MONGODB_URL at all."""
    settings = Settings.from_environment({"MONGODB_URL": "", "DASHBOARD_PORT": ""})
    assert settings.mongodb_url is None
    assert settings.dashboard_port == 8501
    assert settings.is_all_embedded


def test_unset_mode_is_strict_unless_everything_is_started() -> None:
    """Who runs a part alone means production; starting everything means trying it out."""
    assert Settings.from_environment({}).mode == "production"
    assert Settings.from_environment({}, mode_unset="demo").mode == "demo"
    assert Settings.from_environment({"APP_MODE": "production"}, "demo").mode == "production"


def test_relative_folders_are_fixed_at_the_start() -> None:
    """The parts may work in another directory, so they are told whole paths."""
    settings = Settings.from_environment({"DATA_DIR": "somewhere"})
    assert settings.data_dir == Path.cwd() / "somewhere"
    assert settings.keys_dir == Path.cwd() / "somewhere" / "keys"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHBOARD_PORT", "http"),
        ("DASHBOARD_PORT", "0"),
        ("MONGODB_PORT", "70000"),
        ("REDIS_PORT", "-1"),
        ("LEDGER_LISTEN", "50051"),
        ("APP_MODE", "test"),
        ("DEMO_CUSTOMERS", "3"),
        ("DEMO_SEED", "x"),
    ],
)
def test_a_bad_setting_names_itself(name: str, value: str) -> None:
    """The sentence names the variable and shows what was set."""
    with pytest.raises(BadSetting, match=f"{name} is '{value}'"):
        Settings.from_environment({name: value})
