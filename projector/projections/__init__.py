"""Projections, all pure: which of them an event goes through, in which order."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from projector.happening import Change, Documents, Happening, Reads
from projector.projections import (
    account_names,
    applications,
    approvals,
    audit_events,
    conversations,
    customers,
    ledger_subjects,
    letter_steps,
    loan_accounts,
    notes,
    notifications,
    portfolio,
    reviews,
    staff,
    staff_notifications,
    totals,
    transactions,
    write_off_requests,
)
from proto import events


def reads_nothing(happening: Happening) -> Reads:  # noqa: ARG001 - all projections are called alike
    """Name no document: what this projection makes never stood there before."""
    return Reads()


class Projection(Struct, frozen=True):
    """What an event needs to have read, and what it makes of it."""

    reads: Callable[[Happening], Reads]
    fold: Callable[[Happening, Documents], Iterator[Change]]


CUSTOMERS: Final = Projection(customers.reads, customers.fold)
ACCOUNT_NAMES: Final = Projection(account_names.reads, account_names.fold)
LOAN_ACCOUNTS: Final = Projection(loan_accounts.reads, loan_accounts.fold)
STAFF: Final = Projection(staff.reads, staff.fold)
TRANSACTIONS: Final = Projection(transactions.reads, transactions.fold)
AUDIT_EVENTS: Final = Projection(reads_nothing, audit_events.fold)
APPROVALS: Final = Projection(approvals.reads, approvals.fold)
WRITE_OFF_REQUESTS: Final = Projection(write_off_requests.reads, write_off_requests.fold)
STAFF_NOTIFICATIONS: Final = Projection(staff_notifications.reads, staff_notifications.fold)
NOTES: Final = Projection(notes.reads, notes.fold)
REVIEWS: Final = Projection(reviews.reads, reviews.fold)
LEDGER_SUBJECTS: Final = Projection(ledger_subjects.reads, ledger_subjects.fold)
LETTER_STEPS: Final = Projection(reads_nothing, letter_steps.fold)
CONVERSATIONS: Final = Projection(conversations.reads, conversations.fold)
APPLICATIONS: Final = Projection(applications.reads, applications.fold)
NOTIFICATIONS: Final = Projection(notifications.reads, notifications.fold)
TOTALS: Final = Projection(totals.reads, totals.fold)
PORTFOLIO: Final = Projection(portfolio.reads, portfolio.fold)
TRAIL: Final = (AUDIT_EVENTS, TOTALS)
"""What every event of our ledger comes to in the end."""
REQUEST: Final = (APPROVALS, STAFF_NOTIFICATIONS, *TRAIL)

PROJECTIONS: Final[dict[str, tuple[Projection, ...]]] = {
    **dict.fromkeys(
        (
            events.CustomerChanged.type,
            events.CustomerCreated.type,
            events.CustomerUpdated.type,
            events.CustomerVerified.type,
        ),
        (CUSTOMERS, ACCOUNT_NAMES),
    ),
    **dict.fromkeys(
        (
            events.AccountCreated.type,
            events.AccountUpdated.type,
            events.AccountStatusChanged.type,
            events.AccountClosed.type,
            events.ScheduleCreated.type,
            events.ScheduleUpdated.type,
            events.AgingUpdated.type,
        ),
        (LOAN_ACCOUNTS, *TRAIL),
    ),
    **dict.fromkeys(
        (
            events.LoanDisbursed.type,
            events.FeeApplied.type,
            events.RepaymentRecorded.type,
            events.FeeWaived.type,
            events.AdjustmentMade.type,
            events.AccountWrittenOff.type,
            events.WriteOffUndone.type,
            events.RecoveryRecorded.type,
            events.OverpaymentRefunded.type,
            events.PaymentReversed.type,
            events.InterestAccrued.type,
        ),
        (LOAN_ACCOUNTS, TRANSACTIONS, *TRAIL),
    ),
    events.PaymentCorrected.type: (LOAN_ACCOUNTS, TRANSACTIONS, LETTER_STEPS, *TRAIL),
    **dict.fromkeys(
        (
            events.StaffCreated.type,
            events.StaffDisabled.type,
            events.StaffEnabled.type,
            events.StaffRolesSet.type,
            events.StaffLimitsSet.type,
            events.StaffKeyEnrolled.type,
            events.StaffKeyRevoked.type,
            events.StaffStartPasswordGiven.type,
        ),
        (STAFF, *TRAIL),
    ),
    **dict.fromkeys(
        (
            events.ApprovalApproved.type,
            events.ApprovalRejected.type,
            events.ApprovalReturned.type,
            events.ApprovalResubmitted.type,
            events.ApprovalCancelled.type,
            events.ApprovalExpired.type,
        ),
        REQUEST,
    ),
    events.ApprovalRequested.type: (*REQUEST, LETTER_STEPS),
    **dict.fromkeys(
        (
            events.WriteOffRequested.type,
            events.WriteOffApproved.type,
            events.WriteOffRejected.type,
            events.WriteOffReturned.type,
            events.WriteOffResubmitted.type,
            events.WriteOffCancelled.type,
            events.WriteOffExpired.type,
        ),
        (WRITE_OFF_REQUESTS, *REQUEST),
    ),
    **dict.fromkeys(
        (
            events.ConversationStarted.type,
            events.UserInput.type,
            events.AssistantResponse.type,
            *conversations.ASSESSMENTS,
            events.NoticePosted.type,
            events.NoticeboardUpdated.type,
            events.FinalDecision.type,
            events.FinalCreditDecision.type,
            events.ConversationSummarised.type,
            events.ConversationSummaryChanged.type,
            events.StatementStep.type,
            events.StatementConsentInitiated.type,
            events.StatementConsentCompleted.type,
            events.StatementConsentCancelled.type,
            events.BasiqJobCreated.type,
            events.AffordabilityReportDownloaded.type,
            events.AffordabilityReportCompleted.type,
            events.StatementChecksCompleted.type,
        ),
        (CONVERSATIONS,),
    ),
    events.ApplicationDetailChanged.type: (
        CUSTOMERS,
        ACCOUNT_NAMES,
        APPLICATIONS,
        CONVERSATIONS,
    ),
    **dict.fromkeys(
        (
            events.NotificationSent.type,
            events.NotificationDeliveryFailed.type,
            events.NotificationSuppressionChanged.type,
            events.StatementGenerated.type,
        ),
        (NOTIFICATIONS,),
    ),
    **dict.fromkeys((events.NoteAdded.type, events.NoteAmended.type), (NOTES, *TRAIL)),
    events.ItemReviewed.type: (REVIEWS, *TRAIL),
    **dict.fromkeys(
        (events.TextRevealed.type, events.RebuildAsked.type, events.ReadOnlySet.type),
        (LEDGER_SUBJECTS, *TRAIL),
    ),
    **dict.fromkeys(
        (events.LetterOpened.type, events.LetterReplayed.type, events.LetterResolved.type),
        (LEDGER_SUBJECTS, LETTER_STEPS, *TRAIL),
    ),
    events.DayEnded.type: (LEDGER_SUBJECTS, PORTFOLIO, *TRAIL),
}
"""Type on the wire to its projections, in the order in which they are folded."""

UNREAD: Final = (AUDIT_EVENTS,)
"""What an event of our ledger goes through whose type this version does not read."""

IGNORED: Final[dict[str, str]] = {
    events.PaymentReceived.type: (
        "The ledger's intake posts it and tells so in an event of its own; what cannot be "
        "posted the intake puts among the dead letters."
    ),
}
"""Types that we read and that change no document, each with the reason."""
