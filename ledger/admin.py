"""The first administrator, from the command line: through a running ledger, or without one."""

import asyncio
import uuid

import grpc

from ledger.books import Books, open_books, system_clock
from ledger.decision import Caller, Intent
from ledger.errors import Fault, Refused
from ledger.journal import InUse
from ledger.rpc import answers, requests, staff_requests
from ledger.settings import Settings
from proto import actor_token
from proto import servicing_pb2 as pb
from proto.actor_token import Actor
from proto.servicing_pb2_grpc import StaffServiceStub

_TIMEOUT_SECONDS = 45


class CannotCreate(Exception):  # noqa: N818 - the reason is the name
    """The administrator was not created; the text says why."""


def create_admin(settings: Settings, staff_id: str, username: str, display_name: str) -> str:
    """Create an administrator and give the sentence that says so. Raises CannotCreate."""
    request = pb.CreateStaffRequest(
        staff_id=staff_id,
        username=username,
        display_name=display_name,
        roles=["admin"],
        idempotency_key=f"create-admin-{staff_id}",
    )
    try:
        books = open_books(settings)
    except InUse:
        return _said(_by_running_ledger(settings, request))
    try:
        return _said(asyncio.run(_directly(books, request)))
    except (Refused, Fault) as reason:
        raise CannotCreate(str(reason)) from None
    finally:
        books.close()


def _said(staff: pb.StaffResponse) -> str:
    return (
        f"{staff.display_name} ({staff.staff_id}) is an administrator, username {staff.username}."
    )


def _by_running_ledger(settings: Settings, request: pb.CreateStaffRequest) -> pb.StaffResponse:
    token = actor_token.mint(
        settings.command_line_key(),
        issuer="command-line",
        actor_id="system",
        session_id=uuid.uuid4().hex,
        now=system_clock(),
    )
    metadata = ((actor_token.METADATA_KEY, f"Bearer {token}"),)
    with grpc.insecure_channel(settings.listen) as channel:
        try:
            return StaffServiceStub(channel).Create(
                request, metadata=metadata, timeout=_TIMEOUT_SECONDS
            )
        except grpc.RpcError as error:
            raise CannotCreate(str(error.details())) from None


async def _directly(books: Books, request: pb.CreateStaffRequest) -> pb.StaffResponse:
    """Pass the same door without a server; only while the journal has no other staff."""
    command = staff_requests.create_staff(request)
    if len(books.directory) and books.directory.get(command.staff_id) is None:
        raise CannotCreate("There is staff already. Start the ledger, then ask an administrator.")
    actor = Actor("system", "system", uuid.uuid4().hex, 0)
    intent = Intent(
        command=command,
        caller=Caller(actor),
        answer=answers.staff,
        idempotency_key=request.idempotency_key,
        request_hash=requests.request_hash(actor.actor_id, request),
    )
    reply = await books.writer.execute(intent)
    return pb.StaffResponse.FromString(reply.response)
