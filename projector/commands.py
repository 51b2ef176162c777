"""What an operator can ask the projector for, beside the one that runs."""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Final

import grpc
import redis
from pymongo.errors import PyMongoError

from projector import assembly
from projector.fence import FenceLost
from projector.floods import take_in
from projector.letter_work import NoSuchLetter, NotWhole
from projector.rebuild import NotRebuilt
from projector.replay import JournalShort
from projector.settings import Settings
from proto.documents import MatchScoreDocument, RebuildDocument

DIFFERS: Final = 1
AWAY: Final = 3


def run(arguments: Sequence[str], settings: Settings) -> int:
    """Carry a command out and give the exit status: 0 all is well, 1 something differs.

    A server that is away is told in a sentence, with status 3.
    """
    asked = _parser().parse_args(arguments)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))
    try:
        status: int = asked.do(asked, settings)
    except (grpc.RpcError, PyMongoError, redis.RedisError) as error:
        _say(f"Not done: a server does not answer ({_name(error)}). Run it again when it does.")
        return AWAY
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m projector")
    commands = parser.add_subparsers(required=True)
    verify = commands.add_parser("verify", help="hold every account against the ledger")
    verify.set_defaults(do=_verify)
    rebuild = commands.add_parser("rebuild", help="make the read models anew, and swap them in")
    rebuild.add_argument(
        "--collection", action="append", default=[], help="swap only this one; may be repeated"
    )
    rebuild.set_defaults(do=_rebuild)
    for name, do, told in (
        ("replay", _replay, "publish a dead letter's entry again to its stream"),
        ("resolve", _resolve, "note that nothing is to be done about a dead letter any more"),
        ("find", _find, "list the dead letters in which a reference stands"),
        ("resume", _resume, "take a sender in again that was stopped for its flood of poison"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("which")
        command.set_defaults(do=do)
    return parser


def _verify(_: argparse.Namespace, settings: Settings) -> int:
    """Check the whole portfolio, and print the score and every mismatch."""
    with assembly.match_check(settings) as check:
        score = check.portfolio(_tell_progress)
        for each in check.open_mismatches():
            _say(
                f"{each.loan_account_id}: {each.field} is {each.mirror_value}, the ledger has "
                f"{each.ledger_value}, since {each.since_event_type} {each.since_event_id}"
            )
    _say(
        f"{score.matched} of {score.checked} accounts match, {score.missing} are missing, "
        f"{score.external} are of no ledger of ours."
    )
    return 0 if score.matched == score.checked else DIFFERS


def _rebuild(asked: argparse.Namespace, settings: Settings) -> int:
    """Rebuild, and print how much was not what the events make it."""
    try:
        with assembly.rebuild(settings, _tell_rebuild) as rebuild:
            done = rebuild.run(asked.collection)
    except NotRebuilt as error:
        _say(str(error))
        return DIFFERS
    except JournalShort as error:
        _say(
            f"Nothing was swapped: the ledger has no event at position {error}, which was applied "
            "here. Point LEDGER_SERVICE_URL at the ledger that this mirror follows."
        )
        return DIFFERS
    except FenceLost:
        _say("It was silent for so long that others went on: run it again.")
        return AWAY
    _say(
        f"{done.events} events replayed, {done.compared} documents compared, {done.differing} "
        f"of them mended; {done.erased} events are erased, {done.unreadable} cannot be read."
    )
    return 0


def _replay(asked: argparse.Namespace, settings: Settings) -> int:
    with assembly.letters(settings) as letters:
        try:
            published = letters.replay(asked.which)
        except NoSuchLetter:
            return _no_such_letter(asked.which)
        except NotWhole:
            _say(f"{asked.which} was too large to be kept whole: let its sender send it again.")
            return DIFFERS
    _say("Published again." if published else "It was published again before.")
    return 0


def _resolve(asked: argparse.Namespace, settings: Settings) -> int:
    with assembly.letters(settings) as letters:
        try:
            letters.resolve(asked.which)
        except NoSuchLetter:
            return _no_such_letter(asked.which)
    return 0


def _find(asked: argparse.Namespace, settings: Settings) -> int:
    with assembly.letters(settings) as letters:
        found = letters.find(asked.which)
    for each in found:
        _say(f"{each.letter_id} {each.status} {each.event_type} {each.error}")
    return 0 if found else DIFFERS


def _resume(asked: argparse.Namespace, settings: Settings) -> int:
    with assembly.redis_client(settings.redis_url, assembly.ANSWER_SECONDS) as streams:
        was_stopped = take_in(streams, asked.which)
    _say("It is taken in again." if was_stopped else f"{asked.which} is not stopped.")
    return 0 if was_stopped else DIFFERS


def _no_such_letter(letter_id: str) -> int:
    _say(f"There is no dead letter {letter_id}, or its customer was erased.")
    return DIFFERS


def _tell_rebuild(progress: RebuildDocument) -> None:
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    sys.stderr.write(
        f"{progress.state}: {progress.events} of {progress.events_total} events{left}, "
        f"{progress.compared} documents compared\n"
    )


def _tell_progress(score: MatchScoreDocument) -> None:
    sys.stderr.write(f"{score.checked + score.external} of about {score.total}\n")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def _name(error: Exception) -> str:
    if isinstance(error, grpc.Call):
        return f"the ledger: {error.code().name}"
    return type(error).__name__
