"""A ledger that is killed loses nothing that it answered, and tells the same when asked again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.builders import LedgerProcess, new_key
from tests.ledger.accounts_check import check_books


@pytest.mark.parametrize(
    ("store", "after_answers"), [("sqlite", 5), ("sqlite", 60), ("postgres", 20)]
)
def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(
    ledger_alone: LedgerProcess, after_answers: int
) -> None:
    """I5: what was acknowledged is in the ledger; a retry with the key is done once."""
    system = ledger_alone.system
    accounts = [system.active_loan() for _ in range(8)]
    keys = {new_key(): accounts[number % 8] for number in range(300)}
    answered: dict[str, str] = {}
    enough = threading.Event()

    def repay(key: str) -> None:
        try:
            answer = system.repay(keys[key], "1.00", idempotency_key=key)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            return
        answered[key] = answer.event_id
        if len(answered) >= after_answers:
            enough.set()

    with ThreadPoolExecutor(16) as pool:
        calls = [pool.submit(repay, key) for key in keys]
        enough.wait(60)
        ledger_alone.kill()
        for call in calls:
            call.result()
    ledger_alone.start()
    check_books(system)
    for key, account in keys.items():
        answer = system.repay(account, "1.00", idempotency_key=key)
        assert answer.idempotent_replay or key not in answered
        assert answered.get(key, answer.event_id) == answer.event_id
    check_books(system)
    repaid = 300 / len(accounts)
    for account in accounts:
        count = sum(
            entry.event_type == "repayment.recorded.v1" and entry.subject_id == account
            for entry in system.entries()
        )
        assert abs(count - repaid) < 1
