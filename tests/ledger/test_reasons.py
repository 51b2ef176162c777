"""Why something was done: a code of one list per kind, plain, and words, sealed."""

from collections.abc import Callable
from typing import Final

import grpc
import pytest

from ledger.domain import reasons
from proto import codec
from proto.events import AdjustmentMade
from tests.builders import Caller, refusal_of

KINDS: Final[dict[str, tuple[Callable[[Caller, str], object], tuple[str, ...]]]] = {
    "waiver": (lambda c, code: c.waive("LA-none", "1.00", reason_code=code), reasons.WAIVER),
    "adjustment": (
        lambda c, code: c.adjust("LA-none", "1.00", reason_code=code),
        reasons.ADJUSTMENT,
    ),
    "write-off": (lambda c, code: c.write_off("LA-none", reason_code=code), reasons.WRITE_OFF),
    "undo": (
        lambda c, code: c.undo_write_off("LA-none", reason_code=code),
        reasons.WRITE_OFF_UNDO,
    ),
    "recovery": (lambda c, code: c.recover("LA-none", "1.00", reason_code=code), reasons.RECOVERY),
    "refund": (lambda c, code: c.refund("LA-none", "1.00", reason_code=code), reasons.REFUND),
    "repayment": (lambda c, code: c.repay("LA-none", "1.00", reason_code=code), reasons.REPAYMENT),
    "late fee": (lambda c, code: c.late_fee("LA-none", reason_code=code), reasons.LATE_FEE),
    "dishonour fee": (
        lambda c, code: c.dishonour_fee("LA-none", reason_code=code),
        reasons.DISHONOUR_FEE,
    ),
}
"""Kind of command to how it is asked for with a code, and the list of its codes."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_is_not_on_the_list_is_refused_with_the_list(
    supervisor: Caller, kind: str
) -> None:
    """So that reports by reason add up; each kind has `other`."""
    ask, allowed = KINDS[kind]
    assert "other" in allowed
    with pytest.raises(grpc.RpcError) as refused:
        ask(supervisor, "because")
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == ("INVALID_FIELD", "reason_code")
    assert all(code in detail.sentence for code in allowed)


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, (_, codes) in KINDS.items() for code in codes]
)
def test_every_code_of_a_list_passes(supervisor: Caller, kind: str, code: str) -> None:
    """The next thing that is wrong is the account, or the right."""
    with pytest.raises(grpc.RpcError) as refused:
        KINDS[kind][0](supervisor, code)
    assert refusal_of(refused.value).reason in {"NO_SUCH_ACCOUNT", "APPROVAL_REQUIRED"}


def test_write_offs_have_the_reasons_that_other_systems_know() -> None:
    """The list of the event contract."""
    assert reasons.WRITE_OFF == (
        "hardship",
        "bankruptcy",
        "deceased",
        "unable_to_locate",
        "fraud_victim",
        "disputed",
        "aged_debt",
        "other",
    )


def test_the_code_is_plain_and_the_words_are_ciphertext(system: Caller, supervisor: Caller) -> None:
    """The code is for filters; what was written may tell of a person."""
    account = system.active_loan()
    words = "her husband fell ill in May"
    event_id = supervisor.adjust(account, "-10.00", reason=words, reason_code="hardship").event_id
    entry = next(each for each in system.entries() if each.event_id == event_id)
    event = codec.read_event(entry.event_type, entry.body)
    assert isinstance(event, AdjustmentMade)
    assert event.reason_code == "hardship"
    assert set(event.sealed_texts) == {"reason"}
    assert b"husband" not in entry.body


def test_a_repayment_or_fee_tells_its_code_and_may_leave_it_out(
    system: Caller, supervisor: Caller
) -> None:
    """Who knows no code, as other systems, gives none: it is not said to be `other`."""
    account = system.active_loan()
    asked = (
        (supervisor.late_fee, "5.00", "missed_payment"),
        (supervisor.dishonour_fee, "5.00", "insufficient_funds"),
        (supervisor.repay, "20.00", "instalment"),
    )
    for call, amount, code in asked:
        ids = [call(account, amount, reason_code=given).event_id for given in (code, "")]
        entries = {each.event_id: each for each in system.entries()}
        events = [codec.read_event(entries[i].event_type, entries[i].body) for i in ids]
        assert [getattr(each, "reason_code", None) for each in events] == [code, ""]


@pytest.mark.parametrize("verb", ["adjust", "refund"])
def test_what_somebody_answers_for_has_a_reason_in_words(supervisor: Caller, verb: str) -> None:
    """White space is none."""
    with pytest.raises(grpc.RpcError) as refused:
        getattr(supervisor, verb)("LA-none", "1.00", reason="  ")
    assert refusal_of(refused.value).field == "reason"
