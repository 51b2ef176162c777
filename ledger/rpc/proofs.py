"""Signed heads and proofs, from what is committed and signed."""

from ledger.errors import Refusal, Refused
from ledger.journal import Journal, SignedHead
from ledger.proof.tree import Nodes, consistency_path, inclusion_path
from ledger.rpc.fields import invalid
from proto import servicing_pb2 as pb


class Proofs:
    """Any tree up to the newest signed head; a tree without entries proves nothing."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def signed_head(self, request: pb.GetSignedHeadRequest) -> pb.SignedHead:
        """Give the newest head, or the one of a size."""
        head = self._journal.signed_head(request.size) if request.size else self._newest()
        if head is None:
            raise Refused(
                Refusal.NO_SUCH_HEAD,
                f"No head of exactly {request.size} entries was signed: a head is signed for "
                "every committed group. Leave the size out for the newest.",
                field="size",
            )
        return pb.SignedHead(
            size=head.size,
            root=head.root,
            signed_at=head.signed_at,
            signature=head.signature,
            key_id=head.key_id,
        )

    def inclusion(self, request: pb.GetInclusionProofRequest) -> pb.InclusionProof:
        """Prove that an entry is in a tree."""
        self._require_size("tree_size", request.tree_size)
        if not 0 < request.position <= request.tree_size:
            raise invalid("position", f"must be from 1 to tree_size, {request.tree_size}.")
        index = request.position - 1
        return pb.InclusionProof(
            leaf_index=index,
            tree_size=request.tree_size,
            path=inclusion_path(index, request.tree_size, Nodes(self._journal)),
        )

    def consistency(self, request: pb.GetConsistencyProofRequest) -> pb.ConsistencyProof:
        """Prove that a tree continues a smaller one."""
        self._require_size("second_size", request.second_size)
        if not 0 < request.first_size <= request.second_size:
            raise invalid("first_size", f"must be from 1 to second_size, {request.second_size}.")
        return pb.ConsistencyProof(
            first_size=request.first_size,
            second_size=request.second_size,
            path=consistency_path(request.first_size, request.second_size, Nodes(self._journal)),
        )

    def _newest(self) -> SignedHead:
        head = self._journal.last_signed_head()
        if head is None:
            raise Refused(
                Refusal.NO_SUCH_HEAD, "The journal is empty, so nothing was signed.", field="size"
            )
        return head

    def _require_size(self, field: str, size: int) -> None:
        newest = self._newest().size
        if not 0 < size <= newest:
            raise invalid(field, f"must be from 1 to {newest}, the size of the newest signed head.")
