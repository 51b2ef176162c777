"""Adding a thing has one place in each room; these tests name the one that was forgotten."""

from pathlib import Path
from typing import Final

import ledger.commands
from dashboard.commands import (
    apply_dishonour_fee,
    apply_late_fee,
    correction,
    create_staff,
    decide_request,
    disable_staff,
    enable_staff,
    give_start_password,
    make_adjustment,
    record_recovery,
    record_repayment,
    refund_overpayment,
    resolve_letter,
    reverse_transaction,
    revoke_key,
    set_limits,
    set_roles,
    undo_write_off,
    waive_fee,
    write_off,
)
from dashboard.commands import registry as desk_commands
from dashboard.components.own_rights_table import LIMITS
from dashboard.session import ROLE_NAMES
from ledger.domain import reasons
from ledger.domain.rights import LIMITED
from proto import accounting_ledger_pb2, role_limits, servicing_pb2

ROOT: Final = Path(__file__).parents[2]


def _stems(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"}


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")


def _rpcs() -> set[str]:
    services = [
        *accounting_ledger_pb2.DESCRIPTOR.services_by_name.values(),
        *servicing_pb2.DESCRIPTOR.services_by_name.values(),
    ]
    names = {(service.name, method.name) for service in services for method in service.methods}
    longer = {
        "StaffService": {each: f"{each.lower()}_staff" for each in ("Create", "Disable", "Enable")},
        "ApprovalService": {
            "Request": "request_approval",
            **{
                rpc: f"{_snake(rpc)}_request"
                for rpc in ("Approve", "Reject", "Return", "Resubmit", "Cancel")
            },
        },
    }
    return {longer.get(service, {}).get(rpc, _snake(rpc)) for service, rpc in names}


PARTS_OF_OTHERS = {"end_account_day", "end_day", "expire_request"}
"""What RunEndOfDay does account by account and request by request; nobody calls them."""


def test_every_command_of_the_ledger_is_an_rpc_and_a_file() -> None:
    """One word runs through the rpc, the command and the file that decides."""
    commands = {_snake(command.__name__) for command in ledger.commands.COMMANDS}
    assert commands - PARTS_OF_OTHERS <= _rpcs()
    assert commands <= _stems("ledger/commands")


def test_every_command_of_the_desk_is_one_of_the_ledger() -> None:
    """The desk decides nothing: each of its commands has its rule in the ledger."""
    at_the_desk = {_snake(command.__name__) for command in desk_commands.COMMANDS.values()}
    assert at_the_desk <= {_snake(command.__name__) for command in ledger.commands.COMMANDS}
    assert at_the_desk <= _stems("dashboard/commands")


def test_the_desk_offers_the_reasons_that_the_ledger_takes() -> None:
    """A code that only one of them knows would be refused, or never be chosen."""
    offered = {
        "REPAYMENT": record_repayment.REASONS,
        "LATE_FEE": apply_late_fee.REASONS,
        "DISHONOUR_FEE": apply_dishonour_fee.REASONS,
        "WAIVER": waive_fee.REASONS,
        "ADJUSTMENT": make_adjustment.REASONS,
        "WRITE_OFF": write_off.REASONS,
        "WRITE_OFF_UNDO": undo_write_off.REASONS,
        "RECOVERY": record_recovery.REASONS,
        "REFUND": refund_overpayment.REASONS,
        "REVERSAL": reverse_transaction.REASONS,
        "CORRECTION": correction.REASONS,
        "LETTER": resolve_letter.REASONS,
        "STAFF_CREATED": create_staff.REASONS,
        "STAFF_DISABLED": disable_staff.REASONS,
        "STAFF_ENABLED": enable_staff.REASONS,
        "KEY_REVOKED": revoke_key.REASONS,
        "START_PASSWORD_GIVEN": give_start_password.REASONS,
        "ROLES_SET": set_roles.REASONS,
        "LIMITS_SET": set_limits.REASONS,
        "REQUEST_CANCELLED": decide_request.CANCEL_REASONS,
    }
    lists = {name: each for name, each in vars(reasons).items() if name.isupper()}
    assert {name: set(each) for name, each in offered.items()} == {
        name: set(each) for name, each in lists.items()
    }


def test_every_role_and_kind_of_limit_has_its_rule_and_its_words() -> None:
    """The contract lists them once; a new one is bounded in the ledger and named at the desk."""
    assert tuple(LIMITED) == role_limits.KINDS
    assert tuple(LIMITS) == role_limits.KINDS
    assert tuple(ROLE_NAMES) == role_limits.ROLES


def test_every_page_stands_in_the_navigation() -> None:
    """A page that is not listed can be opened by nobody."""
    table = (ROOT / "dashboard" / "navigation.py").read_text()
    assert [page for page in _stems("pages") if f'"{page}' not in table] == []


def test_every_report_names_what_its_total_ties_to() -> None:
    """A figure that nothing checks is not shown."""
    reports = [path for path in (ROOT / "dashboard/reports").glob("*.py") if path.stem[0] != "_"]
    assert reports
    assert [path.name for path in reports if "TIES_TO: Final = " not in path.read_text()] == []


def test_every_page_asks_who_is_there_first() -> None:
    """Two locks: the navigation lists it by role, and the page itself requires one."""
    pages = [path for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"]
    assert [path.name for path in pages if "session.require(" not in path.read_text()] == []


def test_the_generated_wire_code_is_the_protos() -> None:
    """Somebody who changed a .proto also ran `make proto`."""
    for module, path in (
        (accounting_ledger_pb2, "proto/accounting_ledger.proto"),
        (servicing_pb2, "proto/servicing.proto"),
    ):
        text = (ROOT / path).read_text()
        declared = {
            line.split()[1].rstrip("{") for line in text.splitlines() if line.startswith("message ")
        }
        assert declared == set(module.DESCRIPTOR.message_types_by_name)
