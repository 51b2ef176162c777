"""Requests about staff to commands: every field checked, the first that is wrong refused."""

from ledger.commands.create_staff import CreateStaff
from ledger.commands.disable_staff import DisableStaff
from ledger.commands.enable_staff import EnableStaff
from ledger.commands.enrol_key import PUBLIC_KEY_BYTES, EnrolKey
from ledger.commands.give_start_password import GiveStartPassword
from ledger.commands.revoke_key import RevokeKey
from ledger.commands.set_limits import SetLimits
from ledger.commands.set_roles import SetRoles
from ledger.domain import reasons
from ledger.rpc import fields
from proto import servicing_pb2 as servicing_pb
from proto.values import Code, Key


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
        reason_code=reasons.check_given(Code(request.reason_code), reasons.STAFF_CREATED),
    )


def disable_staff(request: servicing_pb.DisableStaffRequest) -> DisableStaff:
    """Read StaffService.Disable."""
    return DisableStaff(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        reason=fields.free_text("reason", request.reason),
        reason_code=reasons.check_given(Code(request.reason_code), reasons.STAFF_DISABLED),
        expected_version=fields.expected_version(request.expected_version),
    )


def enable_staff(request: servicing_pb.EnableStaffRequest) -> EnableStaff:
    """Read StaffService.Enable."""
    return EnableStaff(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        reason=fields.free_text("reason", request.reason),
        reason_code=reasons.check_given(Code(request.reason_code), reasons.STAFF_ENABLED),
        expected_version=fields.expected_version(request.expected_version),
    )


def set_roles(request: servicing_pb.SetRolesRequest) -> SetRoles:
    """Read StaffService.SetRoles."""
    return SetRoles(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        roles=fields.roles(request.roles),
        reason_code=reasons.check_needed(Code(request.reason_code), reasons.ROLES_SET),
        expected_version=fields.expected_version(request.expected_version),
    )


def set_limits(request: servicing_pb.SetLimitsRequest) -> SetLimits:
    """Read StaffService.SetLimits."""
    return SetLimits(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        limits=fields.limits(request.limits),
        reason_code=reasons.check_needed(Code(request.reason_code), reasons.LIMITS_SET),
        expected_version=fields.expected_version(request.expected_version),
    )


def enrol_key(request: servicing_pb.EnrolKeyRequest, actor_id: str) -> EnrolKey:
    """Read StaffService.EnrolKey: whoever calls becomes the owner."""
    if len(request.public_key) != PUBLIC_KEY_BYTES:
        raise fields.invalid("public_key", f"must be the {PUBLIC_KEY_BYTES} bytes of Ed25519.")
    return EnrolKey(staff_id=Key(actor_id), public_key=request.public_key, proof=request.proof)


def revoke_key(request: servicing_pb.RevokeKeyRequest) -> RevokeKey:
    """Read StaffService.RevokeKey."""
    return RevokeKey(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        key_id=fields.identifier("key_id", request.key_id),
        reason=fields.free_text("reason", request.reason),
        reason_code=reasons.check_given(Code(request.reason_code), reasons.KEY_REVOKED),
    )


def give_start_password(request: servicing_pb.GiveStartPasswordRequest) -> GiveStartPassword:
    """Read StaffService.GiveStartPassword."""
    return GiveStartPassword(
        staff_id=fields.staff_identifier("staff_id", request.staff_id),
        reason_code=reasons.check_needed(Code(request.reason_code), reasons.START_PASSWORD_GIVEN),
        expected_version=fields.expected_version(request.expected_version),
    )
