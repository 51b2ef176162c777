"""WatchTransactions: everything from a transaction on, then live, in order, once."""

from datetime import timedelta
from itertools import islice
from pathlib import Path
from threading import Thread

import grpc
import pytest

from tests.builders import Caller, LedgerProcess, new_id, refusal_of
from tests.ledger import asking
from tests.ledger.clocked import ClockedLedger


def test_what_is_there_comes_first_then_what_is_committed(system: Caller, support: Caller) -> None:
    """From the named transaction on, that one included; nothing twice, nothing left out."""
    account = system.active_loan()
    first = support.repay(account, "10.00").transaction.transaction_id
    stream = asking.watch(support, account, first)
    assert next(stream).transaction_id == first
    support.repay(system.active_loan(), "1.00")  # somebody else's account
    made = [support.repay(account, f"{n}.00").transaction.transaction_id for n in range(1, 6)]
    assert [each.transaction_id for each in islice(stream, 5)] == made
    stream.cancel()


def test_without_a_name_it_begins_with_the_first(system: Caller, support: Caller) -> None:
    """A loan that was paid out has its disbursement and its fee."""
    stream = asking.watch(support, system.active_loan())
    assert [each.type for each in islice(stream, 2)] == [1, 2]
    stream.cancel()


def test_many_watch_while_many_pay(system: Caller, support: Caller) -> None:
    """Each sees its own account's transactions in the order of the account's versions."""
    accounts = [system.active_loan() for _ in range(4)]
    streams = [asking.watch(support, account) for account in accounts]
    payers = [
        Thread(target=lambda a=account: [support.repay(a, "1.00") for _ in range(10)])
        for account in accounts
    ]
    for payer in payers:
        payer.start()
    for account, stream in zip(accounts, streams, strict=True):
        seen = list(islice(stream, 12))
        versions = [each.account_version for each in seen]
        assert versions == sorted(set(versions))
        assert {each.loan_account_id for each in seen} == {account}
        stream.cancel()
    for payer in payers:
        payer.join()


@pytest.mark.parametrize("unknown", ["account", "transaction"])
def test_what_is_not_there_cannot_be_watched(system: Caller, unknown: str) -> None:
    """NOT_FOUND at once, instead of a silence for ever."""
    account = "LA-none" if unknown == "account" else system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        next(asking.watch(system, account, "TXN-none"))
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_stream_ends_when_the_ledger_stops(ledger_alone: LedgerProcess) -> None:
    """Its end is that of a list, not an error, and it keeps nobody waiting."""
    caller = Caller(ledger_alone.address, ledger_alone.keys_dir, "staff-support")
    stream = asking.watch(caller, ledger_alone.system.active_loan())
    assert len(list(islice(stream, 2))) == 2
    assert ledger_alone.stop() == 0
    assert list(stream) == []
    caller.close()


def test_who_is_disabled_sees_no_more(ledger: LedgerProcess) -> None:
    """A stream that was opened in time is no way around it."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    admin.create_staff(staff_id, ["support"])
    account = ledger.system.active_loan()
    stream = asking.watch(ledger.caller(staff_id), account)
    assert len(list(islice(stream, 2))) == 2
    admin.disable_staff(staff_id)
    ledger.system.repay(account, "1.00")
    with pytest.raises(grpc.RpcError) as refused:
        next(stream)
    assert refusal_of(refused.value).reason == "STAFF_DISABLED"


def test_a_stream_does_not_outlive_its_token(data_dir: Path) -> None:
    """What happens five minutes later is told to who signed in again."""
    with ClockedLedger(data_dir) as ledger:
        account = ledger.system.active_loan()
        stream = asking.watch(ledger.system, account)
        assert len(list(islice(stream, 2))) == 2
        ledger.later(timedelta(minutes=5))
        ledger.system.repay(account, "1.00")
        with pytest.raises(grpc.RpcError) as refused:
            next(stream)
    assert refusal_of(refused.value).reason == "NOT_SIGNED_IN"
