"""Nobody acts without a token that was signed for them."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proto import accounting_ledger_pb2 as ledger_pb
from proto import actor_token
from tests.builders import LedgerProcess, refusal_of, signing_key, token_for
from tests.ledger.clocked import ClockedLedger


def _mint(key: Ed25519PrivateKey, issuer: str, actor_id: str, now: datetime) -> str:
    return actor_token.mint(
        key, issuer=issuer, actor_id=actor_id, session_id=uuid.uuid4().hex, now=now
    )


def _claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    return {
        "iss": "desk",
        "aud": actor_token.AUDIENCE,
        "sub": "staff-admin",
        "sid": "s",
        "iat": now,
        "exp": now + 200,
        **changed,
    }


def _forged(ledger: LedgerProcess) -> dict[str, str]:
    now = datetime.now(UTC)
    desk = signing_key(ledger.keys_dir, "desk")
    command_line = signing_key(ledger.keys_dir, "command-line")
    header = {"kid": "desk"}
    return {
        "no token": "",
        "no scheme": token_for(ledger.keys_dir, "staff-admin"),
        "not a token": "Bearer abc",
        "another's key": f"Bearer {_mint(Ed25519PrivateKey.generate(), 'desk', 'a', now)}",
        "expired": f"Bearer {_mint(desk, 'desk', 'staff-admin', now - timedelta(minutes=6))}",
        "unknown issuer": f"Bearer {_mint(desk, 'elsewhere', 'staff-admin', now)}",
        "of another issuer": f"Bearer {_mint(desk, 'command-line', 'system', now)}",
        "by two issuers": "Bearer "
        + jwt.encode(_claims(iss="command-line"), desk, algorithm="EdDSA", headers=header),
        "in a person's name": f"Bearer {_mint(command_line, 'command-line', 'staff-admin', now)}",
        "alg none": "Bearer " + jwt.encode(_claims(), "", algorithm="none", headers=header),
        "alg HS256": "Bearer " + jwt.encode(_claims(), "0" * 32, algorithm="HS256", headers=header),
        "other audience": "Bearer "
        + jwt.encode(_claims(aud="x"), desk, algorithm="EdDSA", headers=header),
        "nobody's": "Bearer "
        + jwt.encode(_claims(sub=""), desk, algorithm="EdDSA", headers=header),
        "of no session": "Bearer "
        + jwt.encode(_claims(sid=""), desk, algorithm="EdDSA", headers=header),
        "of tomorrow": "Bearer "
        + jwt.encode(
            _claims(iat=int(time.time()) + 86_400, exp=int(time.time()) + 86_600),
            desk,
            algorithm="EdDSA",
            headers=header,
        ),
        "too long a life": "Bearer "
        + jwt.encode(_claims(exp=int(time.time()) + 900), desk, algorithm="EdDSA", headers=header),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "no token",
        "no scheme",
        "not a token",
        "another's key",
        "expired",
        "unknown issuer",
        "of another issuer",
        "by two issuers",
        "in a person's name",
        "alg none",
        "alg HS256",
        "other audience",
        "nobody's",
        "of no session",
        "of tomorrow",
        "too long a life",
    ],
)
def test_a_token_that_proves_nothing_is_unauthenticated(ledger: LedgerProcess, kind: str) -> None:
    """Missing, expired, forged, `alg: none`, wrong audience: not signed in."""
    metadata = (("authorization", _forged(ledger)[kind]),)
    with pytest.raises(grpc.RpcError) as refused:
        ledger.system.accounting.GetBalance(
            ledger_pb.GetBalanceRequest(loan_account_id="LA-1"), metadata=metadata
        )
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert refusal_of(refused.value).reason == "NOT_SIGNED_IN"


def test_a_token_that_was_good_is_good_no_longer(data_dir: Path) -> None:
    """It is verified once and then known; its five minutes end all the same."""
    with ClockedLedger(data_dir) as ledger:
        account, metadata = ledger.system.active_loan(), ledger.system.metadata()
        request = ledger_pb.GetBalanceRequest(loan_account_id=account)
        for seconds in (0, 290):
            ledger.later(timedelta(seconds=seconds))
            assert ledger.system.accounting.GetBalance(request, metadata=metadata)
        ledger.later(timedelta(seconds=10))
        with pytest.raises(grpc.RpcError) as refused:
            ledger.system.accounting.GetBalance(request, metadata=metadata)
    assert refusal_of(refused.value).reason == "NOT_SIGNED_IN"
