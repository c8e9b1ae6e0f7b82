"""How a call ended, for the exchange: it sees only that the line was closed, by a goodbye and by a crash alike."""

from __future__ import annotations

import uuid
from enum import StrEnum

import structlog

from desk.conversations import ConversationNotFound, ConversationStore, Owner
from desk.store.redis_keys import CALL_END_TTL_S, ended_call
from gateway.channels.phone.audiosocket import conversation_of
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

_log = structlog.get_logger(__name__)


class CallEnd(StrEnum):
    """What the dialplan does next: hangs up only after a goodbye."""

    GOODBYE = "goodbye"
    # The caller waits for a seat or was with one.
    HUMAN = "human"
    # The call never came, is not over, or broke.
    UNKNOWN = "unknown"


class CallEnds:
    """Share one or make many: all that it knows is in Redis and in SQL, so that it outlives the process that had the call."""

    def __init__(self, redis: RedisLink, store: ConversationStore, blocking: Blocking) -> None:
        self._redis = redis
        self._store = store
        self._blocking = blocking

    async def goodbye(self, call_id: uuid.UUID) -> None:
        """The hotline is about to hang up as a call should end. Never raises: without it, the caller meets a person."""
        key, ttl_ms = ended_call(call_id.hex), int(CALL_END_TTL_S * 1000)
        try:
            await self._redis.run(lambda client: client.set(key, CallEnd.GOODBYE.value, px=ttl_ms))
        except RedisUnavailable:
            _log.warning("goodbye_not_noted", call=str(call_id))

    async def of(self, call_id: uuid.UUID) -> CallEnd:
        """Raises what the database raises."""
        try:
            if await self._redis.run(lambda client: client.exists(ended_call(call_id.hex))):
                return CallEnd.GOODBYE
        except RedisUnavailable:
            # It may have been a goodbye; a person who asks once more does less harm than a line that is dropped.
            pass
        try:
            found = await self._blocking.read(self._store.get, conversation_of(call_id))
        except ConversationNotFound:
            return CallEnd.UNKNOWN
        return CallEnd.HUMAN if found.owner in (Owner.WAITING, Owner.SEAT) else CallEnd.UNKNOWN
