"""EnrolKey: the ledger learns the public half of the caller's own signing key."""

from typing import ClassVar, Final, Self

from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient, LedgerRefused
from dashboard.signing_keys import PublicHalf, SigningKeys
from proto import servicing_pb2 as servicing

NEVER: Final = frozenset({"KEY_ENROLLED", "BAD_SIGNATURE"})
"""Refusals of the key itself: it is not enrolled and never will be. Others may pass."""


class EnrolKey(Struct, frozen=True, kw_only=True):
    """A key to enrol for who sends this; made and sealed before.

    Its idempotency key follows from it: however often it is sent, it is enrolled once.
    """

    name: ClassVar[str] = "EnrolKey"
    rpc: ClassVar[str] = "StaffService/EnrolKey"

    key_id: str
    public_key: bytes
    proof: bytes

    @classmethod
    def begun(cls, keys: SigningKeys, staff_id: str, passphrase: str) -> Self:
        """Make a key under a passphrase. Raises CannotMake."""
        return cls._of(keys.make(staff_id, passphrase))

    @classmethod
    def unfinished(cls, keys: SigningKeys, staff_id: str) -> Self | None:
        """Give an enrolment whose outcome nobody has seen: send it once more."""
        half = keys.unfinished(staff_id)
        return None if half is None else cls._of(half)

    @classmethod
    def _of(cls, half: PublicHalf) -> Self:
        return cls(key_id=half.key_id, public_key=half.public_key, proof=half.proof)

    def request(self) -> servicing.EnrolKeyRequest:
        """Build the request."""
        return servicing.EnrolKeyRequest(
            public_key=self.public_key,
            proof=self.proof,
            idempotency_key=f"enrol-key-{self.key_id}",
        )

    def send(self, client: LedgerClient, caller: Caller, keys: SigningKeys) -> None:
        """Do it; from then on the key signs.

        Raises LedgerRefused or LedgerFault (nothing was changed), OutcomeUnknown (send it
        again).
        """
        try:
            client.command(self.rpc, self.request(), caller)
        except LedgerRefused as no:
            if no.reason in NEVER:
                keys.give_up(self.key_id)
            raise
        keys.note_enrolled(self.key_id)
