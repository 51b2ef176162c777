"""Every event that can be read is projected, or ignored with a reason."""

from pathlib import Path

import pytest

from projector.assembly import read_key
from projector.projections import IGNORED
from projector.settings import BadSetting, Settings
from proto import documents
from tests.projector.conftest import Drain
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror

NEEDED = {"MONGODB_URL": "mongodb://127.0.0.1", "REDIS_URL": "redis://127.0.0.1"}


def test_what_is_ignored_says_why() -> None:
    """A reason is a sentence."""
    assert all(reason.endswith(".") for reason in IGNORED.values())


def test_settings_are_read_from_the_environment() -> None:
    """Empty is unset; the names are those of the contract."""
    read = Settings.from_environment(
        {**NEEDED, "DB_NAME": "", "MAX_RETRIES": "5", "LEDGER_SERVICE_URL": "ledger:1"}
    )
    assert (read.db_name, read.tries_max, read.ledger_address) == (
        "billie-servicing",
        5,
        "ledger:1",
    )
    assert read.payload_bytes_max == 262_144


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"REDIS_URL": "redis://x"}, "MONGODB_URL"),
        ({"MONGODB_URL": "mongodb://x"}, "REDIS_URL"),
        ({**NEEDED, "MAX_RETRIES": "three"}, "MAX_RETRIES"),
        ({**NEEDED, "MAX_PAYLOAD_BYTES": "0"}, "MAX_PAYLOAD_BYTES"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy(environ: dict[str, str], name: str) -> None:
    """One sentence says what to set."""
    with pytest.raises(BadSetting, match=rf"{name}.*set it to"):
        Settings.from_environment(environ)


def test_a_key_that_others_can_read_is_refused(keys_dir: Path) -> None:
    """A private key is its owner's alone; a missing one is named with the remedy."""
    path = keys_dir / "projector.pem"
    read_key(path)
    path.chmod(0o640)
    with pytest.raises(BadSetting, match="chmod 600"):
        read_key(path)
    path.unlink()
    with pytest.raises(BadSetting, match="embedded keys"):
        read_key(path)


def test_a_payment_for_the_ledger_is_left_to_its_intake(
    feed: Feed, drain: Drain, mirror: Mirror
) -> None:
    """Whatever stands in it: what cannot be posted becomes one dead letter, not two."""
    feed.tell("payment.received.v1", {"account_id": "LOAN-1", "effective_date": "2025-13-45"})
    drain()
    assert feed.dead_letters() == []
    assert mirror.all(documents.UNKNOWN_EVENTS) == []
    assert mirror.all(documents.LOAN_ACCOUNTS) == []
