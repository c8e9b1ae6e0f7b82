"""How much one address and one conversation may ask: sliding windows in Redis, in the process while Redis is away."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass

from desk.store.redis_keys import rate_window
from gateway.errors import TooMany
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

# Counts a hit in every window, or in none if one of them is full. Redis' own clock, so that replicas agree.
# KEYS: one per window. ARGV: nonce, then per window its limit and its length in ms.
# Returns {0, 0} or {index of the full window, ms until it has room}.
HIT_LUA = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if redis.call('ZCARD', key) >= limit then
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return {i, tonumber(first[2]) + window - now}
  end
end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2 * i + 1])
end
return {0, 0}
"""
# Windows kept in the process: enough for one replica during an outage, bounded against floods of new addresses.
MAX_LOCAL_WINDOWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`count` hits within `window_s` seconds for `subject`."""

    scope: str
    subject: str
    count: int
    window_s: float


class RateLimits:
    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._local: OrderedDict[str, deque[float]] = OrderedDict()

    async def hit(self, *limits: Limit) -> None:
        """Count one request. Raises TooMany, and then nothing was counted."""
        keys = [rate_window(limit.scope, limit.subject) for limit in limits]
        arguments: list[str | int] = [secrets.token_hex(8)]
        for limit in limits:
            arguments += [limit.count, int(limit.window_s * 1000)]
        try:
            full, wait_ms = await self._redis.run(lambda c: c.eval(HIT_LUA, len(keys), *keys, *arguments))
        except RedisUnavailable:
            self._hit_local(keys, limits, time.monotonic())
            return
        if full:
            raise TooMany(limits[full - 1].scope, max(wait_ms / 1000, 0.0))

    def _hit_local(self, keys: list[str], limits: tuple[Limit, ...], now: float) -> None:
        windows = [self._local.setdefault(key, deque()) for key in keys]
        for window, limit in zip(windows, limits, strict=True):
            while window and window[0] <= now - limit.window_s:
                window.popleft()
            if len(window) >= limit.count:
                raise TooMany(limit.scope, window[0] + limit.window_s - now)
        for key, window in zip(keys, windows, strict=True):
            window.append(now)
            self._local.move_to_end(key)
        while len(self._local) > MAX_LOCAL_WINDOWS:
            self._local.popitem(last=False)
