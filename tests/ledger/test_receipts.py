"""A receipt is VALID as it was written, and after no change of it whatever."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.proof.receipt import receipt_of
from proto.values import Instant
from tests.counts import count
from tests.ledger.receipts import APPROVER, REQUEST, Story, load_verifier
from tests.ledger.test_tree import vectors

VERIFIER = load_verifier()
SCRIPT = Path(VERIFIER.__file__ or "")
STORY = Story()
RECEIPT, KEYS, NO_TEXTS = STORY.tell(), STORY.keys(), {**STORY.command, "texts": {}}


def verdict(receipt: bytes, keys: bytes = KEYS) -> str:
    """Check a receipt as the script does; empty: VALID."""
    try:
        read = VERIFIER.read_canonical(receipt, "the receipt")
        VERIFIER.check_receipt(read, VERIFIER.read_keys(keys))
    except (VERIFIER.Invalid, TypeError, KeyError, AttributeError, ValueError) as reason:
        return str(reason) or type(reason).__name__
    return ""


def run(tmp_path: Path, receipt: bytes, keys: bytes = KEYS) -> tuple[int, str]:
    """Run the script alone, as a stranger does: nothing of ours can be imported."""
    (tmp_path / "receipt.json").write_bytes(receipt)
    (tmp_path / "keys.json").write_bytes(keys)
    ended = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), "receipt.json", "keys.json"],
        cwd=tmp_path,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout.strip()


def test_a_stranger_runs_one_file_and_reads_valid(tmp_path: Path) -> None:
    """The standard library and `cryptography`; a newline at the end does no harm."""
    assert run(tmp_path, RECEIPT) == (0, "VALID")
    assert run(tmp_path, RECEIPT + b"\n") == (0, "VALID")


def test_a_stranger_reads_the_exact_reason(tmp_path: Path) -> None:
    """Exit 1 with the reason; exit 2 where nothing can be read."""
    changed = RECEIPT.replace(b'\\"amount\\":\\"80.00\\"', b'\\"amount\\":\\"90.00\\"')
    code, said = run(tmp_path, changed)
    assert (code, said.startswith("INVALID: ")) == (1, True)
    assert run(tmp_path, b"no receipt")[0] == 2
    assert run(tmp_path, RECEIPT, b"{}")[0] == 2
    assert run(tmp_path, b"[" * 100_000)[0] == 2
    assert run(tmp_path, b"{}") == (1, "INVALID: this is no receipt of format 1")


def test_the_script_imports_nothing_of_ours() -> None:
    """It shares no code with what it checks."""
    lines = SCRIPT.read_text().splitlines()
    imported = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@settings(max_examples=count(400, 20_000), deadline=None)
@given(st.data())
def test_no_changed_byte_stays_unseen(data: st.DataObject) -> None:
    """Replaced, taken out or put in, anywhere."""
    at = data.draw(st.integers(0, len(RECEIPT) - 1))
    put = data.draw(st.binary(max_size=2) | st.sampled_from([b" ", b"0", b'"', b"\\", b","]))
    taken = data.draw(st.integers(0, 2))
    changed = RECEIPT[:at] + put + RECEIPT[at + taken :]
    assert (verdict(changed) == "") is (changed == RECEIPT)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """List every place in a JSON value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, each in items for place in _places(each, (*path, key)))]


PLACES = _places(json.loads(RECEIPT))[1:]
OTHERS: list[Any] = [None, 0, 1, -1, 1.5, "", "x", [], {}, True, [[]], 10**30, "\ud800"]


@pytest.mark.parametrize("way", ["taken out", "doubled", *range(len(OTHERS))])
def test_no_changed_field_stays_unseen(way: str | int) -> None:
    """Every field of the receipt, taken out, doubled in its list, or of another value."""
    for *path, last in PLACES:
        receipt = json.loads(RECEIPT)
        parent = receipt
        for key in path:
            parent = parent[key]
        if way == "taken out":
            del parent[last]
        elif way == "doubled":
            if not isinstance(parent, list):
                continue
            parent.insert(last, parent[last])
        elif parent[last] == OTHERS[int(way)] and type(parent[last]) is type(OTHERS[int(way)]):
            continue
        else:
            parent[last] = OTHERS[int(way)]
        written = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert verdict(written.encode(errors="surrogatepass")), (path, last, way)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        (Story(signing_key=Ed25519PrivateKey.generate()), "signature of the approver is wrong"),
        (Story(revoked=True), "had been revoked"),
        (Story(enrolled_by="admin"), "somebody else enrolled"),
        (Story(enrolled={"key_id": "K2"}), "had not enrolled"),
        (Story(requester="michael"), "the approver is the requester"),
        (Story(requester="\uff4dichael "), "the approver is the requester"),
        (Story(request={"commandHash": "0" * 64}), "not the one of the request's hash"),
        (Story(request={"loanAccountId": "LA-2"}), "different accounts"),
        (Story(request={"requestedBy": "robin"}), "named as the requester"),
        (Story(statement={"request_hash": "0" * 64}), "signed for another request_hash"),
        (Story(statement={"request_id": "RQ-2"}), "signed for another request_id"),
        (Story(statement={"decision": "reject"}), "signed for another decision"),
        (Story(statement={"approver": "robin"}), "signed for another approver"),
        (Story(statement={"format": "billie-decision/2"}), "signed for another format"),
        (Story(statement={"decided_at": "2026-02-03T05:05:06.000000Z"}), "at another time"),
        (Story(statement={"account_version": 2}), "the effect was there before"),
        (Story(decision={"approvedBy": "robin"}), "named as the approver"),
        (Story(decision={"approverVersion": 1}), "had not enrolled"),
        (Story(decision={"ledgerEventId": "LA-1:1"}), "names another effect"),
        (Story(effect={"amount": "81.00"}), "another amount"),
        (Story(effect={"account_id": "LA-2"}), "another account_id"),
        (Story(effect={"approved_by": "robin"}), "another approved_by"),
        (Story(effect={"requested_by": "robin"}), "another requested_by"),
        (Story(effect={"reason_code": "courtesy"}), "another reason_code"),
        (Story(effect={"sealed_texts": {"reason": "eA=="}}), "another texts"),
        (Story(effect={"sealed_texts": {}}), "another texts"),
        (Story(effect_type="adjustment.made.v1"), "not carried out by"),
        (Story(effect_actor="robin"), "done by somebody else"),
        (Story(effect_at=Instant.parse("2026-02-03T04:05:07Z")), "of another time"),
        (Story(request={"amount": "70.00"}), "another amount"),
        (
            Story(command=NO_TEXTS, effect={"sealed_texts": {"notes": "eA=="}}),
            "other texts",
        ),
        (Story(enrolled={"staff_id": "robin"}), "for somebody else"),
        (Story(decision={"approverVersion": 3}), "not that of the time"),
    ],
)
def test_a_receipt_that_the_ledger_itself_signed_wrongly_is_told(story: Story, reason: str) -> None:
    """Every hash and every proof is right, and still it does not hold together."""
    assert reason in verdict(story.tell(), story.keys())


def composed(story: Story, **changed: object) -> str:
    """Put other true entries into a receipt, each with its proof, and give the verdict."""
    receipt = {**json.loads(receipt_of(story.journal, REQUEST)), **changed}
    written = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return verdict(written.encode(), story.keys())


def test_true_entries_of_something_else_prove_nothing() -> None:
    """Each is in the signed tree; together they are not this decision's."""
    story = Story(decision={"approverVersion": 3})
    story.tell()
    for event in ("staff.created.v1", "staff.key_enrolled.v1", "staff.limits_set.v1"):
        story.add("staff:robin", event, "robin", {"staff_id": "robin", "key_id": "K1"})
    story.add(f"staff:{APPROVER}", "staff.limits_set.v1", "admin", {"staff_id": APPROVER})
    story.add("request:RQ-2", "approval.requested.v1", "sarah", {"requestId": "RQ-2"})
    story.add("request:RQ-2", "approval.approved.v1", APPROVER, {"approvedBy": APPROVER})
    own = [story.proven(f"staff:{APPROVER}", version) for version in (1, 2, 3)]
    other = [story.proven("staff:robin", version) for version in (1, 2, 3)]
    assert "somebody else's" in composed(story, approver_history=other)
    assert "not whole" in composed(story, approver_history=own[::-1])
    assert "beyond the decision" in composed(story, approver_history=own)
    request = story.proven(f"request:{REQUEST}", 1)
    assert "not a decision" in composed(story, decision=request)
    assert "on another request" in composed(story, decision=story.proven("request:RQ-2", 2))
    assert "not a request" in composed(story, request=other[0])
    assert "has the fields" in composed(story, more="x")


def _with(**changed: object) -> str:
    """Change parts of the receipt and give the verdict."""
    receipt = {**json.loads(RECEIPT), **changed}
    written = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return verdict(written.encode())


def test_parts_of_another_shape_are_told_by_name() -> None:
    """A list that is none, a path that no tree has, a step that is no hash."""
    request = json.loads(RECEIPT)["request"]
    step = request["path"][0]
    for name in ("effects", "approver_history"):
        assert _with(**{name: {}}) == f"{name} is no list"
        assert _with(**{name: None}) == f"{name} is no list"
    assert "path of the request is too long" in _with(request={**request, "path": [step] * 65})
    assert "inclusion path is too long" in _with(request={**request, "path": [step] * 64})
    wrongs: list[object] = [7, None, [], step.upper() + "00", step[:-2]]
    for wrong in wrongs:
        told = _with(request={**request, "path": [wrong]})
        assert told == "the path of the request is no hash"


def test_what_no_ledger_of_ours_writes_is_told_too() -> None:
    """A decision older than its request; a command that needs no approval."""
    parts = json.loads(RECEIPT)
    request, decision = parts["request"], parts["decision"]
    bodies = [json.loads(each["body"]) for each in (decision, request)]
    with pytest.raises(VERIFIER.Invalid, match="comes before the request"):
        VERIFIER.check_decision({**decision, "position": 1}, bodies[0], request, bodies[1], [])
    with pytest.raises(VERIFIER.Invalid, match="none that needs an approval"):
        VERIFIER.check_effects([], {"command": "DisburseLoan"}, (decision, bodies[0]), {}, {})


@pytest.mark.parametrize(
    "keys",
    [
        b"[]",
        b"null",
        b'{"format":"billie-public-keys/2","ledger_keys":[]}',
        b'{"format":"billie-public-keys/1"}',
        b'{"format":"billie-public-keys/1","ledger_keys":{"a":1}}',
        b'{"format":"billie-public-keys/1","ledger_keys":[{}]}',
        b'{"format":"billie-public-keys/1","ledger_keys":[{"public_key":"AAAA"}]}',
        b'{"format":"billie-public-keys/1","ledger_keys":[{"public_key":7}]}',
        KEYS[:-3],
        b"\xff\xfe",
    ],
)
def test_a_file_of_keys_that_is_none_decides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], keys: bytes
) -> None:
    """Exit 2: neither VALID nor INVALID, whatever the receipt."""
    files = [tmp_path / "receipt.json", tmp_path / "keys.json"]
    for file, written in zip(files, (RECEIPT, keys), strict=True):
        file.write_bytes(written)
    assert VERIFIER.main([str(each) for each in files]) == 2
    assert capsys.readouterr().out.startswith("cannot be read: ")


def test_a_rejection_with_an_effect_is_none() -> None:
    """What was rejected was not done."""
    story = Story(decision_type="approval.rejected.v1")
    story.tell()
    assert "has no effect" in composed(story, effects=[story.proven("LA-1", 1)])


def test_a_rejection_has_a_receipt_too() -> None:
    """With the signature, and without any effect."""
    story = Story(decision_type="approval.rejected.v1")
    receipt = story.tell()
    assert verdict(receipt, story.keys()) == ""
    assert json.loads(receipt)["effects"] == []


def test_another_ledgers_receipt_is_not_believed() -> None:
    """The keys are the anchor: they come from somebody who is trusted."""
    assert "not among the public keys" in verdict(RECEIPT, Story().keys())


def test_the_script_agrees_with_all_foreign_vectors() -> None:
    """98 inclusion and 98 consistency proofs; a tree of size 0 is an error."""
    for vector in vectors("inclusion"):
        leaf, root = (base64.b64decode(vector[name]) for name in ("leafHash", "root"))
        path = [base64.b64decode(each) for each in vector["proof"] or ()]
        failed = _fails("check_inclusion", leaf, vector["leafIdx"], vector["treeSize"], path, root)
        assert failed is vector["wantErr"], vector["name"]
    for vector in vectors("consistency"):
        roots = [base64.b64decode(vector[name]) for name in ("root1", "root2")]
        path = [base64.b64decode(each) for each in vector["proof"] or ()]
        failed = _fails("check_consistency", vector["size1"], vector["size2"], path, *roots)
        assert failed is vector["wantErr"], vector["name"]


def _fails(check: str, *arguments: object) -> bool:
    try:
        getattr(VERIFIER, check)(*arguments)
    except VERIFIER.Invalid:
        return True
    return False
