"""The demo sign-ins: staff in the ledger, their passwords at the desk."""

import os
import subprocess
import sys
from typing import Final

from msgspec import Struct

from embedded.demo.books import Books
from embedded.process import Process
from embedded.running import Addresses
from proto import servicing_pb2 as servicing


class SignIn(Struct, frozen=True):
    """Somebody who may try the desk; the password is no secret, and of the demo only."""

    username: str
    display_name: str
    role: str

    @property
    def staff_id(self) -> str:
        """The ledger's name for the person."""
        return f"staff-{self.username}"

    @property
    def limits(self) -> dict[str, str]:
        """The role's own."""
        return {}

    @property
    def password(self) -> str:
        """What opens the desk."""
        return f"{self.username}-demo"


SIGN_INS: Final = (
    SignIn("support", "Sarah Nguyen", "support"),
    SignIn("supervisor", "Michael Torres", "supervisor"),
    SignIn("compliance", "Priya Raman", "compliance"),
    SignIn("analyst", "Anna Berg", "analyst"),
    SignIn("admin", "Alex Kim", "admin"),
)


class Colleague(Struct, frozen=True):
    """Somebody whose work is in the books, but who has no password at the desk."""

    username: str
    display_name: str
    role: str
    limits: dict[str, str]

    @property
    def staff_id(self) -> str:
        """The ledger's name for the person."""
        return f"staff-{self.username}"


COLLEAGUES: Final = (
    Colleague("tom", "Tom Okafor", "support", {}),
    Colleague("helen", "Helen Marsh", "supervisor", {"write_off": "100000.00"}),
)


class PasswordNotSet(Exception):  # noqa: N818 - the reason is the name
    """The desk did not take a password; the text is what it said."""


async def make_staff(addresses: Addresses) -> None:
    """Create the staff that are not there yet, and set everybody's password.

    The administrator comes last: then the command line creates nobody any more.
    """
    *others, administrator = SIGN_INS
    async with Books(addresses.ledger_address, addresses.keys_dir) as books:
        for each in others:
            await books.send(_created(each))
        for colleague in COLLEAGUES:
            await books.send(_created(colleague))
        await books.send(_created(administrator))
    asked = [(each, _set_password(each, addresses)) for each in SIGN_INS]
    for each, process in asked:
        _, told = process.communicate()
        if process.returncode != 0:
            said = told.decode(errors="replace").strip()
            raise PasswordNotSet(f"The password of {each.username} was not set: {said}")


def _created(each: SignIn | Colleague) -> servicing.CreateStaffRequest:
    return servicing.CreateStaffRequest(
        staff_id=each.staff_id,
        username=each.username,
        display_name=each.display_name,
        roles=[each.role],
        limits=each.limits,
        email=f"{each.username}@example.com",
        idempotency_key=f"demo-create-{each.staff_id}",
    )


def _set_password(each: SignIn, addresses: Addresses) -> Process:
    argv = [sys.executable, "-m", "dashboard", "set-password"]
    argv += ["--staff-id", each.staff_id, "--username", each.username]
    environ = {
        **os.environ,
        "MONGODB_URL": addresses.mongodb_url,
        "DB_NAME": addresses.db_name,
        "REDIS_URL": addresses.redis_url,
        "LEDGER_SERVICE_URL": addresses.ledger_address,
        "KEYS_DIR": str(addresses.keys_dir),
    }
    process = subprocess.Popen(
        argv,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if process.stdin is not None:
        process.stdin.write(f"{each.password}\n".encode())
        process.stdin.close()
        process.stdin = None
    return process
