"""Which number a call comes from. AudioSocket carries a call's UUID and nothing else, so the exchange tells us before."""

from __future__ import annotations

import re
import uuid
from typing import Any

import orjson
import structlog

from desk.conversations import CallNumbers
from desk.conversations.conversation import NO_NUMBERS
from desk.orders.digits import normal_phone
from desk.store.redis_keys import ANNOUNCED_TTL_S, announced_call
from gateway.redis_link import RedisLink, RedisUnavailable

_log = structlog.get_logger(__name__)

# As exchanges write numbers: +86 138-0013-8000, 057187654321, *12345.
CALLER = r"^(?:\+?[0-9][0-9 ()\-]{1,30})?$"
CALLED = r"^[0-9+*#]{0,20}$"
# Exchanges put the 0 of a trunk call before mobiles of other cities. No area code begins like this (010 is Peking).
_TRUNK_MOBILE = re.compile(r"01[3-9]\d{9}")


def numbers_of(caller: str, called: str = "") -> CallNumbers:
    """Of numbers that fit CALLER and CALLED. An empty `caller` has withheld his."""
    digits = normal_phone(caller)
    return CallNumbers(caller=digits[1:] if _TRUNK_MOBILE.fullmatch(digits) else digits, called=called)


class AnnouncedCalls:
    """Share one or make many: all that it knows is in Redis."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis

    async def announce(self, call_id: uuid.UUID, numbers: CallNumbers) -> None:
        """The last one counts. Raises RedisUnavailable."""
        body = orjson.dumps({"caller": numbers.caller, "called": numbers.called})
        key, ttl_ms = announced_call(call_id.hex), int(ANNOUNCED_TTL_S * 1000)
        await self._redis.run(lambda client: client.set(key, body, px=ttl_ms))

    async def take(self, call_id: uuid.UUID) -> CallNumbers:
        """What was announced of the call that has come; once. Never raises: a call without its number is a call."""
        key = announced_call(call_id.hex)
        try:
            body = await self._redis.run(lambda client: client.getdel(key))
            found: Any = orjson.loads(body) if body else None
        except RedisUnavailable:
            _log.warning("caller_not_known", call=str(call_id))
            return NO_NUMBERS
        return CallNumbers(caller=found["caller"], called=found["called"]) if found else NO_NUMBERS
