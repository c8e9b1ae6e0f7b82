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
# counted: the grant ran out two days ago, or was not written down because Redis was away or slow at that moment. With it the
# number of the grant: the last key counts how often the citizen has done something that grants messages.
TAKE_LUA = """
local number = tonumber(redis.call('GET', KEYS[3]) or '0')
local counted = false
for i = 1, 2 do
  if tonumber(redis.call('GET', KEYS[i]) or '0') > 0 then
    redis.call('DECR', KEYS[i])
    local left = 0
    for each = 1, 2 do left = left + math.max(tonumber(redis.call('GET', KEYS[each]) or '0'), 0) end
    return {left, number}
  end
  counted = counted or redis.call('EXISTS', KEYS[i]) == 1
end
return {counted and -1 or -2, number}
"""

# A new grant, and its number. Arguments: how many messages, for how many ms; how many ms its number is remembered.
GRANT_LUA = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
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
# WeChat refused a message of the grant with this number. What the citizen has done since counts more than that refusal.
# Nothing is left, for as long as each grant lasts.
EMPTY_LUA = """
if tonumber(redis.call('GET', KEYS[3]) or '0') ~= tonumber(ARGV[1]) then return end
for i = 1, 2 do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('SET', KEYS[i], 0, 'KEEPTTL') end
end
"""
# The window is shut: argument 2 stands in place of a count, for argument 3 ms.
CLOSE_LUA = """
if tonumber(redis.call('GET', KEYS[3]) or '0') ~= tonumber(ARGV[1]) then return end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
"""


@dataclass(frozen=True)
class Taken:
    """One message of a grant. `left` after it; -1: there was none, and none was taken; None: nobody knows. `grant` is the
    number of the grant, for WeChat's word on this message."""

    left: int | None
    grant: int = 0


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
        await self._grant(conversation_id, "message", MESSAGES, WINDOW)

    async def acted(self, conversation_id: str) -> None:
        """A tap on the menu, a scan, a follow."""
        await self._grant(conversation_id, "event", EVENT_MESSAGES, EVENT_WINDOW)

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

    async def take(self, conversation_id: str) -> Taken:
        """Take one. Where nobody knows what is left, WeChat is to be asked."""
        keys = [*self._keys(conversation_id), self._number(conversation_id)]
        try:
            left, grant = await self._redis.run(lambda c: c.eval(TAKE_LUA, len(keys), *keys))
        except RedisUnavailable:
            return Taken(None)
        return Taken(None if int(left) == _NOT_COUNTED else int(left), int(grant))

    async def give_back(self, conversation_id: str) -> None:
        """One that was taken was not sent. It goes to the grant that lasts longer; one too many costs an error at most."""
        key = wechat_quota(conversation_id, "message")
        await self._quietly(
            lambda c: c.eval(
                "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCR', KEYS[1]) end", 1, key
            )
        )

    async def used_up(self, conversation_id: str, grant: int) -> None:
        """WeChat has refused a message of this grant: it takes no more before the citizen writes."""
        keys = [*self._keys(conversation_id), self._number(conversation_id)]
        await self._quietly(lambda c: c.eval(EMPTY_LUA, len(keys), *keys, grant))

    async def closed(self, conversation_id: str, grant: int) -> None:
        """WeChat says that the citizen's last message is too old: nothing is asked again before they write."""
        keys = [*self._keys(conversation_id), self._number(conversation_id)]
        await self._quietly(lambda c: c.eval(CLOSE_LUA, len(keys), *keys, grant, CLOSED, _ms(WINDOW)))

    @staticmethod
    def _keys(conversation_id: str) -> list[str]:
        return [wechat_quota(conversation_id, kind) for kind in ("event", "message")]

    @staticmethod
    def _number(conversation_id: str) -> str:
        return wechat_quota(conversation_id, "number")

    async def _grant(self, conversation_id: str, kind: str, count: int, window: timedelta) -> None:
        keys = [wechat_quota(conversation_id, kind), self._number(conversation_id)]
        # A number outlives its grants by far: one that begins again could be taken for the refused one.
        remembered_ms = 2 * _ms(WINDOW)
        await self._quietly(lambda c: c.eval(GRANT_LUA, len(keys), *keys, count, _ms(window), remembered_ms))

    async def _quietly(self, command: Any) -> None:
        with contextlib.suppress(RedisUnavailable):
            await self._redis.run(command)


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
