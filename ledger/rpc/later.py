"""ApprovalService: named by the contract, not here yet."""

from ledger.rpc.room import not_built
from proto.servicing_pb2_grpc import ApprovalServiceServicer


class Approvals(ApprovalServiceServicer):
    """Requests that somebody else decides."""

    Request = not_built
    Approve = not_built
    Reject = not_built
    Return = not_built
    Resubmit = not_built
    Cancel = not_built
    Get = not_built
    GetReceipt = not_built
