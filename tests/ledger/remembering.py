"""A ledger whose every command is remembered, so that it can be sent again with its key."""

# ruff: noqa: ANN401 - messages of any kind
from collections.abc import Callable
from typing import Any, NamedTuple

import grpc

from tests.builders import Caller
from tests.ledger.clocked import ClockedLedger


class Done(NamedTuple):
    """A command that was done, by whom, and its answer."""

    caller: Caller
    channel: grpc.Channel
    path: str
    request: Any
    answer: Any

    def check_replay(self) -> None:
        """I4: sent again it gives the answer of the first time, marked as such."""
        send: Any = self.channel.unary_unary(
            self.path,
            request_serializer=type(self.request).SerializeToString,
            response_deserializer=type(self.answer).FromString,
        )
        answer = send(self.request, metadata=self.caller.metadata(), timeout=45)
        if not hasattr(answer, "idempotent_replay"):
            return  # it tells how the ledger stands now
        assert answer.idempotent_replay, self.path
        answer.idempotent_replay = self.answer.idempotent_replay
        assert answer == self.answer, self.path


class Remembering(grpc.UnaryUnaryClientInterceptor):
    """Writes down what one caller did under a key."""

    def __init__(self, caller: Caller, ledger: "RememberingLedger") -> None:
        self._caller, self._channel, self._ledger = caller, caller.channel, ledger

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Call, and remember it where it was done."""
        call = continuation(details, request)
        if getattr(request, "idempotency_key", "") and call.exception() is None:
            done = Done(self._caller, self._channel, details.method, request, call.result())
            self._ledger.done.append(done)
            self._ledger.after_each()
        return call


class RememberingLedger(ClockedLedger):
    """A ledger with a clock to be moved, and what was done in it by whomever."""

    def __post_init__(self) -> None:
        """Begin with nothing done, and nothing to be looked at after each command."""
        super().__post_init__()
        self.done: list[Done] = []
        self.after_each: Callable[[], None] = lambda: None

    def caller(self, actor_id: str) -> Caller:
        """Give a connection as one actor, whose commands are remembered."""
        is_new = actor_id not in self._callers
        caller = super().caller(actor_id)
        if is_new:
            caller.pass_through(Remembering(caller, self))
        return caller
