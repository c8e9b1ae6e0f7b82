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
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

_log = structlog.get_logger(__name__)

# As exchanges write numbers: +86 138-0013-8000, 057187654321, *12345.
CALLER = r"^(?:\+?[0-9][0-9 ()\-]{1,30})?$"
CALLED = r"^[0-9+*#]{0,20}$"
_ABROAD = re.compile(r"\+|00")
# China's country code, then a mobile number or an area code without its 0 and a line of 7 or 8 digits. Trunks leave the + out, too.
_CHINA = re.compile(r"86(?:(1[3-9]\d{9})|(10\d{8}|[2-9]\d{8,10}))")
# Exchanges put the 0 of a trunk call before mobiles of other cities. No area code begins like this (010 is Peking).
_TRUNK_MOBILE = re.compile(r"01[3-9]\d{9}")


def numbers_of(caller: str, called: str = "") -> CallNumbers:
    """Of numbers that fit CALLER and CALLED. An empty `caller` has withheld theirs; a foreign one counts as withheld, because
    without its country code it is somebody else's number here: +1 866 539 0000 reads as a mobile of China."""
    return CallNumbers(caller=_line_of(caller), called=called)


def _line_of(caller: str) -> str:
    digits = normal_phone(caller)
    abroad = _ABROAD.match(caller)
    national = _CHINA.fullmatch(re.sub(r"[^0-9]", "", caller[abroad.end() :] if abroad else caller))
    if national:
        return national[1] or f"0{national[2]}"
    if abroad:
        return ""
    return digits[1:] if _TRUNK_MOBILE.fullmatch(digits) else digits


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
