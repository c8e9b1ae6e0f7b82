"""The account's access_token: one for all gateways, in Redis, renewed before it ends by one of them.

`stable_token` gives the same token to whoever asks while it is good, so two gateways that ask at the same time harm
nothing; the lock spares the daily number of asks. While Redis is away each gateway keeps its own copy.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
import structlog

from desk.store.redis_keys import WECHAT_TOKEN_LOCK_S, wechat_token, wechat_token_lock
from gateway.channels.wechat.errors import WechatAway
from gateway.runtime.redis_link import RedisLink, RedisUnavailable
from gateway.turns.turn_lock import RELEASE_LUA

_log = structlog.get_logger(__name__)

# WeChat gives a new one, beside the old one, in the last five minutes of 7,200 s.
RENEW_BEFORE_S = 300.0
# The new one may be forced once in so many seconds, and twenty times a day.
FORCE_EVERY_S = 60.0
POLL_S = 0.05


@dataclass(frozen=True)
class Token:
    """`until`: seconds since 1970."""

    value: str
    until: float

    def good(self, now_s: float) -> bool:
        return now_s < self.until - RENEW_BEFORE_S


# Asks WeChat: the token and how long it is good, in seconds. Raises WechatError.
Fetch = Callable[[bool], Awaitable[tuple[str, float]]]


class AccessTokens:
    """Share one a process."""

    def __init__(
        self, redis: RedisLink, app_id: str, fetch: Fetch, clock: Callable[[], float] = time.time
    ) -> None:
        """`fetch(force)` gets one of WeChat."""
        self._redis = redis
        self._key, self._lock = wechat_token(app_id), wechat_token_lock(app_id)
        self._fetch = fetch
        self._clock = clock
        self._mine: Token | None = None
        self._forced_at = -FORCE_EVERY_S
        self._turn = asyncio.Lock()

    async def get(self, refused: str | None = None) -> str:
        """A good one. `refused`: this one was not taken any more.

        Raises:
            WechatError: WeChat gives none.
        """
        if (mine := self._mine) is not None and mine.value != refused and mine.good(self._clock()):
            return mine.value
        async with self._turn:
            token = await self._shared(refused)
            self._mine = token
            return token.value

    async def _shared(self, refused: str | None) -> Token:
        holder, lock_ms = secrets.token_hex(8), int(WECHAT_TOKEN_LOCK_S * 1000)
        deadline = time.monotonic() + WECHAT_TOKEN_LOCK_S
        try:
            while True:
                known = await self._read()
                if known is not None and known.value != refused and known.good(self._clock()):
                    return known
                if await self._redis.run(lambda c: c.set(self._lock, holder, nx=True, px=lock_ms)):
                    break
                if time.monotonic() > deadline:
                    raise WechatAway()
                await asyncio.sleep(POLL_S)
        except RedisUnavailable:
            return await self._fetched(refused, refused == (self._mine.value if self._mine else None))
        try:
            token = await self._fetched(refused, refused is not None)
            left_ms = max(int((token.until - self._clock()) * 1000), 1000)
            body = orjson.dumps({"value": token.value, "until": token.until})
            try:
                await self._redis.run(lambda c: c.set(self._key, body, px=left_ms))
            except RedisUnavailable:
                _log.warning("wechat_token_not_shared")
            return token
        finally:
            try:
                await self._redis.run(lambda c: c.eval(RELEASE_LUA, 1, self._lock, holder))
            except RedisUnavailable:
                _log.warning("wechat_token_lock_not_released")

    async def _fetched(self, refused: str | None, may_force: bool) -> Token:
        value, lasts_s = await self._fetch(False)
        if value == refused and may_force:
            if self._clock() - self._forced_at < FORCE_EVERY_S:
                # Somebody else takes it away from us again and again: an old server with the same account.
                _log.error(
                    "wechat_token_refused_again",
                    what_to_do="let no other program fetch tokens of this account",
                )
                raise WechatAway()
            self._forced_at = self._clock()
            value, lasts_s = await self._fetch(True)
        return Token(value, self._clock() + lasts_s)

    async def _read(self) -> Token | None:
        raw = await self._redis.run(lambda c: c.get(self._key))
        try:
            body = orjson.loads(raw or b"null")
            return Token(str(body["value"]), float(body["until"])) if body else None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None
