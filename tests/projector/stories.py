"""The story of one customer in events of every outside family, each thing with its own time."""

from tests.projector.families import DATES, TIMES
from tests.projector.feed import Body


def story(number: int) -> list[tuple[str, Body, str]]:
    """Tell of one customer in events of every outside family, each thing with its own time."""
    account, customer = f"LOAN-{number}", f"CUS-{number}"
    talk, request, message = f"CONV-{number}", f"REQ-{number}", f"N-{number}"
    name = {"customer_id": customer, "last_name": "Chen"}
    held = {"account_id": account, "customer_id": customer}
    terms = dict.fromkeys(("loan_amount", "loan_total_payable"), "500.00")
    made = {**held, **terms, "account_number": f"NR-{number}", "loan_fee": "0.00"}
    instalment = {"payment_number": 1, "status": "PAID", "last_updated": TIMES[2]}
    due = [{"payment_number": 1, "due_date": DATES[0], "amount": "500.00"}]
    agreed = {"schedule_id": "S-1", "n_payments": 1, "payment_frequency": "weekly"}
    said = [("user_input", {"utterance": "Hello", "timestamp": each}) for each in TIMES[:3]]
    told: list[tuple[str, Body]] = [
        ("customer.created.v1", {**name, "first_name": "Mia", "changed_at": TIMES[0]}),
        ("customer.changed.v1", {**name, "first_name": "Zoe", "changed_at": TIMES[1]}),
        ("customer.verified.v1", {"customer_id": customer}),
        (
            "account.created.v1",
            {**made, "status": "PENDING_DISBURSEMENT", "current_balance": "0.00"}
            | {"opened_date": DATES[0]},
        ),
        (
            "account.updated.v1",
            {"account_id": account, "status": "ACTIVE", "timestamp": TIMES[1]}
            | {"current_balance": "400.00", "last_payment_date": DATES[0]},
        ),
        ("account.schedule.created.v1", {"account_id": account, **agreed, "payments": due}),
        ("account.schedule.updated.v1", {"account_id": account, "payments": [instalment]}),
        *(
            (
                "loan.aging.updated.v1",
                {"account_id": account, "dpd": dpd, "bucket": bucket, "last_updated": at},
            )
            for dpd, bucket, at in ((5, "early_arrears", TIMES[3]), (0, "current", TIMES[4]))
        ),
        ("conversation_started", {"customerId": customer, "timestamp": TIMES[0]}),
        *said,
        ("noticeboard_post", {"agent_name": "a::b", "post": "seen", "timestamp": TIMES[4]}),
        *_twice(number),
        ("writeoff.requested.v1", {"loanAccountId": account, "requestNumber": f"WO-{number}"}),
        ("writeoff.approved.v1", {"approvedBy": "mike"}),
        ("notification.sent.v1", {"notification_id": message, "event_at": TIMES[0]}),
        (
            "notification.delivery_failed.v1",
            {"notification_id": message, "event_at": TIMES[1], "error_type": "permanent"},
        ),
        (
            "notification.delivery_failed.v1",
            {"notification_id": message, "event_at": TIMES[2], "error_type": "suppressed"},
        ),
    ]
    return [(kind, body, request if kind.startswith("writeoff") else talk) for kind, body in told]


def _twice(number: int) -> list[tuple[str, Body]]:
    """Tell each thing of a conversation twice, the second time otherwise and not of all of it."""
    name = {"applicationNumber": f"APP-{number}"}
    told: list[tuple[str, Body, Body]] = [
        ("final_decision", {"decision": "REFERRED", "reason": "x"}, {"decision": "APPROVED"}),
        ("conversationSummary_changed", {**name, "status": "active"}, {"status": "paused"}),
        ("conversation_summary", {"purpose": "a", "facts": ["b"]}, {"purpose": "c"}),
        ("fraudCheck_assessment", {"score": 7}, {"score": 8}),
        ("credit_assessment_complete", {"file_location": "a"}, {"file_location": "b"}),
        (
            "applicationDetail_changed",
            {**name, "loanPurpose": "car", "loanTerm": 12},
            {**name, "loanPurpose": "boat"},
        ),
        ("statement_consent_initiated", {"jobId": "J-1"}, {"jobId": "J-2"}),
        ("affordability_report_complete", {"affordabilityReport": 1}, {"affordabilityReport": 2}),
    ]
    made = [
        (kind, {**body, "timestamp": TIMES[2 * place + at % 2]})
        for at, (kind, first, second) in enumerate(told)
        for place, body in enumerate((first, second))
    ]
    answers = (("statement_consent_cancelled", 5), ("statement_consent_complete", 6))
    return made + [(kind, {"timestamp": TIMES[at]}) for kind, at in answers]
