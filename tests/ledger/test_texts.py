"""Sealed texts open for their customer and place, and for no other."""

import os
import sqlite3
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from ledger.texts import TextVault, WrongMasterKey


def test_a_sealed_text_opens_again_after_a_restart(tmp_path: Path) -> None:
    """The keys are kept in their own file, wrapped by the master key."""
    master = os.urandom(32)
    vault = TextVault(tmp_path / "keys.db", master)
    sealed = vault.seal("CUS-1", "reason", "her son is ill")
    vault.close()
    again = TextVault(tmp_path / "keys.db", master)
    assert again.open("CUS-1", "reason", sealed) == "her son is ill"
    again.close()


@pytest.mark.parametrize(("customer", "name"), [("CUS-2", "reason"), ("CUS-1", "notes")])
def test_a_sealed_text_opens_nowhere_else(tmp_path: Path, customer: str, name: str) -> None:
    """It is bound to its customer and to what it is."""
    vault = TextVault(tmp_path / "keys.db", os.urandom(32))
    sealed = vault.seal("CUS-1", "reason", "text")
    with pytest.raises(InvalidTag):
        vault.open(customer, name, sealed)
    vault.close()


def test_a_destroyed_key_is_not_in_the_vaults_hand(tmp_path: Path) -> None:
    """Whoever destroys it need not stop the ledger; what is sealed later outlives its end."""
    master = os.urandom(32)
    vault = TextVault(tmp_path / "keys.db", master)
    erased, kept = (vault.seal(each, "reason", "text") for each in ("CUS-1", "CUS-2"))
    with sqlite3.connect(tmp_path / "keys.db") as keys:
        keys.execute("DELETE FROM text_keys WHERE customer_id = 'CUS-1'")
    with pytest.raises(InvalidTag):
        vault.open("CUS-1", "reason", erased)
    later = vault.seal("CUS-1", "reason", "later")
    vault.close()
    again = TextVault(tmp_path / "keys.db", master)
    opened = again.open("CUS-1", "reason", later), again.open("CUS-2", "reason", kept)
    assert opened == ("later", "text")
    again.close()


def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    """A copy of the files without the master key is worth nothing; nor is it written to."""
    vault = TextVault(tmp_path / "keys.db", os.urandom(32))
    vault.seal("CUS-1", "reason", "text")
    vault.close()
    with pytest.raises(WrongMasterKey):
        TextVault(tmp_path / "keys.db", os.urandom(32))
