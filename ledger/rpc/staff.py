"""StaffService: who is staff, in which roles, up to which limits."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import StaffServiceServicer


class StaffMembers(StaffServiceServicer):
    """Administration of staff."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def Create(self, request: pb.CreateStaffRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def Disable(self, request: pb.DisableStaffRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def Enable(self, request: pb.EnableStaffRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def SetRoles(self, request: pb.SetRolesRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def SetLimits(self, request: pb.SetLimitsRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def EnrolKey(self, request: pb.EnrolKeyRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def RevokeKey(self, request: pb.RevokeKeyRequest, context: Context) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)

    async def GiveStartPassword(
        self, request: pb.GiveStartPasswordRequest, context: Context
    ) -> pb.StaffResponse:
        return await self._room.command(request, pb.StaffResponse)
