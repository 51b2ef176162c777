"""Requests about staff to commands: every field checked, the first that is wrong refused."""

from ledger.commands.create_staff import CreateStaff
from ledger.commands.disable_staff import DisableStaff
from ledger.commands.set_limits import SetLimits
from ledger.commands.set_roles import SetRoles
from ledger.rpc import fields
from proto import servicing_pb2 as servicing_pb


def create_staff(request: servicing_pb.CreateStaffRequest) -> CreateStaff:
    """Read StaffService.Create."""
    return CreateStaff(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        username=fields.staff_identifier("username", request.username),
        display_name=fields.free_text(
            "display_name", request.display_name, required=True, length_max=100
        ),
        roles=fields.roles(request.roles),
        limits=fields.limits(request.limits),
        email=fields.free_text("email", request.email, length_max=254),
        person_id=fields.reference("person_id", request.person_id),
        acts_for=tuple(fields.staff_identifier("acts_for", each) for each in request.acts_for),
    )


def disable_staff(request: servicing_pb.DisableStaffRequest) -> DisableStaff:
    """Read StaffService.Disable."""
    return DisableStaff(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        reason=fields.free_text("reason", request.reason),
        expected_version=fields.expected_version(request.expected_version),
    )


def set_roles(request: servicing_pb.SetRolesRequest) -> SetRoles:
    """Read StaffService.SetRoles."""
    return SetRoles(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        roles=fields.roles(request.roles),
        expected_version=fields.expected_version(request.expected_version),
    )


def set_limits(request: servicing_pb.SetLimitsRequest) -> SetLimits:
    """Read StaffService.SetLimits."""
    return SetLimits(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        limits=fields.limits(request.limits),
        expected_version=fields.expected_version(request.expected_version),
    )
