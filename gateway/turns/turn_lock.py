"""One turn at a time per conversation, over all replicas.

The lock lives in Redis: a random token with a time to live that its holder renews. Without Redis it moves to a lease
in the conversation's SQL row. A lock in the process alone would be wrong there: with several replicas two of them
could ask Rasa about the same conversation. If one replica still sees Redis and another does not, both may hold their
kind of lock for a moment; the store then takes only the first answer (ALREADY_ANSWERED, OLD_EPOCH), so the worst case
is a question asked twice, never an answer given twice. The lock saves work and keeps order; the store is the fence.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import timedelta

import structlog

from desk.conversations import ConversationStore
from desk.store.redis_keys import TURN_LOCK_TTL_S, turn_lock
from gateway.errors import StoreUnavailable
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink, RedisUnavailable
from gateway.runtime.tasks import end_tasks

_log = structlog.get_logger(__name__)

# Extends our lock; takes it again if it vanished (a restarted Redis) and nobody else has it.
RENEW_LUA = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
# Deletes our lock and nobody else's.
RELEASE_LUA = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
POLL_FIRST_S = 0.02
POLL_LONGEST_S = 0.2
_TTL_MS = int(TURN_LOCK_TTL_S * 1000)
_LEASE = timedelta(seconds=TURN_LOCK_TTL_S)


class TurnLock:
    """Held until `release`, or until the process dies and the time to live runs out."""

    def __init__(self, locks: TurnLocks, conversation_id: str, token: str, *, in_redis: bool) -> None:
        self._locks = locks
        self._conversation_id = conversation_id
        self._token = token
        self._in_redis = in_redis
        self._renewal = asyncio.create_task(self._renew())

    async def release(self) -> None:
        """Never raises: a lock that cannot be given back runs out by itself."""
        await end_tasks([self._renewal])
        await self._locks.give(self._conversation_id, self._token, in_redis=self._in_redis)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(TURN_LOCK_TTL_S / 3)
            if not await self._locks.renew(self._conversation_id, self._token, in_redis=self._in_redis):
                _log.warning("turn_lock_lost", conversation=self._conversation_id)


class TurnLocks:
    def __init__(self, redis: RedisLink, store: ConversationStore, blocking: Blocking) -> None:
        self._redis = redis
        self._store = store
        self._blocking = blocking

    async def try_take(self, conversation_id: str) -> TurnLock | None:
        """The lock if it is free, else None at once; None too when neither Redis nor the database answers."""
        token = secrets.token_hex(16)
        try:
            taken = await self._redis.run(
                lambda client: client.set(turn_lock(conversation_id), token, nx=True, px=_TTL_MS)
            )
            return TurnLock(self, conversation_id, token, in_redis=True) if taken else None
        except RedisUnavailable:
            pass
        try:
            if await self._blocking.write(self._store.take_turn, conversation_id, token, _LEASE):
                return TurnLock(self, conversation_id, token, in_redis=False)
        except StoreUnavailable:
            pass
        return None

    async def take(self, conversation_id: str, limit_s: float) -> TurnLock | None:
        """Wait for the lock, at most `limit_s` seconds."""
        deadline = time.monotonic() + limit_s
        pause_s = POLL_FIRST_S
        while True:
            lock = await self.try_take(conversation_id)
            if lock is not None or time.monotonic() >= deadline:
                return lock
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, POLL_LONGEST_S)

    async def renew(self, conversation_id: str, token: str, *, in_redis: bool) -> bool:
        """False if somebody else has the lock now, or nobody can be asked."""
        try:
            if in_redis:
                key = turn_lock(conversation_id)
                renewed = await self._redis.run(lambda c: c.eval(RENEW_LUA, 1, key, token, _TTL_MS))
                return bool(renewed)
            return await self._blocking.write(self._store.take_turn, conversation_id, token, _LEASE)
        except (RedisUnavailable, StoreUnavailable):
            return False

    async def give(self, conversation_id: str, token: str, *, in_redis: bool) -> None:
        try:
            if in_redis:
                key = turn_lock(conversation_id)
                await self._redis.run(lambda c: c.eval(RELEASE_LUA, 1, key, token))
            else:
                await self._blocking.write(self._store.give_turn, conversation_id, token)
        except (RedisUnavailable, StoreUnavailable):
            _log.warning("turn_lock_not_released", conversation=conversation_id)
