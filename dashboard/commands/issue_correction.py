"""IssueCorrection: a payment that never was posted is posted as it should have been."""

from typing import ClassVar

from dashboard.commands.correction import Correction
from proto import servicing_pb2 as servicing


class IssueCorrection(Correction, frozen=True, kw_only=True):
    """A correction to ask for, of a message among the dead letters."""

    name: ClassVar[str] = "IssueCorrection"
    rpc: ClassVar[str] = "LoanService/IssueCorrection"
    preview_field: ClassVar[str] = "issue_correction"
    to_do: ClassVar[str] = "Post correction of"
    done: ClassVar[str] = "Posted correction of"
    wire = servicing.IssueCorrectionRequest
    original: ClassVar[str] = "original_message_id"

    original_message_id: str
