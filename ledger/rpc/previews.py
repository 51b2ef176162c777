"""PreviewService: the full answer that a command would get, and what this ledger can do."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from importlib.metadata import version
from typing import Any

from google.protobuf.message import Message

from ledger.decision import Intent, Outcome, permissions_of
from ledger.domain.rights import Permissions, Right
from ledger.errors import Refusal, Refused
from ledger.rpc import answers
from ledger.rpc.interceptors import Context, current_caller
from ledger.rpc.requests import READERS
from ledger.rpc.room import Room, intent_of, not_built
from ledger.states import as_loan
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.actor_token import Actor
from proto.role_limits import KINDS
from proto.servicing_pb2_grpc import PreviewServiceServicer


class Previews(PreviewServiceServicer):
    """Questions before a command is sent."""

    def __init__(self, room: Room, capabilities: list[str]) -> None:
        self._room = room
        self._capabilities = capabilities

    async def Preview(self, request: pb.PreviewRequest, context: Context) -> pb.PreviewResponse:
        kind = request.WhichOneof("command")
        command: Message | None = getattr(request, kind) if kind else None
        if command is None or type(command) not in READERS:
            return await not_built(self, request, context)  # type: ignore[no-any-return] # raises
        return await self._preview(command)

    async def GetCapabilities(
        self, request: pb.GetCapabilitiesRequest, context: Context
    ) -> pb.GetCapabilitiesResponse:
        permissions = self._permissions(current_caller().actor)
        return pb.GetCapabilitiesResponse(
            rpcs=self._capabilities,
            extended_fields=True,
            version=version("billie-servicing"),
            may=[each.name.lower() for each in Right if permissions.may(each)],
            may_ask=[each.name.lower() for each in Right if permissions.may_ask(each)],
            limits={kind: str(permissions.limit(kind)) for kind in KINDS},
        )

    async def _preview(self, command: Message) -> pb.PreviewResponse:
        account_id = str(getattr(command, "loan_account_id", ""))
        response = await self._room.query(self._before, account_id)
        try:
            intent = intent_of(command)
            response.actor_limit = self._limit(intent)
            await self._decide(response, intent)
        except Refused as refused:
            response.refusal.CopyFrom(answers.refusal_detail(refused))
        return response

    async def _decide(self, response: pb.PreviewResponse, intent: Intent) -> None:
        """Write what the command does; of what takes an approval, what that would do."""
        preview = self._room.books.preview
        try:
            _fill(response, intent, await self._room.query(preview.outcome, intent))
            response.allowed = True
        except Refused as refused:
            may_ask = self._permissions(intent.caller.actor).may_ask(intent.command.right)
            if refused.reason is not Refusal.APPROVAL_REQUIRED or not may_ask:
                raise
            _fill(response, intent, await self._room.query(preview.if_approved, intent))
            response.refusal.CopyFrom(answers.refusal_detail(refused))

    def _limit(self, intent: Intent) -> str:
        """Give the actor's own limit for this kind of command; empty where there is none."""
        kind = intent.command.limit_kind
        return str(self._permissions(intent.caller.actor).limit(kind)) if kind else ""

    def _permissions(self, actor: Actor) -> Permissions:
        """Fold what somebody may do now."""
        books = self._room.books
        return permissions_of(actor, books.directory.get, books.registers.rules)

    def _before(self, account_id: str) -> pb.PreviewResponse:
        loan = as_loan(self._room.books.preview.state(account_id)) if account_id else None
        return pb.PreviewResponse(before=answers.balances(loan) if loan else None)


def _fill(response: pb.PreviewResponse, intent: Intent, outcome: Outcome) -> None:
    """Write a command's answer, with empty ids: nothing of it is recorded."""
    loan = as_loan(outcome.after)
    if loan is not None:
        response.after.CopyFrom(answers.balances(loan))
    answer: Any = intent.answer(outcome)
    postings = answers.postings_of(outcome)
    if postings:
        response.transaction.CopyFrom(answers.transaction_response(outcome))
        response.transaction.event_id = ""
        response.transaction.transaction.transaction_id = ""
        response.transaction.transaction.portfolio_entry_id = ""
    if isinstance(answer, ledger_pb.TransactionResponse) and answer.allocation_warning:
        response.warnings.append(answer.allocation_warning)
