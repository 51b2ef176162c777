"""Reading what anybody may have put onto a stream."""

import json

import pytest
from bson import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from proto import codec, documents, events
from proto.values import Instant, Key, Money

ENTRY = "1700000000000-0"


def _envelope(**fields: str) -> codec.Envelope:
    raw = {name.encode(): value.encode() for name, value in fields.items()}
    return codec.read_envelope("inbox:test", ENTRY, raw)


def test_the_first_name_that_is_not_empty_wins() -> None:
    """Type, identity, conversation and user come under several names (events.md, 2)."""
    envelope = _envelope(
        msg_type="", typ="a.v1", event_type="b.v1", id="", event_id="e-1", conv="c"
    )
    assert (envelope.event_type, envelope.identity, envelope.conversation_id) == (
        "a.v1",
        "e-1",
        "c",
    )


def test_one_cause_may_have_several_events() -> None:
    """Without an id the identity is cause, type, conversation and a hash of the body."""
    first = _envelope(cause="c", typ="a.v1", payload="{}")
    other_body = _envelope(cause="c", typ="a.v1", payload='{"x":1}')
    again = _envelope(cause="c", typ="a.v1", payload="{}")
    assert first.identity != other_body.identity
    assert first.identity == again.identity


def test_without_id_and_cause_the_entry_is_its_own_identity() -> None:
    """The Redis entry id, with its stream, since ids collide across streams."""
    assert _envelope(typ="a.v1").identity == f"inbox:test/{ENTRY}"


@pytest.mark.parametrize("text", ["", "null", "one", "1.5", "9" * 40])
def test_a_sequence_that_is_no_number_is_zero(text: str) -> None:
    """External publishers send anything in seq: it is never an error."""
    assert _envelope(typ="a.v1", seq=text).sequence == 0


def test_size_is_checked_before_anything_is_parsed() -> None:
    """An entry over the limit is poison whatever is in it."""
    raw = {b"typ": b"a.v1", b"payload": b"\xff" * 300_000}
    with pytest.raises(codec.TooLarge):
        codec.read_envelope("s", ENTRY, raw)


def test_a_field_that_is_not_text_is_poison() -> None:
    """Bad UTF-8 fails its own entry and is named."""
    with pytest.raises(codec.NotText):
        codec.read_envelope("s", ENTRY, {b"typ": b"\xff"})


@pytest.mark.parametrize("depth", [65, 10_000, 100_000])
def test_deep_nesting_is_poison(depth: int) -> None:
    """No parser recurses into a body deeper than 64 levels."""
    body = '{"account_id":"a","x":' + "[" * depth + "]" * depth + "}"
    with pytest.raises(codec.TooDeep):
        codec.read_event("account.updated.v1", body)


def test_brackets_inside_a_string_are_not_nesting() -> None:
    """Only real levels count, also after an escaped quote."""
    codec.check_nesting('{"x":"' + '[{\\"' * 100 + '"}')


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"account_id":{}}', "InvalidKey"),
        ('{"account_id":["a"]}', "InvalidKey"),
        ('{"account_id":true}', "InvalidKey"),
        ('{"account_id":"a","timestamp":"2025-13-45"}', "InvalidTimestamp: '2025-13-45'"),
        ('{"account_id":"a","current_balance":1e5}', "InvalidMoney"),
        ('{"account_id":"a","current_balance":12.345}', "InvalidMoney"),
        ('{"account_id":"a","current_balance":"NaN"}', "InvalidMoney"),
        ("{}", "account_id"),
        ("not json", "malformed"),
        ("[]", "InvalidBody"),
    ],
)
def test_a_body_that_is_not_its_type_is_poison_with_a_reason(body: str, said: str) -> None:
    """The dead letter names the class of the error and the value (events.md, 3)."""
    with pytest.raises(codec.InvalidBody, match=said.replace("'", ".")):
        codec.read_event("account.updated.v1", body)


def test_a_number_keeps_the_digits_that_were_sent() -> None:
    """Money may come as a JSON number; it never becomes a float on the way."""
    event = codec.read_event("account.updated.v1", '{"account_id":7,"current_balance":0.10}')
    assert isinstance(event, events.AccountUpdated)
    assert (event.account_id, event.current_balance) == ("7", Money(10))


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ),
    )
)
def test_the_canonical_body_is_what_the_standard_library_writes(value: dict[str, object]) -> None:
    """Sorted keys, no white space, UTF-8: a stranger can write the same bytes."""
    ours = codec.canonical(value)
    theirs = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert ours == theirs.encode()


def test_our_ledgers_fields_come_back_as_they_went() -> None:
    """Position, version and hash travel beside the body."""
    fields = codec.event_fields(
        subject_id="acc-1",
        version=3,
        event_type="account.updated.v1",
        position=42,
        recorded_at="2025-11-15T00:00:00.000000Z",
        actor="staff-1",
        body=b'{"account_id":"acc-1"}',
        hash_hex="aa",
        prev_hex="bb",
    )
    envelope = _envelope(**fields)
    assert (envelope.identity, envelope.version, envelope.position) == ("acc-1:3", 3, 42)
    assert (envelope.user_id, envelope.hash, envelope.prev) == ("staff-1", "aa", "bb")


def test_money_is_stored_exactly_and_read_back() -> None:
    """Decimal128 in MongoDB, cents inside, never a float between."""
    stored = codec.to_mongo(documents.StoredBalances(principal=Money(1250), fees=Money(0)))
    assert stored == {"principal": Decimal128("12.50"), "fees": Decimal128("0.00")}
    read = codec.from_mongo(documents.StoredBalances, stored)
    assert (read.principal, read.fees, read.interest) == (Money(1250), Money(0), None)


def test_an_entrys_time_is_the_time_in_its_id() -> None:
    """Documents are dated by the entry, so that a rebuild gives the same."""
    assert str(codec.entry_time(ENTRY)) == "2023-11-14T22:13:20.000000Z"
    assert codec.to_mongo(Key("k")) == "k"
    assert Instant.parse("2023-11-15T09:13:20+11:00") == codec.entry_time(ENTRY)
