"""What is not the message, not built, or too large for the books, is refused as everything is."""

from typing import Any, Final

import grpc
import pytest

from ledger.server import capabilities
from proto import accounting_ledger_pb2, servicing_pb2
from tests.builders import Caller, open_loan_request, refusal_of
from tests.ledger.accounts_check import check_books

_LARGEST: Final = "9999999999999.99"
_METHODS: Final = {
    f"{service.full_name}/{method.name}"
    for file in (accounting_ledger_pb2.DESCRIPTOR, servicing_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
}


def test_every_rpc_of_the_contract_is_built() -> None:
    """GetCapabilities names all of them; the desk disables what is not named."""
    assert set(capabilities()) == _METHODS


def test_a_preview_of_no_command_that_is_known_says_so(support: Caller) -> None:
    """A newer peer may ask for one that this ledger has not: UNIMPLEMENTED, not a guess."""
    with pytest.raises(grpc.RpcError) as refused:
        support.previews.Preview(servicing_pb2.PreviewRequest(), metadata=support.metadata())
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert refusal_of(refused.value).reason == "NOT_BUILT"


@pytest.mark.parametrize("written", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"])
def test_what_is_no_message_is_malformed(support: Caller, written: bytes) -> None:
    """Nothing was done, so the outcome is known; the parser's own words stay inside."""
    channel: Any = support.channel
    call = channel.unary_unary("/billie.ledger.v1.AccountingLedgerService/RecordRepayment")
    with pytest.raises(grpc.RpcError) as refused:
        call(written, metadata=support.metadata())
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).reason == "INVALID_FIELD"
    assert "DecodeError" not in str(refused.value.details())


def test_no_sum_grows_beyond_what_an_event_can_tell(system: Caller, support: Caller) -> None:
    """Two amounts that pass, and their sum that does not: the account stays readable."""
    account = system.active_loan()
    support.repay(account, _LARGEST)
    with pytest.raises(grpc.RpcError) as refused:
        support.repay(account, _LARGEST)
    assert (refusal_of(refused.value).reason, refusal_of(refused.value).field) == (
        "INVALID_AMOUNT",
        "amount",
    )
    assert support.balance(account).total_outstanding == "0.00"
    check_books(system)


def test_a_loan_whose_total_is_too_large_is_not_opened(system: Caller) -> None:
    """Amount and fee pass alone, and together they do not."""
    with pytest.raises(grpc.RpcError) as refused:
        system.open_loan(open_loan_request(loan_amount=_LARGEST, loan_fee="1.00"))
    assert refusal_of(refused.value).field == "loan_amount"


def test_a_fee_never_takes_the_debt_beyond_what_an_event_can_tell(system: Caller) -> None:
    """The cap of twice the loan may be more than the books can hold."""
    account = system.active_loan(open_loan_request(loan_amount="6000000000000.00", loan_fee="0"))
    with pytest.raises(grpc.RpcError) as refused:
        system.late_fee(account, "5000000000000.00")
    assert refusal_of(refused.value).field == "fee_amount"
