"""No look-up, no posting: a store that cannot be asked gets no command either."""

from pathlib import Path

import grpc
import pytest

from tests.builders import LedgerProcess, new_key
from tests.ledger.accounts_check import check_books
from tests.postgres import PostgresServer


def test_while_the_store_is_away_nothing_is_posted_and_nothing_is_invented(
    data_dir: Path, own_postgres: PostgresServer
) -> None:
    """A command and a query are both told that the world failed; then all is as it was."""
    with LedgerProcess(data_dir, database_url=own_postgres.new_journal_url()) as ledger:
        system = ledger.system
        account, key, first = system.active_loan(), new_key(), new_key()
        answered = system.repay(account, "10.00", idempotency_key=first)
        own_postgres.stop()
        for call in (
            lambda: system.repay(account, "10.00", idempotency_key=first),
            lambda: system.repay(account, "20.00", idempotency_key=key),
            lambda: system.balance(account),
        ):
            with pytest.raises(grpc.RpcError) as failed:
                call()
            assert failed.value.code() == grpc.StatusCode.UNAVAILABLE
            assert "postgresql://" not in str(failed.value.details())
        own_postgres.start()
        again = system.repay(account, "10.00", idempotency_key=first)
        assert again.idempotent_replay
        assert again.event_id == answered.event_id
        assert not system.repay(account, "20.00", idempotency_key=key).idempotent_replay
        assert system.balance(account).total_outstanding == "570.00"
        check_books(system)
