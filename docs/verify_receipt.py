"""Check a receipt of Billie Servicing, without Billie Servicing.

    python verify_receipt.py receipt.json keys.json

Prints VALID (exit 0), or INVALID and the exact reason (exit 1); exit 2: cannot be read.
Needs Python 3.11 and the package `cryptography`, nothing else. `keys.json` holds the
ledger's public keys: get them from somebody you trust, not from whoever shows the receipt.

What VALID means: the ledger signed a tree (RFC 6962) that holds the request, the decision,
what was done, and the approver's whole staff history at that time. The decision's statement
is signed with a key that the approver had enrolled and nobody had revoked, it names exactly
the command that was asked for by somebody else, and what was done is that command.

What it does not mean: the comment is not in the receipt, only its hash is signed; limits are
those that the signed policy tells; and a head is proof of itself, so hold it against one
that was kept elsewhere (`check_consistency`) to know that the ledger shows all the same tree.
"""

import base64
import hashlib
import json
import sys
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DECISIONS = {
    "approval.approved.v1": ("approve", "approvedBy"),
    "writeoff.approved.v1": ("approve", "approvedBy"),
    "approval.rejected.v1": ("reject", "rejectedBy"),
    "writeoff.rejected.v1": ("reject", "rejectedBy"),
}
EFFECTS = {
    "WriteOff": ["account.written_off.v1"],
    "UndoWriteOff": ["account.write_off_undone.v1"],
    "RecordRecovery": ["recovery.recorded.v1"],
    "WaiveFee": ["fee.waived.v1"],
    "MakeAdjustment": ["adjustment.made.v1"],
    "ReverseTransaction": ["payment.reversed.v1"],
    "CorrectPayment": ["payment.reversed.v1", "payment.correction.v1"],
    "IssueCorrection": ["payment.correction.v1"],
    "RefundOverpayment": ["overpayment.refunded.v1"],
}
"""Each command, and the events that carry it out; the last one bears the command's terms."""
CALLED = {
    "loan_account_id": "account_id",
    "texts": "sealed_texts",
    "transaction_id": "original_transaction_id",
}
"""The command's fields that have another name in the event."""
RECEIPT_FIELDS = {"format", "head", "request", "decision", "effects", "approver_history"}
ENTRY_FIELDS = {"position", "subject_id", "version", "event_type", "recorded_at", "actor"} | {
    "prev",
    "body",
    "path",
}
HEAD_FIELDS = {"size", "root", "signed_at", "key_id", "signature"}
SIGNED_WITHIN = timedelta(minutes=5)


class Invalid(Exception):
    """The receipt does not prove what it says; the text is the reason."""


def require(condition, reason):
    """Go on only if it is so."""
    if not condition:
        raise Invalid(reason)


def canonical(value):
    """Write JSON in the one way in which the ledger writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_canonical(written, what):
    """Read JSON that is written canonically, so that no two texts mean the same."""
    try:
        value = json.loads(written)
        same = canonical(value) == written
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{what} is no JSON text") from error
    require(isinstance(value, dict) and same, f"{what} is not written as the ledger writes it")
    return value


def shaped(value, fields, what):
    """Insist on an object with exactly these fields."""
    require(isinstance(value, dict), f"{what} is missing")
    require(set(value) == fields, f"{what} must have exactly the fields {sorted(fields)}")
    for name, each in value.items():
        kind = {"position": int, "version": int, "size": int, "path": list}.get(name, str)
        require(type(each) is kind, f"{what}: {name} is of the wrong type")


def from_hex(text, what):
    """Read 32 bytes in lower-case hex."""
    try:
        raw = bytes.fromhex(text)
    except (ValueError, TypeError) as error:
        raise Invalid(f"{what} is no hash") from error
    require(len(raw) == 32 and raw.hex() == text, f"{what} is no hash")
    return raw


def from_base64(text, length, what):
    """Read bytes of a length in base64, spelled in the one way."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Invalid(f"{what} is not base64") from error
    require(len(raw) == length, f"{what} has {len(raw)} bytes instead of {length}")
    require(base64.b64encode(raw).decode() == text, f"{what} is not base64 in its one spelling")
    return raw


def check_signature(public_key, signature, signed, what):
    """Verify an Ed25519 signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature as error:
        raise Invalid(f"the signature of {what} is wrong") from error


# ------------------------------------------------------------------ RFC 6962


def leaf_hash(data):
    """Hash a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    """Hash two nodes into the one above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(leaf, index, size, path, root):
    """Check that the tree of this size and root has this leaf hash at an index from 0."""
    require(0 <= index < size, f"a tree of {size} has no leaf {index}")
    require(all(len(each) == 32 for each in (leaf, root, *path)), "the proof holds what is no hash")

    def climb(low, high, rest):
        """Give the hash over the leaves from low up to high, the path read from its end."""
        if high - low == 1:
            require(not rest, "the inclusion path is too long")
            return leaf
        require(rest, "the inclusion path is too short")
        split = low + (1 << (high - low - 1).bit_length() - 1)
        if index < split:
            return node_hash(climb(low, split, rest[:-1]), rest[-1])
        return node_hash(rest[-1], climb(split, high, rest[:-1]))

    require(climb(0, size, list(path)) == root, "the inclusion path leads to another root")


def check_consistency(first, second, path, first_root, second_root):
    """Check that the tree of the second size and root continues that of the first."""
    require(0 < first <= second, f"no tree of {second} continues one of {first}")
    if first == second:
        require(not path and first_root == second_root, "two trees of one size differ")
        return
    require(all(len(each) == 32 for each in (*path, first_root, second_root)), "no hash")

    def climb(low, high, is_whole, rest):
        """Give the old and the new hash over the leaves from low up to high."""
        if first == high:
            if is_whole:
                require(not rest, "the consistency path is too long")
                return first_root, first_root
            require(len(rest) == 1, "the consistency path has the wrong length")
            return rest[0], rest[0]
        require(rest, "the consistency path is too short")
        split = low + (1 << (high - low - 1).bit_length() - 1)
        if first <= split:
            old, new = climb(low, split, is_whole, rest[:-1])
            return old, node_hash(new, rest[-1])
        old, new = climb(split, high, False, rest[:-1])  # noqa: FBT003
        return node_hash(rest[-1], old), node_hash(rest[-1], new)

    old, new = climb(0, second, True, list(path))  # noqa: FBT003
    require((old, new) == (first_root, second_root), "the consistency path leads elsewhere")


# ------------------------------------------------------------------ the receipt


def check_head(head, keys):
    """Check the ledger's signature, and give the root and the size."""
    shaped(head, HEAD_FIELDS, "the signed head")
    root = from_hex(head["root"], "the head's root")
    public_key = keys.get(head["key_id"])
    require(public_key, "the head is signed with a key that is not among the public keys")
    signed = {name: head[name] for name in ("key_id", "root", "signed_at", "size")}
    signature = from_base64(head["signature"], 64, "the head's signature")
    written = canonical({"format": "billie-head/1", **signed})
    check_signature(public_key, signature, written, "the head")
    return root, head["size"]


def check_entry(entry, root, size, what):
    """Check that an entry is in the ledger's tree, and give its body."""
    shaped(entry, ENTRY_FIELDS, what)
    hashed = {name: entry[name] for name in ("actor", "position", "prev", "recorded_at")}
    hashed |= {"subject_id": entry["subject_id"], "version": entry["version"]}
    header = canonical({**hashed, "type": entry["event_type"]})
    digest = hashlib.sha256(header + b"\n" + entry["body"].encode()).digest()
    path = [from_hex(each, f"the path of {what}") for each in entry["path"][:65]]
    require(len(path) <= 64, f"the path of {what} is too long")
    try:
        check_inclusion(leaf_hash(digest), entry["position"] - 1, size, path, root)
    except Invalid as reason:
        raise Invalid(f"{what} is not in the signed tree as it stands here: {reason}") from None
    return read_canonical(entry["body"].encode(), f"the body of {what}")


def check_request(entry, body):
    """Check that the request is what it says, and give its command."""
    require(
        entry["event_type"] in ("approval.requested.v1", "writeoff.requested.v1")
        and entry["version"] == 1
        and entry["subject_id"] == f"request:{body.get('requestId')}",
        "the request's entry is not a request",
    )
    written = str(body.get("command", "")).encode()
    digest = hashlib.sha256(written).hexdigest()
    require(body.get("commandHash") == digest, "the command is not the one of the request's hash")
    command = read_canonical(written, "the command")
    require(body.get("requestedBy") == entry["actor"], "somebody else is named as the requester")
    account = command.get("loan_account_id")
    require(body.get("loanAccountId") == account, "request and command name different accounts")
    return command


def key_of(history, key_id, approver, decision):
    """Give the approver's key from their history, which must be whole up to the decision."""
    public_key = None
    for version, (entry, body) in enumerate(history, start=1):
        require(entry["subject_id"] == f"staff:{approver}", "the history is somebody else's")
        require(entry["version"] == version, "the approver's history is not whole")
        require(entry["position"] < decision["position"], "the history goes beyond the decision")
        if body.get("key_id") != key_id:
            continue
        if entry["event_type"] == "staff.key_enrolled.v1":
            require(entry["actor"] == approver, "somebody else enrolled the approver's key")
            require(body.get("staff_id") == approver, "the key was enrolled for somebody else")
            public_key = from_base64(body.get("public_key"), 32, "the approver's public key")
        elif entry["event_type"] == "staff.key_revoked.v1":
            raise Invalid("the approver's key had been revoked before the decision")
    require(public_key, "the approver had not enrolled the key that signed")
    return public_key


def check_decision(entry, body, request, request_body, history):
    """Check who decided what, and their signature; give the decision and its statement."""
    require(entry["event_type"] in DECISIONS, "the decision's entry is not a decision")
    decision, decider = DECISIONS[entry["event_type"]]
    approver = body.get(decider)
    require(entry["subject_id"] == request["subject_id"], "the decision is on another request")
    require(entry["position"] > request["position"], "the decision comes before the request")
    require(approver == entry["actor"], "somebody else is named as the approver")
    same = folded(approver) == folded(request["actor"])
    require(not same, "the approver is the requester")
    whole = len(history) == body.get("approverVersion")
    require(whole, "the approver's history is not that of the time of the decision")
    written = str(body.get("statement", "")).encode()
    public_key = key_of(history, body.get("keyId"), approver, entry)
    signature = from_base64(body.get("signature"), 64, "the approver's signature")
    check_signature(public_key, signature, written, "the approver")
    statement = read_canonical(written, "the approver's statement")
    said = {
        "format": "billie-decision/1",
        "request_id": request_body["requestId"],
        "request_hash": request_body["commandHash"],
        "decision": decision,
        "approver": approver,
    }
    for name, value in said.items():
        require(statement.get(name) == value, f"the approver signed for another {name}")
    apart = moment(entry["recorded_at"]) - moment(statement.get("decided_at"))
    require(abs(apart) <= SIGNED_WITHIN, "the approver signed at another time")
    return decision, statement


def folded(name):
    """Give a name as it is compared: case, width and outer blanks make nobody another."""
    return unicodedata.normalize("NFKC", str(name)).casefold().strip()


def moment(text):
    """Read an instant."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Invalid(f"{text} is no instant") from error


def check_effects(effects, command, decision, statement, request_body):
    """Check that what was done is what was approved."""
    expected = EFFECTS.get(command.get("command"))
    require(expected, "the command is none that needs an approval")
    types = [entry["event_type"] for entry, _ in effects]
    require(types == expected, f"an approved {command['command']} is not carried out by {types}")
    entry, body = decision
    named = [f"{each['subject_id']}:{each['version']}" for each, _ in effects]
    require(body.get("ledgerEventId") in named, "the decision names another effect")
    for done, posted in effects:
        require(done["actor"] == entry["actor"], "the effect was done by somebody else")
        require(done["recorded_at"] == entry["recorded_at"], "the effect is of another time")
        require(
            done["subject_id"] == command["loan_account_id"], "the effect is on another account"
        )
        require(
            done["version"] > statement.get("account_version", 0), "the effect was there before"
        )
        said = {
            "account_id": command["loan_account_id"],
            "request_id": statement["request_id"],
            "requested_by": request_body["requestedBy"],
            "approved_by": statement["approver"],
        }
        for name, value in said.items():
            require(posted.get(name) == value, f"the effect has another {name}")
    terms = {name: each for name, each in command.items() if each not in ("", None, {})}
    posted = {name: value for _, each in effects for name, value in each.items()}
    for name in terms.keys() - {"command"}:
        done = posted.get(CALLED.get(name, name))
        require(done == terms[name], f"the effect has another {name} than was approved")
    require(posted.get("sealed_texts", {}) == command.get("texts", {}), "other texts were recorded")
    check_amount([body for _, body in effects], request_body.get("amount"))


def check_amount(bodies, asked):
    """Check that what was asked for is what moved.

    A correction is asked for by the larger of what it takes back and what it posts; long ago
    by what it posts.
    """
    amounts = [str(body["amount"]) for body in bodies if "amount" in body]
    if amounts:
        largest = max(amounts, key=lambda each: (len(each), each))  # they are plain: 9.00, 10.00
        require(asked in (amounts[-1], largest), "the effect has another amount than was approved")


def check_receipt(receipt, keys):
    """Check a receipt, as read from its file. Raises Invalid."""
    require(receipt.get("format") == "billie-receipt/1", "this is no receipt of format 1")
    require(set(receipt) == RECEIPT_FIELDS, f"a receipt has the fields {sorted(RECEIPT_FIELDS)}")
    for name in ("effects", "approver_history"):
        require(isinstance(receipt[name], list), f"{name} is no list")
    root, size = check_head(receipt["head"], keys)

    def proven(entry, what):
        return entry, check_entry(entry, root, size, what)

    request = proven(receipt["request"], "the request")
    decision = proven(receipt["decision"], "the decision")
    effects = [proven(each, "an effect") for each in receipt["effects"]]
    history = [proven(each, "the approver's history") for each in receipt["approver_history"]]
    command = check_request(*request)
    decided, statement = check_decision(*decision, *request, history)
    if decided == "approve":
        check_effects(effects, command, decision, statement, request[1])
    else:
        require(not effects, "a rejected request has no effect")


def read_keys(written):
    """Read the ledger's public keys; each is named after its own hash."""
    listed = json.loads(written)
    require(listed.get("format") == "billie-public-keys/1", "these are no public keys of format 1")
    keys = {}
    for each in listed["ledger_keys"]:
        raw = from_base64(each["public_key"], 32, "a public key")
        keys[hashlib.sha256(raw).hexdigest()[:16]] = raw
    return keys


def main(arguments):
    """Check the two files that are named."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    try:
        written, keys = (Path(each).read_bytes() for each in arguments)
        json.loads(written)
        public_keys = read_keys(keys)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        Invalid,
    ) as why:
        print(f"cannot be read: {why}")
        return 2
    try:
        check_receipt(read_canonical(written.removesuffix(b"\n"), "the receipt"), public_keys)
    except Invalid as reason:
        print(f"INVALID: {reason}")
        return 1
    except (TypeError, KeyError, AttributeError, ValueError) as reason:
        print(f"INVALID: the receipt holds something of the wrong type ({reason})")
        return 1
    print("VALID")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
