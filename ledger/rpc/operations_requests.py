"""Requests about the ledger itself to commands."""

from ledger.commands.set_read_only import SetReadOnly
from ledger.rpc import fields
from proto import servicing_pb2 as pb


def set_read_only(request: pb.SetReadOnlyRequest) -> SetReadOnly:
    """Read OperationsService.SetReadOnly; everybody is shown the reason."""
    return SetReadOnly(
        read_only=request.read_only,
        reason=fields.free_text("reason", request.reason, required=True, length_max=200),
    )
