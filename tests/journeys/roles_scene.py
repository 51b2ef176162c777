"""What pages are opened on to see what they offer: accounts, requests, a note, a letter, staff."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import redis
from streamlit.testing.v1 import AppTest

from embedded.demo.messages import Message
from embedded.running import Running
from proto import servicing_pb2 as pb
from proto.documents import APPROVALS, DEAD_LETTERS, LOAN_ACCOUNTS, NOTES, STAFF
from proto.servicing_pb2_grpc import NoteServiceStub
from proto.streams import INBOX
from tests.builders import Caller, new_id, new_key, open_loan_request
from tests.dashboard.desk.screens.reading import until as until_said
from tests.journeys.hands import Books, ReadModels, own_account, until
from tests.ledger.approvers import approver, ask, cancel, person, write_off
from tests.ledger.taking_back import correction

OPENS: Final = "Issue a correction"
"""What a letter offers once its entry was read."""


@dataclass(frozen=True)
class Scene:
    """Accounts as they can stand, a request of each who may ask, and ids to open."""

    accounts: dict[str, str]
    requests: dict[str, str]
    event_id: str
    transaction_id: str
    letter_id: str
    staff: tuple[str, ...]


def set_scene(product: Running, stored: ReadModels, books: Books) -> Scene:
    """Make it all, and wait until the screens know it."""
    fee, paid, given_up, asked, another = (
        own_account(product, stored, late_fee=each) for each in ("15.00", "", "", "", "")
    )
    pending = pending_account(books)
    posted = books.system.repay(paid, "700.00").transaction
    support = books.caller("staff-support")
    deciding = approver(books, {"write_off": "1000.00"})
    deciding.approve(ask(support, write_off(given_up)).request_id)
    requests = _requests(books, asked, another)
    _note(support, stored, asked)
    leaver = person(books, "analyst").actor_id
    books.caller("staff-admin").disable_staff(leaver)
    shown = stored[LOAN_ACCOUNTS.name]
    wanted = {"_id": {"$in": list(requests.values())}}
    until(
        lambda: (
            bool(shown.count_documents({"_id": pending, "ver": {"$gte": 1}}))
            and bool(shown.count_documents({"_id": given_up, "accountStatus": "written_off"}))
            and bool(shown.count_documents({"_id": paid, "ver": posted.account_version}))
            and stored[APPROVALS.name].count_documents(wanted) == len(requests)
            and bool(stored[NOTES.name].count_documents({"loanAccountId": asked}))
            and bool(stored[STAFF.name].count_documents({"_id": leaver, "enabled": False}))
        ),
        "the scene is on the screens",
    )
    accounts = {
        "pending": pending,
        "open": fee,
        "overpaid": paid,
        "written off": given_up,
        "asked about": asked,
    }
    return Scene(
        accounts,
        requests,
        f"{paid}:{posted.account_version}",
        posted.transaction_id,
        _letter(product, stored, another),
        ("staff-support", deciding.caller.actor_id, leaver),
    )


def take_back(books: Books, scene: Scene) -> None:
    """Leave no request to the other journeys."""
    for role, request_id in scene.requests.items():
        cancel(books.caller(f"staff-{role}"), request_id)


def pending_account(books: Books) -> str:
    """Open a loan that nobody else uses and that is not paid out."""
    account_id = f"LOAN-0999-{uuid.uuid4().hex[:10]}"
    return books.system.open_loan(open_loan_request(account_id=account_id))


def _requests(books: Books, asked: str, another: str) -> dict[str, str]:
    """Let each role ask that may, and give their requests."""
    paid = books.system.repay(another, "5.00").transaction.transaction_id
    what = {
        "support": write_off(asked),
        "supervisor": write_off(another),
        "admin": pb.PreviewRequest(correct_payment=correction(another, paid, "4.00")),
    }
    return {
        role: ask(books.caller(f"staff-{role}"), each).request_id for role, each in what.items()
    }


def _note(caller: Caller, stored: ReadModels, account_id: str) -> None:
    """Let somebody write about an account's customer."""
    account = stored[LOAN_ACCOUNTS.name].find_one({"_id": account_id})
    assert account is not None
    note = pb.AddNoteRequest(
        customer_id=account["customerIdString"],
        loan_account_id=account_id,
        text="call after six",
        idempotency_key=new_key(),
    )
    NoteServiceStub(caller.channel).AddNote(note, metadata=caller.metadata())


def _letter(product: Running, stored: ReadModels, account_id: str) -> str:
    """Publish a payment that nobody can read, and give the letter that it becomes."""
    payment = Message(
        type="payment.received.v1",
        subject=account_id,
        about=new_id("CUS"),
        cause=new_id("roles"),
        body={
            "account_id": account_id,
            "amount": "12.00",
            "payment_reference": "ROLES-1",
            "effective_date": "2025-13-45",
        },
    )
    with redis.Redis.from_url(product.redis_url) as client:
        entry_id = client.xadd(INBOX, dict(payment.entry()))
    mine, letters = {"entryId": entry_id.decode()}, stored[DEAD_LETTERS.name]
    until(lambda: bool(letters.count_documents(mine)), "the letter is on the screens")
    letter = letters.find_one(mine)
    assert letter is not None
    return str(letter["_id"])


def offers(opened: Callable[..., AppTest], scene: Scene, role: str) -> dict[str, set[str]]:
    """Open every page of the table in a role, and list what each offers."""
    asked, paid = scene.accounts["asked about"], scene.accounts["overpaid"]
    own = scene.requests.get(role, scene.requests["support"])
    letter = opened(role, "dead_letter.py", id=scene.letter_id)
    if role == "admin":
        until_said(letter, OPENS)
    return {
        "request": offered(opened(role, "request.py", id=scene.requests["support"])),
        "own request": offered(opened(role, "request.py", id=own)),
        "audit": offered(opened(role, "audit.py", event=scene.event_id))
        | offered(opened(role, "audit.py", part="Random sample")),
        "overview": offered(opened(role, "overview.py")),
        "system": offered(opened(role, "system.py")),
        "dead letter": offered(letter),
        "staff": offered(opened(role, "staff.py")).union(
            *(offered(opened(role, "staff.py", id=each)) for each in scene.staff)
        ),
        "customer": offered(opened(role, "customer.py", account=asked, view="Notes"))
        | offered(opened(role, "customer.py", account=paid, transaction=scene.transaction_id)),
    }


def offered(page: AppTest) -> set[str]:
    """List the words of every button and menu."""
    menus = [each.proto for each in page._tree if getattr(each, "type", "") == "menu_button"]
    words = {option for menu in menus for option in menu.options}
    files = {each.proto.label for each in page._tree if each.type == "download_button"}
    return words | files | {each.label.replace("\\", "") for each in page.button}
