"""How many messages WeChat lets us send to a citizen before he writes again: counted in Redis, for all gateways.

After a message of his: five within 48 hours. After a tap on the menu, a scan or a follow: three within a minute, beside
those. WeChat itself counts as well and has the last word (45047, 45015); we count so that the last one can hold all the rest.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from desk.store.redis_keys import wechat_quota
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

MESSAGES, WINDOW = 5, timedelta(hours=48)
# In place of a count; no grant has less than nothing.
CLOSED, _NOT_COUNTED = -1, -2
EVENT_MESSAGES, EVENT_WINDOW = 3, timedelta(minutes=1)

# Takes one of the shorter grant, else of the longer one. Returns what is left in both, -1 if there was none, -2 if nobody has
# counted: the grant ran out two days ago, or was not written down because Redis was away or slow at that moment.
TAKE_LUA = """
local counted = false
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') > 0 then
    redis.call('DECR', key)
    local left = 0
    for _, each in ipairs(KEYS) do left = left + math.max(tonumber(redis.call('GET', each) or '0'), 0) end
    return left
  end
  counted = counted or redis.call('EXISTS', key) == 1
end
return counted and -1 or -2
"""


# For each grant: how many are left of it and how long, in ms; -2: there is none.
STATE_LUA = """
local found = {}
for _, key in ipairs(KEYS) do
  table.insert(found, tonumber(redis.call('GET', key) or '0'))
  table.insert(found, redis.call('PTTL', key))
end
return found
"""
# Nothing is left, for as long as it lasts.
EMPTY_LUA = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('SET', KEYS[1], 0, 'KEEPTTL') end"


@dataclass(frozen=True)
class SendWindow:
    """How many messages may still go to the citizen, and until when (seconds since 1970). None: WeChat takes none before
    he writes again."""

    left: int
    until: float | None


class Quota:
    """Share one a process. While Redis is away nobody counts, and WeChat has the only word."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis

    async def wrote(self, conversation_id: str) -> None:
        """A message of the citizen: the whole grant again."""
        await self._grant(wechat_quota(conversation_id, "message"), MESSAGES, WINDOW)

    async def acted(self, conversation_id: str) -> None:
        """A tap on the menu, a scan, a follow."""
        await self._grant(wechat_quota(conversation_id, "event"), EVENT_MESSAGES, EVENT_WINDOW)

    async def left(self, conversation_id: str) -> int | None:
        """None: nobody knows."""
        keys = self._keys(conversation_id)
        try:
            found = await self._redis.run(lambda c: c.mget(keys))
        except RedisUnavailable:
            return None
        return sum(max(int(one or 0), 0) for one in found)

    async def window(self, conversation_id: str) -> SendWindow | None:
        """None: nobody knows."""
        keys = self._keys(conversation_id)
        try:
            found = await self._redis.run(lambda c: c.eval(STATE_LUA, len(keys), *keys))
        except RedisUnavailable:
            return None
        grants = [(int(count), int(ttl)) for count, ttl in zip(found[::2], found[1::2], strict=True)]
        longest_ms = max((ttl for count, ttl in grants if count != CLOSED), default=0)
        until = round(time.time() + longest_ms / 1000) if longest_ms > 0 else None
        return SendWindow(sum(max(count, 0) for count, _ in grants), until)

    async def take(self, conversation_id: str) -> int | None:
        """Take one; how many are left after it, -1: there was none. None: nobody knows, and WeChat is to be asked."""
        keys = self._keys(conversation_id)
        try:
            left = int(await self._redis.run(lambda c: c.eval(TAKE_LUA, len(keys), *keys)))
        except RedisUnavailable:
            return None
        return None if left == _NOT_COUNTED else left

    async def give_back(self, conversation_id: str) -> None:
        """One that was taken was not sent. It goes to the grant that lasts longer; one too many costs an error at most."""
        key = wechat_quota(conversation_id, "message")
        await self._quietly(
            lambda c: c.eval(
                "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCR', KEYS[1]) end", 1, key
            )
        )

    async def used_up(self, conversation_id: str) -> None:
        """WeChat says that it takes no more for now."""
        for key in self._keys(conversation_id):
            await self._quietly(lambda c, key=key: c.eval(EMPTY_LUA, 1, key))

    async def closed(self, conversation_id: str) -> None:
        """WeChat says that his last message is too old: nothing is asked again before he writes."""
        event, message = self._keys(conversation_id)
        await self._quietly(lambda c: c.delete(event))
        await self._grant(message, CLOSED, WINDOW)

    @staticmethod
    def _keys(conversation_id: str) -> list[str]:
        return [wechat_quota(conversation_id, kind) for kind in ("event", "message")]

    async def _grant(self, key: str, count: int, window: timedelta) -> None:
        await self._quietly(lambda c: c.set(key, count, px=int(window.total_seconds() * 1000)))

    async def _quietly(self, command: Any) -> None:
        with contextlib.suppress(RedisUnavailable):
            await self._redis.run(command)
