"""The lease on the internal stream: one projector at a time reads the ledger's events."""

from typing import Final

import redis

from projector.reclaim import is_gone
from proto.streams import INTERNAL, PROJECTOR_GROUP

KEY: Final = f"lease:{PROJECTOR_GROUP}:{INTERNAL}"
LIFETIME_MS: Final = 8_000
RENEW_SECONDS: Final = 1.0

HOLD: Final = """
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] or (ARGV[3] ~= '' and holder == ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return holder
"""

RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Lease:
    """Held or not; asked for again about each second."""

    def __init__(self, client: redis.Redis, holder: str) -> None:
        self._client, self._holder = client, holder
        self._asked_at = float("-inf")
        self.is_held = False

    def hold(self, now_seconds: float) -> bool:
        """Take or keep the lease; tell whether it was taken just now."""
        if now_seconds - self._asked_at < RENEW_SECONDS:
            return False
        held_before = self.is_held
        holder = self._ask("")
        if holder != self._holder and is_gone(holder):
            holder = self._ask(holder)
        self.is_held = holder == self._holder
        self._asked_at = now_seconds
        return self.is_held and not held_before

    def release(self) -> None:
        """Give the lease up, so that another need not wait for its end."""
        self._client.eval(RELEASE, 1, KEY, self._holder)
        self.is_held = False

    def _ask(self, gone: str) -> str:
        answer = self._client.eval(HOLD, 1, KEY, self._holder, str(LIFETIME_MS), gone)
        return answer.decode() if isinstance(answer, bytes) else str(answer)
