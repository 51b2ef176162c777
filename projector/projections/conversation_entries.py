"""The two lists of a conversation: what was said, and what agents noted."""

from bisect import bisect_right
from datetime import datetime

from projector.happening import Stored
from projector.projections.account_status import When
from proto.codec import free_form, to_mongo
from proto.events import AssistantResponse, NoticePosted, UserInput


def said(conversation: Stored, event: UserInput, when: When, most: int) -> Stored:
    """Put an utterance in its place by time; the oldest goes where there are too many."""
    told = {
        "username": "assistant" if isinstance(event, AssistantResponse) else "customer",
        "utterance": event.utterance,
        "rationale": free_form(event.rationale),
        "createdAt": to_mongo(when.at),
        "answerInputType": free_form(event.answer_input_type),
        "prevSeq": free_form(event.prev_seq),
        "endConversation": event.end_conversation,
        "additionalData": free_form(event.additional_data),
    }
    utterance = {name: value for name, value in told.items() if value is not None}
    last: datetime = conversation.get("lastUtteranceTime", utterance["createdAt"])
    return {
        **conversation,
        "utterances": _placed(conversation.get("utterances", []), utterance, "createdAt", most),
        "lastUtteranceTime": max(last, utterance["createdAt"]),
    }


def posted(conversation: Stored, event: NoticePosted, when: When, most: int) -> Stored:
    """Put a notice in its place by time; the oldest goes where there are too many."""
    agent = event.agent_name or "unknown"
    notice = {
        "agentName": agent,
        "topic": agent.rsplit("::", 1)[-1],
        "content": free_form(event.content),
        "timestamp": to_mongo(when.at),
    }
    board = _placed(conversation.get("noticeboard", []), notice, "timestamp", most)
    return {**conversation, "noticeboard": board}


def _placed(entries: list[Stored], entry: Stored, time: str, most: int) -> list[Stored]:
    """Give the newest entries with one more; of one moment, the later to come is the later."""
    at = bisect_right(entries, entry[time], key=lambda each: each[time])
    return [*entries[:at], entry, *entries[at:]][-most:]
