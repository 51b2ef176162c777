"""What the environment says, and what is said of it when it is wrong."""

from pathlib import Path
from typing import Final

import pytest

from dashboard.settings import BadSetting, Settings
from ledger import bad_setting
from ledger.domain.rights import Permissions
from ledger.rules_settings import rules_from
from proto.role_limits import KINDS, ROLES, highest
from proto.values import Code

NEEDED: Final = {"MONGODB_URL": "mongodb://127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:2"}


def test_what_is_not_set_has_its_default() -> None:
    """Only the two servers must be named; an unnamed mode is the strict one."""
    settings = Settings.from_environment(NEEDED)
    assert settings.db_name == "billie-servicing"
    assert settings.ledger_address == "127.0.0.1:50051"
    assert settings.dashboard_port == 8501
    assert settings.keys_dir == Path(".data/keys").resolve()
    assert settings.app_mode == "production"


def test_an_empty_variable_counts_as_not_set() -> None:
    """`VARIABLE=` in a shell or an env file means nothing was chosen."""
    settings = Settings.from_environment({**NEEDED, "DB_NAME": "", "LEDGER_SERVICE_URL": ""})
    assert settings.db_name == "billie-servicing"
    assert settings.ledger_address == "127.0.0.1:50051"


def test_a_ledger_elsewhere_wins_over_the_embedded_one() -> None:
    """LEDGER_SERVICE_URL set: that address."""
    chosen = {"LEDGER_SERVICE_URL": "ledger.internal:443", "LEDGER_LISTEN": "127.0.0.1:7"}
    assert Settings.from_environment({**NEEDED, **chosen}).ledger_address == "ledger.internal:443"


def test_browsers_come_under_the_loopbacks_names_and_those_that_are_set() -> None:
    """As a proxy in front of the desk passes them on."""
    assert Settings.from_environment(NEEDED).dashboard_hosts == ("127.0.0.1", "localhost")
    chosen = {**NEEDED, "DASHBOARD_HOSTS": "Desk.example.com, desk2.example.com"}
    names = Settings.from_environment(chosen).dashboard_hosts
    assert names == ("127.0.0.1", "localhost", "desk.example.com", "desk2.example.com")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"REDIS_URL": "redis://x"}, "MONGODB_URL is not set"),
        ({"MONGODB_URL": "mongodb://x", "REDIS_URL": ""}, "REDIS_URL is not set"),
        ({**NEEDED, "DASHBOARD_PORT": "eighty"}, "DASHBOARD_PORT is 'eighty'"),
        ({**NEEDED, "DASHBOARD_PORT": "0"}, "from 1 to 65535"),
        ({**NEEDED, "DASHBOARD_HOSTS": "https://desk.example"}, "without scheme, port or path"),
        ({**NEEDED, "DASHBOARD_HOSTS": "desk.example,*"}, "DASHBOARD_HOSTS holds '\\*'"),
        ({**NEEDED, "APP_MODE": "prod"}, "set it to demo or production"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(environ: dict[str, str], named: str) -> None:
    """The operator reads one sentence and knows what to do."""
    with pytest.raises(BadSetting, match=named):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    "text",
    ["", '{"support": {"waiver": "75.00", "refund": "1.50"}, "admin": {"write_off": "9.00"}}'],
)
def test_the_desk_tells_the_limits_that_the_ledger_goes_by(text: str) -> None:
    """Of each role and kind, by default and as it was set."""
    told = Settings.from_environment({**NEEDED, "LEDGER_LIMITS": text}).role_limits
    rules = rules_from({"LEDGER_LIMITS": text})
    for role in ROLES:
        permissions = Permissions("staff-1", (Code(role),), role_limits=rules.limits)
        for kind in KINDS:
            assert highest(told, [role], kind) == permissions.limit(kind)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"support": {"waiver": 5}}',
        '{"support": "5"}',
        '{"nobody": {}}',
        '{"support": {"loan": "1.00"}}',
        '{"support": {"waiver": "-1.00"}}',
    ],
)
def test_limits_that_cannot_be_are_refused_by_desk_and_ledger_alike(text: str) -> None:
    """The desk tells nothing that the ledger would not start with; each names the remedy."""
    with pytest.raises(BadSetting, match="LEDGER_LIMITS must be JSON like"):
        Settings.from_environment({**NEEDED, "LEDGER_LIMITS": text})
    with pytest.raises(bad_setting.BadSetting, match="LEDGER_LIMITS must be"):
        rules_from({"LEDGER_LIMITS": text})
