"""What is drawn at random for sequences of commands."""

from datetime import timedelta

from hypothesis import strategies as st

from proto import servicing_pb2 as pb
from tests.ledger.approvers import adjustment, recovery, refund, undo, waiver, write_off
from tests.ledger.asking import today

CENTS = st.integers(min_value=1, max_value=400_00)
ENOUGH = st.one_of(CENTS, st.integers(min_value=600_00, max_value=900_00))
"""Perhaps all that is owed, and more."""
LAST = st.integers(min_value=0, max_value=6)
"""How many transactions an account's transaction is behind its newest."""
SIGNED = st.integers(min_value=-300_00, max_value=300_00)
DAYS = st.sampled_from([0, 0, 0, 2, 5, 8])
RATES = st.sampled_from(["", "0.0001", "36.5"])
ACTORS = st.sampled_from(
    ["staff-supervisor", "staff-supervisor", "staff-support", "staff-analyst", "system"]
)
KINDS = st.sampled_from(["write_off", "waiver", "adjustment", "undo", "recovery", "refund"])
ASKERS = st.sampled_from(["staff-support", "staff-supervisor"])


def dollars(cents: int) -> str:
    """Write cents as they go over the wire."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def ago(days: int) -> str:
    """Give the date of some days ago; of none, no date, which is today's."""
    return (today() - timedelta(days=days)).isoformat() if days else ""


def request_of(kind: str, account: str, cents: int) -> pb.PreviewRequest:
    """Describe what somebody asks for, by its kind."""
    commands = {
        "write_off": lambda: write_off(account),
        "waiver": lambda: waiver(account, dollars(cents)),
        "adjustment": lambda: adjustment(account, dollars(cents)),
        "undo": lambda: undo(account),
        "recovery": lambda: recovery(account, dollars(cents)),
        "refund": lambda: refund(account, dollars(cents)),
    }
    return commands[kind]()
