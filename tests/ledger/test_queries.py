"""What the ledger says about an account, and what a preview says before."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest

from ledger.server import capabilities
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_key, open_loan_request, refusal_of


def test_the_record_of_a_loan(system: Caller, support: Caller) -> None:
    """Terms, balances, status and what was paid, each to the cent."""
    request = open_loan_request()
    account = system.active_loan(request)
    support.repay(account, "150.00")
    record = support.accounting.GetLedgerRecord(
        ledger_pb.GetLedgerRecordRequest(loan_account_id=account), metadata=support.metadata()
    )
    assert record.account_number == request.account_number
    assert (record.disbursed_principal, record.establishment_fee) == ("500.00", "100.00")
    assert (record.principal_balance, record.fee_balance) == ("450.00", "0.00")
    assert (record.total_paid, record.total_repayable) == ("150.00", "600.00")
    assert (record.status, record.transaction_count) == ("active", 3)
    assert record.account_version == support.balance(account).account_version


def test_transactions_newest_first_by_type_and_limit(system: Caller, support: Caller) -> None:
    """The list is filtered in the ledger; the count is of all that fit."""
    account = system.active_loan()
    for amount in ("10.00", "20.00", "30.00"):
        support.repay(account, amount)
    found = support.accounting.GetTransactions(
        ledger_pb.GetTransactionsRequest(
            loan_account_id=account, limit=2, type_filter=ledger_pb.REPAYMENT
        ),
        metadata=support.metadata(),
    )
    assert found.total_count == 3
    assert [each.total_delta for each in found.transactions] == ["-30.00", "-20.00"]
    assert {each.created_by for each in found.transactions} == {"staff-support"}
    old = support.accounting.GetTransactions(
        ledger_pb.GetTransactionsRequest(loan_account_id=account, to_date="2020-01-01"),
        metadata=support.metadata(),
    )
    assert old.total_count == 0


@pytest.mark.parametrize("by", ["loan_account_id", "schedule_id", "application_number"])
def test_the_schedule_by_each_of_its_names(system: Caller, support: Caller, by: str) -> None:
    """Paid, partly paid, overdue and pending instalments, and what is due next."""
    request = open_loan_request(opened=datetime.now(UTC).date() - timedelta(days=16))
    account = system.active_loan(request)
    support.repay(account, "200.00")
    name = {
        "loan_account_id": account,
        "schedule_id": f"SCH-{account}",
        "application_number": request.application_number,
    }[by]
    found = support.accounting.GetScheduleWithStatus(
        ledger_pb.GetScheduleWithStatusRequest(**{by: name}),
        metadata=support.metadata(),
    )
    assert found.loan_account_id == account
    assert [each.status for each in found.instalments] == ["PAID", "OVERDUE", "PENDING", "PENDING"]
    assert found.instalments[1].amount_remaining == "100.00"
    assert len(found.instalments[1].linked_transaction_ids) == 1
    assert (found.summary.next_due_amount, found.summary.total_remaining) == ("100.00", "400.00")


def test_an_instalment_names_its_fifty_newest_transactions(system: Caller, support: Caller) -> None:
    """Each payment tells them all again; the older ones name the instalment themselves."""
    account = system.active_loan()
    paid = [support.repay(account, "1.00").transaction.transaction_id for _ in range(51)]
    found = support.accounting.GetScheduleWithStatus(
        ledger_pb.GetScheduleWithStatusRequest(loan_account_id=account),
        metadata=support.metadata(),
    )
    assert list(found.instalments[0].linked_transaction_ids) == paid[-50:]


def test_history_is_read_a_page_at_a_time(system: Caller) -> None:
    """The cursor leads from page to page; together they are the whole history, once."""
    account = system.active_loan()
    versions: list[int] = []
    cursor = ""
    while True:
        page = system.accounting.GetEventHistory(
            ledger_pb.GetEventHistoryRequest(account_id=account, limit=2, cursor=cursor),
            metadata=system.metadata(),
        )
        versions += [event.version for event in page.events]
        cursor = page.next_cursor
        if not cursor:
            break
    assert versions == [1, 2, 3, 4, 5]


def test_an_account_that_is_not_there_is_not_found(support: Caller) -> None:
    """NOT_FOUND with the id, never a balance of zero."""
    with pytest.raises(grpc.RpcError) as refused:
        support.balance("LA-none")
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    assert "LA-none" in refusal_of(refused.value).sentence


def _preview(caller: Caller, **command: object) -> pb.PreviewResponse:
    return caller.previews.Preview(
        pb.PreviewRequest(**command),  # type: ignore[arg-type] # one command by its field
        metadata=caller.metadata(),
    )


def test_a_preview_is_what_the_command_answers_and_has_no_effect(
    system: Caller, support: Caller
) -> None:
    """Allocation, instalments and balances are the same to the cent; only ids are missing."""
    account = system.active_loan()
    system.late_fee(account)
    head = len(system.entries())
    request = ledger_pb.RecordRepaymentRequest(
        loan_account_id=account, amount="200.00", idempotency_key=new_key()
    )
    preview = _preview(support, record_repayment=request)
    assert len(system.entries()) == head
    done = support.accounting.RecordRepayment(request, metadata=support.metadata())
    assert not done.idempotent_replay
    assert preview.allowed
    assert (preview.before.total_outstanding, preview.after.total_outstanding) == (
        "615.00",
        "415.00",
    )
    assert preview.transaction.applied_to_instalments[0].amount_applied == "150.00"
    for answer in (done, preview.transaction):
        answer.event_id = answer.transaction.transaction_id = ""
        answer.transaction.portfolio_entry_id = ""
        answer.transaction.ClearField("transaction_date")
        answer.transaction.ClearField("created_at")
        for each in answer.applied_to_instalments:
            each.ClearField("due_date")
    assert preview.transaction == done


def test_a_preview_tells_the_refusal_and_the_limit(system: Caller, support: Caller) -> None:
    """While somebody types, the rule's sentence is there before the command is."""
    account = system.active_loan()
    request = ledger_pb.WaiveFeeRequest(
        loan_account_id=account, waiver_amount="60", reason="r", approved_by="staff-support"
    )
    refused = _preview(support, waive_fee=request)
    assert (refused.allowed, refused.refusal.reason) == (False, "APPROVAL_REQUIRED")
    assert refused.before.fees == "100.00"
    request.waiver_amount = "40"
    allowed = _preview(support, waive_fee=request)
    assert (allowed.allowed, allowed.after.fees, allowed.actor_limit) == (True, "60.00", "50.00")
    request.waiver_amount = "4x"
    assert _preview(support, waive_fee=request).refusal.field == "waiver_amount"


def test_more_than_the_debt_is_owed_to_the_customer_and_said(
    system: Caller, support: Caller
) -> None:
    """An overpayment is a liability, also on a loan that is closed; never a negative loan."""
    account = system.active_loan()
    paid = support.repay(account, "650.00")
    assert (paid.overpayment, paid.transaction.total_after) == ("50.00", "0.00")
    assert "$50.00" in paid.allocation_warning
    assert support.repay(account, "5.00").overpayment == "5.00"
    record = support.accounting.GetLedgerRecord(
        ledger_pb.GetLedgerRecordRequest(loan_account_id=account), metadata=support.metadata()
    )
    assert (record.overpayment_balance, record.status) == ("55.00", "paid_off")


def test_capabilities_name_what_is_here_and_nothing_else(support: Caller) -> None:
    """The desk disables what the ledger does not name."""
    answer = support.previews.GetCapabilities(
        pb.GetCapabilitiesRequest(), metadata=support.metadata()
    )
    assert list(answer.rpcs) == capabilities()
    assert "billie.ledger.v1.AccountingLedgerService/WaiveFee" in answer.rpcs
    assert answer.extended_fields


def test_free_text_is_nowhere_in_the_journal(ledger: LedgerProcess, support: Caller) -> None:
    """What people write is kept as ciphertext only, under the customer's key."""
    account = ledger.system.active_loan()
    support.waive(account, "10.00", reason="her son is ill", notes="was crying")
    body = next(
        e.body
        for e in ledger.system.entries()
        if e.event_type == "fee.waived.v1" and e.subject_id == account
    )
    assert b'"sealed_texts":{"notes":"' in body
    for path in (ledger.data_dir / "ledger").iterdir():
        assert b"son is ill" not in path.read_bytes()
        assert b"was crying" not in path.read_bytes()


def test_one_kind_of_id_is_not_taken_for_another(system: Caller, support: Caller) -> None:
    """An account's id is no schedule id, though it would lead to an account."""
    account = system.active_loan()
    for kind in ("schedule_id", "application_number"):
        request = ledger_pb.GetScheduleWithStatusRequest(**{kind: account})
        with pytest.raises(grpc.RpcError) as refused:
            support.accounting.GetScheduleWithStatus(request, metadata=support.metadata())
        assert refusal_of(refused.value).field == kind


def test_the_warning_names_what_the_instalments_do_not_get(system: Caller, support: Caller) -> None:
    """The establishment fee is inside the instalments: paying it takes nothing from them."""
    account = system.active_loan()
    system.late_fee(account, "15.00")
    assert support.repay(account, "30.00").allocation_warning == ""
    paid = support.repay(account, "150.00")
    assert paid.allocation_warning == "$15.00 pays fees before any instalment."


def test_a_preview_of_paying_out_shares_nothing_out(support: Caller, system: Caller) -> None:
    """Only money that comes in, or is waived, is allocated."""
    request = ledger_pb.DisburseLoanRequest(
        loan_account_id=system.open_loan(), disbursement_amount="500.00"
    )
    previewed = _preview(support, disburse_loan=request)
    assert previewed.allowed
    assert not previewed.transaction.HasField("allocated_to_principal")


def test_capabilities_tell_what_the_caller_may_and_up_to_which_amount(support: Caller) -> None:
    """The rights of the caller's roles, those that take an approval, and the own limits."""
    answer = support.previews.GetCapabilities(
        pb.GetCapabilitiesRequest(), metadata=support.metadata()
    )
    assert {"record_repayment", "waive_fee", "write_notes"} <= set(answer.may)
    assert "decide_request" not in answer.may
    assert {"write_off", "make_adjustment"} <= set(answer.may_ask)
    assert (answer.limits["waiver"], answer.limits["write_off"]) == ("50.00", "0.00")
