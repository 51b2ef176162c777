"""Lets go of stream entries that every group has acknowledged, so that Redis does not grow.

What our ledger told is in its journal, what came from outside in the archive, a dead letter
in its collection: whoever asks again is answered from there. An entry that some group was
not given, or has not acknowledged, stays however old it is.
"""

from typing import Any, Final

import redis
import structlog

from projector.letters import LETTERS_GROUP
from projector.settings import Settings
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL, PROJECTOR_GROUP

TRIMMED: Final = (INBOX, INTERNAL, DEAD_LETTERS)
EVERY_SECONDS: Final = 10.0
OURS: Final = frozenset({"", PROJECTOR_GROUP, LETTERS_GROUP})
"""Groups whose backlog the heartbeat tells of already."""

STEP_MAX: Final = 10_000
"""Redis answers nobody else while it trims: so many entries at most at a time."""

TRIM: Final = """
local function at(id)
  local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function is_before(one, other)
  local ms, seq = at(one)
  local other_ms, other_seq = at(other)
  return ms < other_ms or (ms == other_ms and seq < other_seq)
end
local function named(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

local length = redis.call('XLEN', KEYS[1])
if length == 0 then return {0, 0, ''} end
local bound, holder
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = named(flat)
  local needed = group['last-delivered-id']
  if group['pending'] > 0 then
    local first = redis.call('XPENDING', KEYS[1], group['name'])[2]
    if first and is_before(first, needed) then needed = first end
  end
  if not bound or is_before(needed, bound) then bound, holder = needed, group['name'] end
end
if not bound then return {0, length, ''} end

local oldest_ms = at(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1])
local newest_ms = at(named(redis.call('XINFO', 'STREAM', KEYS[1]))['last-generated-id'])
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + time[2] / 1000 - ARGV[1]
local over = length - ARGV[2]
if over > 0 then
  local by_size_ms = oldest_ms + (newest_ms - oldest_ms) * over / length
  until_ms = math.max(until_ms, by_size_ms)
end
local young = string.format('%.0f-0', math.max(0, math.floor(until_ms)))
if is_before(young, bound) then bound = young end
local gone = redis.call('XTRIM', KEYS[1], 'MINID', '~', bound, 'LIMIT', ARGV[3])
return {gone, length - gone, holder}
"""
"""In one step, so that no group begins in between. Entries' ids hold the time of Redis."""

log = structlog.get_logger()


class Trimmer:
    """Trims the streams now and then; for one projector, whoever holds the lease."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._client, self._entries_max = client, settings.stream_entries_max
        self._keep_ms = int(settings.stream_keep_seconds * 1_000)
        self._every_seconds = min(EVERY_SECONDS, settings.stale_seconds)
        self._due = dict.fromkeys(TRIMMED, float("-inf"))
        self._held: dict[str, str] = {}

    def turn(self, now: float) -> int:
        """Trim the streams whose time has come; tell how many entries went.

        One of which there is more is due again at once. Raises redis.RedisError.
        """
        gone = 0
        for stream, due in self._due.items():
            if due <= now:
                went = self._trim(stream)
                gone += went
                self._due[stream] = now if went else now + self._every_seconds
        return gone

    def _trim(self, stream: str) -> int:
        answer: Any = self._client.eval(
            TRIM, 1, stream, str(self._keep_ms), str(self._entries_max), str(STEP_MAX)
        )
        gone, left, group = int(answer[0]), int(answer[1]), answer[2].decode()
        if gone:
            log.info("stream_trimmed", stream=stream, entries=gone, left=left)
        held_by = group if not gone and left > self._entries_max else ""
        if held_by not in OURS and self._held.get(stream) != held_by:
            log.warning("stream_not_trimmed", stream=stream, entries=left, group=held_by)
        self._held[stream] = held_by
        return gone
