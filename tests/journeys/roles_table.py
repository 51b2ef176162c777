"""roles.md as the desk keeps to it: pages, and the actions that are offered on them.

✓ offered, R offered as a request, - not there. What an account's actions are allowed is the
ledger's own table (tests/ledger/rights_table.py), joined by the rpc.
"""

from typing import Final

ROLES: Final = ("support", "supervisor", "compliance", "analyst", "admin")

PAGES: Final = {
    #                support supervisor compliance analyst admin
    "search": "✓✓✓✓✓",
    "customer": "✓✓✓✓✓",
    "me": "✓✓✓✓✓",
    "approvals": "✓✓--✓",
    "request": "✓✓--✓",
    "overview": "-✓✓✓✓",
    "audit": "--✓--",
    "dead_letters": "----✓",
    "dead_letter": "----✓",
    "system": "--✓-✓",
    "staff": "--✓-✓",
}
"""Who opens a page, by its address; who does not has no link to it either."""

ACCOUNT_ACTIONS: Final = {
    "pending": {
        "DisburseLoan": "Pay out the loan",
    },
    "open": {
        "RecordRepayment": "Record repayment",
        "WaiveFee": "Waive fee",
        "ApplyLateFee": "Charge late fee",
        "ApplyDishonourFee": "Charge dishonour fee",
        "MakeAdjustment": "Adjust",
        "ReverseTransaction": "Reverse a transaction",
        "WriteOff": "Ask for write-off",
    },
    "overpaid": {
        "RefundOverpayment": "Refund overpayment",
    },
    "written off": {
        "UndoWriteOff": "Ask to undo the write-off",
        "RecordRecovery": "Record recovery",
    },
}
"""What the card of an account offers, by how the account stands: rpc and words."""

OTHER_ACTIONS: Final = {
    #                        support supervisor compliance analyst admin
    ("customer", "Reveal the text"): ("Reveal", "✓✓✓-✓"),
    ("customer", "Add note"): ("AddNote", "✓✓---"),
    ("customer", "Amend"): ("AmendNote", "✓----"),
    ("customer", "Cancel my request"): ("Cancel", "✓----"),
    ("request", "Approve: Write-off"): ("Approve", "-✓---"),
    ("request", "Reject"): ("Reject", "-✓---"),
    ("request", "Return with the comment as a question"): ("Return", "-✓---"),
    ("request", "Take the request back"): ("Cancel", "✓----"),
    ("own request", "Take the request back"): ("Cancel", "✓✓--✓"),
    ("audit", "Mark as verified"): ("MarkVerified", "--✓--"),
    ("audit", "Query"): ("QueryItem", "--✓--"),
    ("audit", "Export CSV"): ("", "--✓--"),
    ("audit", "Draw anew"): ("", "--✓--"),
    ("dead letter", "Replay"): ("ReplayLetter", "----✓"),
    ("dead letter", "Issue a correction"): ("IssueCorrection", "----R"),
    ("dead letter", "Close the letter"): ("ResolveLetter", "----✓"),
    ("overview", "Figures"): ("", "-✓✓✓✓"),
    ("overview", "Repayments by day"): ("", "-✓✓✓✓"),
    ("overview", "Ageing"): ("", "-✓✓✓✓"),
    ("overview", "Waivers by reason"): ("", "-✓✓✓✓"),
    ("overview", "Staff"): ("", "-✓✓✓✓"),
    ("system", "Switch to read-only"): ("SetReadOnly", "----✓"),
    ("system", "Rebuild what the screens show"): ("AskRebuild", "----✓"),
    ("staff", "New staff member"): ("Create", "----✓"),
    ("staff", "Change roles"): ("SetRoles", "----✓"),
    ("staff", "Change limits"): ("SetLimits", "----✓"),
    ("staff", "Give a start password"): ("GiveStartPassword", "----✓"),
    ("staff", "Disable"): ("Disable", "----✓"),
    ("staff", "Enable"): ("Enable", "----✓"),
    ("staff", "Revoke key"): ("RevokeKey", "----✓"),
}
"""What else is offered, by page and words: rpc, and who sees it.

Requests and notes are support's, but for what is done about the own request.
"""

BEHIND_PAGES: Final = (
    "OpenLetter",
    "AskRebuild",
    "SetReadOnly",
    "SetRoles",
)
"""What pages do that open for some roles alone: for the others it is refused by hand too."""
